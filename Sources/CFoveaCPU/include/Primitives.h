#ifndef CFOVEACPU_PRIMITIVES_H
#define CFOVEACPU_PRIMITIVES_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

// Primitive descriptors of oneDNN, each made in one call. Memory descriptors are passed by value, so that Swift needs
// no pointers; a descriptor of rank 0 (all bytes zero) stands for a missing operand.

/// The engine and the attributes that a primitive descriptor is made with.
typedef struct {
    dnnl_engine_t engine;
    const_dnnl_primitive_attr_t attributes;
} fovea_context;

/// A window that slides over one to three spatial axes, in the images' order; numbers for axes that the images do not
/// have are not read. Dilation is as in oneDNN: 0 is dense.
typedef struct {
    int64_t kernel[3];
    int64_t stride[3];
    int64_t dilation[3];
    int64_t before[3];
    int64_t after[3];
} fovea_window;

/// The context's attributes, and what follows in the same kernel: adding what the result's memory holds, and an
/// activation (`dnnl_alg_kind_undef` for none).
dnnl_status_t fovea_make_attributes(
    fovea_context context, bool adds_to_result, dnnl_alg_kind_t activation, float alpha, float beta,
    dnnl_primitive_attr_t *made);

/// The activation is applied to the result; `dnnl_alg_kind_undef` for none.
dnnl_status_t fovea_matrix_multiplication(
    fovea_context context, dnnl_memory_desc_t left, dnnl_memory_desc_t right, dnnl_memory_desc_t bias,
    dnnl_memory_desc_t result, dnnl_alg_kind_t activation, float alpha, float beta, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_elementwise_forward(
    fovea_context context, dnnl_alg_kind_t algorithm, float alpha, float beta, dnnl_memory_desc_t data,
    dnnl_primitive_desc_t *made);

dnnl_status_t fovea_elementwise_backward(
    fovea_context context, dnnl_alg_kind_t algorithm, float alpha, float beta, dnnl_memory_desc_t data,
    dnnl_memory_desc_t gradient, const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_binary(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t left, dnnl_memory_desc_t right,
    dnnl_memory_desc_t result, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_pooling_forward(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t images, dnnl_memory_desc_t results,
    fovea_window window, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_pooling_backward(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t images, dnnl_memory_desc_t results,
    fovea_window window, const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_reorder(
    fovea_context context, dnnl_memory_desc_t from, dnnl_memory_desc_t to, dnnl_primitive_desc_t *made);

dnnl_status_t fovea_batch_normalization_forward(
    fovea_context context, dnnl_prop_kind_t kind, dnnl_memory_desc_t images, float epsilon, unsigned flags,
    dnnl_primitive_desc_t *made);

/// Joins `count` tensors along an axis; oneDNN chooses the result's layout.
dnnl_status_t fovea_concatenation(
    fovea_context context, const dnnl_memory_desc_t *operands, int count, int axis, dnnl_primitive_desc_t *made);

#endif
