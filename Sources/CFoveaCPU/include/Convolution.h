#ifndef CFOVEACPU_CONVOLUTION_H
#define CFOVEACPU_CONVOLUTION_H

#include <stdbool.h>

#include "Primitives.h"

/// What a convolution primitive computes.
typedef struct {
    /// `dnnl_forward_training`, `dnnl_forward_inference`, `dnnl_backward_data` or `dnnl_backward_weights`.
    dnnl_prop_kind_t kind;
    dnnl_memory_desc_t images;
    dnnl_memory_desc_t filters;
    /// Of rank 0 if there is none.
    dnnl_memory_desc_t bias;
    dnnl_memory_desc_t results;
    fovea_window window;
    /// Forward only: adds the result to what its memory holds.
    bool adds_to_result;
    /// Forward only: applies a function to the result; `dnnl_alg_kind_undef` for none.
    dnnl_alg_kind_t activation;
    float alpha;
    float beta;
} fovea_convolution;

/// Finds implementations in oneDNN's order, which starts with the one it considers best: at most `capacity` of them,
/// and none after the one whose name is `last`.
///
/// - Parameters:
///   - last: NULL to end with oneDNN's last.
///   - found: The caller destroys them.
/// - Returns: Success if there is at least one.
dnnl_status_t fovea_convolution_implementations(
    fovea_context context, const fovea_convolution *convolution, dnnl_alg_kind_t algorithm, const char *last,
    dnnl_primitive_desc_t *found, int capacity, int *count);

/// Finds an implementation of a convolution with 1×1 filters and, on its result, a depthwise convolution with 3×3
/// filters, padding 1 and stride 1 or 2, which may have a bias and an activation of its own.
dnnl_status_t fovea_pointwise_depthwise_convolution(
    fovea_context context, const fovea_convolution *pointwise, int64_t stride, bool has_bias, dnnl_alg_kind_t activation,
    float alpha, float beta, dnnl_primitive_desc_t *made);

#endif
