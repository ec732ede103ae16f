#ifndef CFOVEACPU_FILTER_GRADIENT_H
#define CFOVEACPU_FILTER_GRADIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "ChannelNormalization.h"

/// The gradient of a convolution's filters, over images whose channels lie in blocks of 16 or 8 (`nChw16c`, `nChw8c`).
///
/// For each place of the window it is a product of two matrices, results' gradients × pixels and pixels × channels, summed
/// over all pixels of all images.
typedef struct {
    size_t images;
    /// A multiple of 16 where blocks have 8; else the last block's other lanes hold any numbers.
    size_t channels;
    size_t height, width;
    size_t filters;
    size_t result_height, result_width;
    size_t kernel_height, kernel_width;
    /// Pixels from one window to the next.
    size_t vertical_stride, horizontal_stride;
    /// Rows and columns of zeros before the image.
    size_t top, left;
    /// Channels in a block of the images' memory: 16 or 8.
    size_t lanes;
    /// Members of the team.
    size_t threads;
    /// Whether images are normalized as they are read.
    bool normalizes;
} fovea_filter_gradient;

/// Size in bytes of the scratch memory.
size_t fovea_filter_gradient_scratch(const fovea_filter_gradient *gradient);

/// Writes plain gradients [filters, channels, kernel rows, kernel columns] and, where `bias` is not NULL, the sum of each
/// filter's results' gradients. The order of the sums depends on sizes and the number of threads alone.
///
/// - Parameter normalization: Read where the images are normalized.
void fovea_compute_filter_gradient(
    const fovea_filter_gradient *gradient, const fovea_channel_normalization *normalization, const float *images,
    const float *upstream, float *filters, float *bias, void *scratch);

#endif
