#ifndef CFOVEACPU_OVER_TIME_H
#define CFOVEACPU_OVER_TIME_H

#include <stdbool.h>
#include <stddef.h>

// Convolutions over time, of sequences that lie as they are: [N, C, T], in vectors of steps. No number of channels leaves
// vectors half empty, and no dilation is too wide.

/// A convolution over one axis, of stride 1 and one group.
typedef struct {
    size_t sequences, channels, steps;
    size_t filters, taps, dilation;
    /// Zeros before the first step; negative where the first steps are left out.
    ptrdiff_t before;
    size_t result_steps;
} fovea_over_time;

/// Size in floats of the working memory of a convolution.
size_t fovea_over_time_scratch(const fovea_over_time *convolution);

/// y = x ∗ w + bias, added to the result before if `adds`, rectified if `rectified`.
///
/// - Parameters:
///   - weights: [filters, channels, taps]; if `transposed`, those of the convolution whose input gradient this is: [channels,
///     filters, taps], to be mirrored.
///   - bias: One number for each filter, or NULL.
void fovea_over_time_convolve(
    const fovea_over_time *convolution, const float *sequences, const float *weights, bool transposed, const float *bias,
    bool adds, bool rectified, float *results, float *scratch);

/// Size in floats of the working memory of the filters' gradient.
size_t fovea_over_time_gradient_scratch(const fovea_over_time *convolution);

/// Gradient with respect to the filters. The same bits for any number of threads.
void fovea_over_time_filter_gradient(
    const fovea_over_time *convolution, const float *sequences, const float *upstream, float *filters, float *scratch);

#endif
