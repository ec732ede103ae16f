#define _GNU_SOURCE
#include "State.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_NAME(result, name, parameters) #name,
static const char *const call_names[] = {FOVEA_CUDA_DRIVER_CALLS(CALL_NAME) FOVEA_NVRTC_CALLS(CALL_NAME)
        FOVEA_CUDNN_CALLS(CALL_NAME) FOVEA_CUBLASLT_CALLS(CALL_NAME)};
_Static_assert(sizeof call_names / sizeof *call_names == fake_call_count, "each call has a number and a name");

struct failure {
    enum fake_call call;
    int after, code;
};
struct object {
    enum fake_kind kind;
    void *content;
};

enum { failure_limit = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fake_gpu_settings settings = {1, 9, 0, 13000, (size_t)1 << 30, 0, 2};
static long call_counts[fake_call_count];
static struct failure failures[failure_limit];
static int failure_count;
static bool is_initialized;
static int sticky;
static bool has_misuse;
static char misuse[512];

static struct object *objects;
static size_t object_count, object_capacity;
// The handles from before the last reset are below this.
static uintptr_t first_handle = 0x1000;
enum { handle_step = 16 };

void fake_lock(void) { pthread_mutex_lock(&lock); }
void fake_unlock(void) { pthread_mutex_unlock(&lock); }

const struct fake_gpu_settings *fake_settings(void) { return &settings; }
int fake_sticky(void) { return sticky; }
void fake_set_sticky(int code) { sticky = code; }
void fake_set_initialized(void) { is_initialized = true; }

void fake_note_misuse(const char *format, ...) {
    if (has_misuse) return;
    has_misuse = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(misuse, sizeof misuse, format, arguments);
    va_end(arguments);
}

// The code of a failure planned for this very call, which is then no longer planned.
static int planned_failure(enum fake_call call) {
    for (int i = 0; i < failure_count; i++) {
        if (failures[i].call != call || failures[i].after > 0) continue;
        int code = failures[i].code;
        failures[i] = failures[--failure_count];
        return code;
    }
    return fake_success;
}

int fake_enter(enum fake_call call, int needs) {
    fake_lock();
    call_counts[call]++;
    bool is_driver = call < fake_driver_call_count;
    bool only_tells = call == fake_number_cuGetErrorName || call == fake_number_cuGetErrorString;
    if (is_driver && !only_tells && sticky) return sticky;
    int code = planned_failure(call);
    if (code) {
        if (is_driver) {
            fake_invalidate_captures();
            if (code == fake_illegal_address || code == 716 || code == 719) sticky = code;
        }
        return code;
    }
    if ((needs & fake_needs_init) && !is_initialized) {
        fake_note_misuse("%s before cuInit", call_names[call]);
        return fake_not_initialized;
    }
    if ((needs & fake_needs_context) == fake_needs_context && fake_current_device() < 0) {
        fake_note_misuse("%s on a thread without a context", call_names[call]);
        return fake_invalid_context;
    }
    if ((needs & fake_needs_no_capture) && fake_capture_forbids()) {
        fake_note_misuse("%s while a stream captures", call_names[call]);
        fake_invalidate_captures();
        return fake_capture_unsupported;
    }
    return fake_success;
}

int fake_leave(enum fake_call call, int code) {
    for (int i = 0; i < failure_count; i++) {
        if (failures[i].call == call && code == fake_success && failures[i].after > 0) failures[i].after--;
    }
    fake_unlock();
    return code;
}

void *fake_add(enum fake_kind kind, void *content) {
    if (!content) return NULL;
    if (object_count == object_capacity) {
        size_t capacity = object_capacity ? 2 * object_capacity : 64;
        struct object *larger = realloc(objects, capacity * sizeof *larger);
        if (!larger) {
            free(content);
            return NULL;
        }
        objects = larger;
        object_capacity = capacity;
    }
    objects[object_count] = (struct object){kind, content};
    return (void *)(first_handle + handle_step * object_count++);
}

static struct object *object_of(const void *handle) {
    uintptr_t distance = (uintptr_t)handle - first_handle;
    bool is_known = (uintptr_t)handle >= first_handle && distance / handle_step < object_count;
    return is_known && distance % handle_step == 0 ? &objects[distance / handle_step] : NULL;
}

static const char *const kind_names[] = {
    "stream", "event", "module", "function", "graph", "graph-exec", "program", "cudnn", "cudnn-descriptor", "cublaslt",
    "cublaslt-descriptor"};
_Static_assert(sizeof kind_names / sizeof *kind_names == fake_kind_count, "each kind has a name");

void *fake_find(enum fake_kind kind, const void *handle) {
    struct object *object = object_of(handle);
    if (object && object->kind == kind && object->content) return object->content;
    bool is_gone = object && object->kind == kind;
    fake_note_misuse("%p is %s %s", handle, is_gone ? "no longer a" : "not a", kind_names[kind]);
    return NULL;
}

void fake_remove(const void *handle) {
    struct object *object = object_of(handle);
    if (!object) return;
    free(object->content);
    object->content = NULL;
}

void fake_visit(enum fake_kind kind, void (*visit)(const void *handle, void *content, void *data), void *data) {
    for (size_t i = 0; i < object_count; i++) {
        if (objects[i].kind != kind || !objects[i].content) continue;
        visit((const void *)(first_handle + handle_step * i), objects[i].content, data);
    }
}

static void count_one(const void *handle, void *content, void *data) {
    (void)handle, (void)content;
    ++*(long *)data;
}

long fake_gpu_live(const char *kind) {
    long count = 0;
    fake_lock();
    if (strcmp(kind, "host") == 0) {
        count = fake_pinned_allocations();
    } else if (strcmp(kind, "context") == 0) {
        count = fake_retained_contexts();
    } else {
        int index = 0;
        while (index < fake_kind_count && strcmp(kind, kind_names[index]) != 0) index++;
        if (index == fake_kind_count) fake_note_misuse("fake_gpu_live: no kind \"%s\"", kind);
        else fake_visit((enum fake_kind)index, count_one, &count);
    }
    fake_unlock();
    return count;
}

struct fake_gpu_settings fake_gpu_defaults(void) {
    return (struct fake_gpu_settings){
        .device_count = 1,
        .capability_major = 9,
        .driver_version = 13000,
        .total_memory = (size_t)1 << 30,
        .multiprocessors = 2,
    };
}

void fake_gpu_configure(struct fake_gpu_settings wanted) {
    fake_lock();
    settings = wanted;
    if (settings.device_count > fake_device_limit) settings.device_count = fake_device_limit;
    fake_unlock();
}

void fake_gpu_reset(void) {
    fake_lock();
    settings = fake_gpu_defaults();
    memset(call_counts, 0, sizeof call_counts);
    failure_count = 0;
    is_initialized = has_misuse = false;
    sticky = fake_success;
    fake_reset_streams();
    fake_reset_graphs();
    fake_reset_modules();
    fake_reset_programs();
    fake_reset_cudnn();
    for (size_t i = 0; i < object_count; i++) free(objects[i].content);
    first_handle += handle_step * object_count;
    object_count = 0;
    fake_reset_devices();
    fake_reset_memory();
    fake_reset_launch_count();
    fake_reset_library_run_count();
    fake_unlock();
}

// The number of the call of this name; -1 where there is none.
static int call_named(const char *name) {
    for (int i = 0; i < fake_call_count; i++) {
        if (strcmp(call_names[i], name) == 0) return i;
    }
    fake_note_misuse("there is no call \"%s\"", name);
    return -1;
}

void fake_gpu_fail(const char *call, int after, int code) {
    fake_lock();
    int number = call_named(call);
    if (number >= 0 && failure_count < failure_limit) {
        failures[failure_count++] = (struct failure){(enum fake_call)number, after, code};
    } else if (number >= 0) {
        fake_note_misuse("more than %d failures planned", failure_limit);
    }
    fake_unlock();
}

long fake_gpu_calls(const char *call) {
    fake_lock();
    int number = call_named(call);
    long count = number >= 0 ? call_counts[number] : 0;
    fake_unlock();
    return count;
}

long fake_gpu_launches(void) {
    fake_lock();
    long count = fake_launch_count();
    fake_unlock();
    return count;
}

long fake_gpu_library_runs(void) {
    fake_lock();
    long count = fake_library_run_count();
    fake_unlock();
    return count;
}

const char *fake_gpu_misuse(void) {
    fake_lock();
    const char *text = has_misuse ? misuse : NULL;
    fake_unlock();
    return text;
}
