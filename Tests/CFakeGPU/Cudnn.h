// What the files of the fake cuDNN share.
#ifndef FAKE_CUDNN_H
#define FAKE_CUDNN_H

#include "CuDNNConstants.h"
#include "State.h"

enum { fake_rank_limit = 8, fake_spatial_limit = 3, fake_attribute_limit = 12 };
// As many tensors as work has pointers.
enum { fake_tensor_limit = 16, fake_operation_limit = 16, fake_cudnn_version = 91900 };

// A graph is nothing but numbers, so that a plan's text can hold it.
struct fake_cudnn_tensor {
    int64_t id, type, rank, is_virtual, alignment;
    int64_t dimensions[fake_rank_limit], strides[fake_rank_limit];
};
struct fake_cudnn_operation {
    // The kind of its descriptor; the mode of pointwise ones.
    int64_t kind, mode;
    // Places among the tensors; -1 for an input that there is not. The results follow from the inputs: those of a
    // convolution forward are x and w, of its gradients dy and w, and dy and x; of ReLU's gradient dy and x.
    int64_t inputs[2], output;
    int64_t pre_paddings[fake_spatial_limit], dilations[fake_spatial_limit], strides[fake_spatial_limit];
    // The bits of ReLU's floats.
    int64_t lower_clip, upper_clip, slope;
};
struct fake_cudnn_graph {
    // What the plan's engine and device are.
    int64_t engine, device;
    int64_t tensor_count, operation_count;
    struct fake_cudnn_tensor tensors[fake_tensor_limit];
    // In an order in which they can run.
    struct fake_cudnn_operation operations[fake_operation_limit];
};
struct fake_cudnn_program {
    long references;
    struct fake_cudnn_graph graph;
};

struct fake_cudnn_attribute {
    int name, type;
    int64_t count;
    // Of descriptors these are pointers to them, each retained.
    void *elements;
    // cuDNN copies descriptors when they are set: finalizing them afterwards does not help.
    bool holds_unfinalized;
};
struct fake_cudnn_descriptor {
    long references;
    int kind;
    bool is_finalized;
    struct fake_cudnn_attribute attributes[fake_attribute_limit];
    int attribute_count;
    // Of graphs, and of what is made from them.
    struct fake_cudnn_program *program;
};

// CudnnDescriptors.c
/// Notes the reason for `cudnnGetLastErrorString`, and returns the code.
__attribute__((format(printf, 2, 3))) int fake_cudnn_error(int code, const char *format, ...);
void fake_fill_descriptors(struct fovea_cudnn *calls);
struct fake_cudnn_descriptor *fake_new_descriptor(int kind);
void fake_release_descriptor(struct fake_cudnn_descriptor *descriptor);
/// The descriptor of a handle; null, with a note of the misuse, where it is not valid.
struct fake_cudnn_descriptor *fake_descriptor_of(const void *handle);
/// An attribute that was set, or null.
const struct fake_cudnn_attribute *fake_attribute(const struct fake_cudnn_descriptor *descriptor, int name);
/// The descriptor that is an attribute's element, or null.
struct fake_cudnn_descriptor *fake_part(const struct fake_cudnn_descriptor *descriptor, int name, int64_t index);
/// An integer attribute's first element, of 4 or 8 bytes or a boolean.
int64_t fake_number(const struct fake_cudnn_descriptor *descriptor, int name, int64_t otherwise);
float fake_float(const struct fake_cudnn_descriptor *descriptor, int name, float otherwise);
/// Stores an attribute. Descriptors are retained. 0, or the code.
int fake_put(struct fake_cudnn_descriptor *descriptor, int name, int type, int64_t count, const void *elements);

// CudnnChecks.c
/// What cuDNN checks of descriptors that do not belong to plans: 0, or the code.
int fake_check_descriptor(const struct fake_cudnn_descriptor *descriptor);

// CudnnPrograms.c
/// A program for a graph's operations, retained once.
int fake_make_program(const struct fake_cudnn_descriptor *graph, struct fake_cudnn_program **program);
/// The same with another engine for another device; null without memory.
struct fake_cudnn_program *fake_copy_program(const struct fake_cudnn_program *program, int64_t engine, int64_t device);
/// The text of a program, to be freed, or null without memory.
char *fake_program_text(const struct fake_cudnn_program *program);
int fake_read_program(const char *text, size_t length, struct fake_cudnn_program **program);

// CudnnPlans.c
int fake_finalize(struct fake_cudnn_descriptor *descriptor);

// CudnnMath.c
bool fake_compute_graph(const struct fake_work *work);
/// The size of a tensor's element, or 0 for types that the fake lacks.
size_t fake_element_size(int64_t type);

#endif
