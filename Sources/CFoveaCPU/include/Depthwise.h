#ifndef CFOVEACPU_DEPTHWISE_H
#define CFOVEACPU_DEPTHWISE_H

#include <stdbool.h>
#include <stddef.h>

#include "ChannelNormalization.h"
#include "Rectifier.h"

/// A convolution of each channel with a filter of its own, over images whose channels lie in blocks of 16 or 8 (`nChw16c`,
/// `nChw8c`).
///
/// The team's members share the rows of the images: those that convolutions of single pixels before and after it share in
/// the same way, so that most of what a member reads is in its own cache.
typedef struct {
    size_t images;
    /// A multiple of 16.
    size_t channels;
    size_t height, width;
    size_t result_height, result_width;
    size_t kernel_height, kernel_width;
    /// Pixels from one window to the next, 1 or 2.
    size_t stride;
    /// Rows and columns of zeros before the image.
    size_t top, left;
    /// Channels in a block of the images' memory: 16 or 8.
    size_t lanes;
    /// Whether the filters are turned by 180°: those of an input's gradient.
    bool turned;
    fovea_rectifier rectifier;
} fovea_depthwise;

/// Size in floats of the packed filters.
size_t fovea_depthwise_filter_count(const fovea_depthwise *convolution);

/// Packs plain filters [channels, 1, kernel rows, kernel columns].
void fovea_depthwise_pack(const fovea_depthwise *convolution, const float *filters, float *packed);

/// Convolves.
///
/// - Parameter bias: One number for each channel, or NULL.
void fovea_depthwise_convolve(
    const fovea_depthwise *convolution, const float *images, const float *packed, const float *bias, float *results);

/// Size in bytes of the scratch memory with which normalized images are convolved.
size_t fovea_depthwise_normalized_scratch(const fovea_depthwise *convolution, size_t threads);

/// Normalizes and convolves.
///
/// - Parameters:
///   - bias: One number for each channel, or NULL.
///   - scratch: For as many threads.
void fovea_depthwise_convolve_normalized(
    const fovea_depthwise *convolution, const fovea_channel_normalization *normalization, size_t threads,
    const float *images, const float *packed, const float *bias, float *results, void *scratch);

/// The gradient of the images of a convolution with stride 2, whose filters are packed as they are. With stride 1 it is a
/// convolution with turned ones.
void fovea_depthwise_spread(
    const fovea_depthwise *convolution, const float *upstream, const float *packed, float *gradients);

/// Size in bytes of the scratch memory for the gradient of the filters.
size_t fovea_depthwise_filter_gradient_scratch(const fovea_depthwise *convolution, size_t threads);

/// Writes the plain gradient of the filters [channels, 1, kernel rows, kernel columns]. The order of the sums depends on sizes
/// and the number of threads alone.
///
/// - Parameters:
///   - normalization: Applied to the images as they are read, or NULL.
///   - scratch: For as many threads.
void fovea_depthwise_filter_gradient(
    const fovea_depthwise *convolution, const fovea_channel_normalization *normalization, size_t threads,
    const float *images, const float *upstream, float *filters, void *scratch);

#endif
