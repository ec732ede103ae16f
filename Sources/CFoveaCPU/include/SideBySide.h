#ifndef CFOVEACPU_SIDE_BY_SIDE_H
#define CFOVEACPU_SIDE_BY_SIDE_H

#include <stdbool.h>
#include <stddef.h>

// Convolutions of images that lie side by side, 16 to a vector: [N/16, C, H, W, 16]. With few channels, vectors of
// channels would be mostly empty; vectors of images never are.

/// A convolution of stride 1, dilation 1 and one group. `width` and `result_width` are at most 1024.
typedef struct {
    size_t blocks;
    size_t channels, height, width;
    size_t filters, kernel_height, kernel_width;
    size_t top, left;
    size_t result_height, result_width;
} fovea_side_by_side;

/// Size in floats of the forward convolution's working memory.
size_t fovea_side_by_side_scratch(const fovea_side_by_side *convolution);

/// y = x ∗ w + bias, rectified if `rectified`.
///
/// - Parameters:
///   - weights: [filters, channels, kernel_height, kernel_width]; if `transposed`, those of the convolution whose input
///     gradient this is: [channels, filters, kernel_height, kernel_width], to be mirrored in both directions.
///   - bias: One number for each filter, or NULL.
void fovea_side_by_side_convolve(
    const fovea_side_by_side *convolution, const float *images, const float *weights, bool transposed,
    const float *bias, bool rectified, float *results, float *scratch);

/// Size in floats of the working memory of the filters' gradient.
size_t fovea_side_by_side_gradient_scratch(const fovea_side_by_side *convolution);

/// Gradient with respect to the filters and, unless that is NULL, to the bias.
void fovea_side_by_side_filter_gradient(
    const fovea_side_by_side *convolution, const float *images, const float *upstream, float *filters, float *bias,
    float *scratch);

#endif
