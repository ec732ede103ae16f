// What the calls share. All of it is protected by one lock, held from `fake_enter` to `fake_leave`.
#ifndef FAKE_STATE_H
#define FAKE_STATE_H

#include "CFakeGPU.h"

enum { fake_device_limit = 16 };

// The driver's codes, and some of the compiler's below.
enum {
    fake_success = 0,
    fake_invalid_value = 1,
    fake_out_of_memory = 2,
    fake_not_initialized = 3,
    fake_invalid_device = 101,
    fake_invalid_image = 200,
    fake_invalid_context = 201,
    fake_no_binary = 209,
    fake_invalid_handle = 400,
    fake_not_found = 500,
    fake_illegal_address = 700,
    fake_capture_unsupported = 900,
    fake_capture_invalidated = 901,
    fake_capture_implicit = 906,
};
enum {
    fake_nvrtc_invalid_input = 3,
    fake_nvrtc_invalid_program = 4,
    fake_nvrtc_invalid_option = 5,
    fake_nvrtc_compilation = 6,
};

#define FAKE_CALL_NUMBER(result, name, parameters) fake_number_##name,
enum fake_call {
    FOVEA_CUDA_DRIVER_CALLS(FAKE_CALL_NUMBER) fake_driver_call_count,
    // The other libraries' calls follow the driver's.
    fake_number_before_nvrtc = fake_driver_call_count - 1,
    FOVEA_NVRTC_CALLS(FAKE_CALL_NUMBER) FOVEA_CUDNN_CALLS(FAKE_CALL_NUMBER)
    FOVEA_CUBLASLT_CALLS(FAKE_CALL_NUMBER) fake_call_count
};

enum fake_needs {
    fake_needs_nothing = 0,
    fake_needs_init = 1,
    fake_needs_context = 3,
    // Forbidden while a stream captures.
    fake_needs_no_capture = 4,
};

/// Every call of a table begins with this: counts it, and finds out whether it has to fail. 0, or the code to return.
int fake_enter(enum fake_call call, int needs);
/// And ends with this, which returns the code.
int fake_leave(enum fake_call call, int code);
#define FAKE_ENTER(name, needs) fake_enter(fake_number_##name, needs)
#define FAKE_LEAVE(name, code) fake_leave(fake_number_##name, code)

void fake_lock(void);
void fake_unlock(void);
/// Notes what was done wrong, if it is the first.
__attribute__((format(printf, 1, 2))) void fake_note_misuse(const char *format, ...);

const struct fake_gpu_settings *fake_settings(void);
/// Whether an error has ended the context: the code, or 0.
int fake_sticky(void);
void fake_set_sticky(int code);
void fake_set_initialized(void);

/// Handles are numbers, never used twice, so that a handle that is no longer valid is always noticed.
enum fake_kind {
    fake_stream,
    fake_event,
    fake_module,
    fake_function,
    fake_graph,
    fake_executable,
    fake_program,
    fake_cudnn_handle,
    fake_cudnn_descriptor,
    fake_cublaslt_handle,
    fake_cublaslt_descriptor,
    fake_kind_count
};
/// A new handle for something allocated with `malloc`, or null without memory. It frees it when it is removed.
void *fake_add(enum fake_kind kind, void *content);
/// What a handle stands for; null, with a note of the misuse, where it is not valid.
void *fake_find(enum fake_kind kind, const void *handle);
/// Frees what a valid handle stands for.
void fake_remove(const void *handle);
/// Calls a function with everything alive of a kind.
void fake_visit(enum fake_kind kind, void (*visit)(const void *handle, void *content, void *data), void *data);

// Driver.c
void fake_fill_devices(struct fovea_cuda_driver *calls);
/// The device of the calling thread's context, or -1.
int fake_current_device(void);
long fake_retained_contexts(void);
void fake_reset_devices(void);

/// Work of a stream, run at once or recorded in a graph.
struct fake_work {
    enum {
        fake_work_kernel,
        fake_work_fill,
        fake_work_to_device,
        fake_work_to_host,
        fake_work_within_device,
        fake_work_library,
    } kind;
    /// What a library's work does, with the arguments; false, with a note of the misuse, where memory is not allocated.
    bool (*compute)(const struct fake_work *work);
    /// What cuDNN's work computes; null for others. Recorded work retains it.
    struct fake_cudnn_program *program;
    const void *function;
    unsigned grid[3], block[3];
    struct fovea_kernel_arguments arguments;
    uint64_t address, source;
    void *memory;
    size_t count;
    unsigned char value;
};
struct fake_nodes {
    struct fake_work *works;
    size_t count, capacity;
};

// Memory.c
void fake_fill_memory(struct fovea_cuda_driver *calls);
/// Whether a pointer of a kernel points into live memory, or at its end. Notes a misuse where it does not.
bool fake_check_pointer(uint64_t address, const char *kernel, int index);
/// Copies or fills; false, with a note of the misuse, where it would touch what is not allocated.
bool fake_move(const struct fake_work *work);
/// Whether all these bytes are one allocation's of the device. `use` begins the note of the misuse where they are not.
bool fake_check_range(uint64_t address, size_t count, const char *use);
long fake_pinned_allocations(void);
void fake_reset_memory(void);

// Streams.c
void fake_fill_streams(struct fovea_cuda_driver *calls);
/// Whether a capture forbids the calling thread what waits or allocates.
bool fake_capture_forbids(void);
void fake_invalidate_captures(void);
/// Runs or records work in the stream of this handle, which may be null.
int fake_submit(const struct fake_work *work, void *stream);
/// Whether work other than recorded one may run in this stream now: 0, or the code.
int fake_check_idle(void *stream);
void fake_reset_streams(void);

// Graphs.c
void fake_fill_graphs(struct fovea_cuda_driver *calls);
int fake_append(struct fake_nodes *nodes, const struct fake_work *work);
void fake_free_nodes(struct fake_nodes *nodes);
/// Runs work at once.
int fake_run(const struct fake_work *work);
long fake_library_run_count(void);
void fake_reset_library_run_count(void);
/// A handle for a graph of these nodes, which it then owns; null without memory.
void *fake_add_graph(struct fake_nodes nodes);
void fake_reset_graphs(void);

// Modules.c
struct fake_dimensions {
    unsigned x, y, z;
};
/// What a kernel's library has for its threads to see: the prelude declares the same.
struct fake_block {
    struct fake_dimensions thread, block, block_size, grid_size;
    void (*synchronize)(void);
    const uint64_t *(*exchange)(unsigned mask, uint64_t value);
};
typedef void (*fake_kernel)(struct fovea_kernel_arguments);
struct fake_function_content {
    const void *module;
    fake_kernel kernel;
    struct fake_block *block;
    char name[];
};
/// What an image of a compiled library begins with; then come two digits of its architecture, and its path.
#define FAKE_IMAGE_MAGIC "fake cubin for sm_"
void fake_fill_modules(struct fovea_cuda_driver *calls);
void fake_reset_modules(void);

// Programs.c
void fake_reset_programs(void);

// CudnnPrograms.c
void fake_retain_program(struct fake_cudnn_program *program);
void fake_release_program(struct fake_cudnn_program *program);

// CudnnDescriptors.c
void fake_reset_cudnn(void);

// CudnnMath.c
float fake_widen(uint16_t value);
uint16_t fake_narrow(float value);

// Blocks.c
int fake_launch(const struct fake_function_content *function, const struct fake_work *work);
long fake_launch_count(void);
void fake_reset_launch_count(void);

// Compilation.c
/// Compiles a source for the processor; its options are clang's. 0 with the library's path, which is valid until the
/// process ends, or the compiler's code. Either way the log is to be freed.
int fake_compile(const char *source, const char *const *options, int option_count, const char **path, char **log);
extern const char fake_prelude[];

#endif
