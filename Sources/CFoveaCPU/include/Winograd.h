#ifndef CFOVEACPU_WINOGRAD_H
#define CFOVEACPU_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

/// A convolution of 3×3 filters with stride 1 over images whose channels lie in blocks of 16 or 8 (`nChw16c`, `nChw8c`),
/// by tiles of 2×2 or 4×4 pixels of the result (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
///
/// If there are few tiles, as in a batch of one image, the team's members share the filters, so that each filter is read
/// once, by one of them.
typedef struct {
    size_t images;
    /// Both multiples of 16.
    size_t channels, filters;
    size_t height, width;
    size_t result_height, result_width;
    /// Rows and columns of zeros before the image.
    size_t top, left;
    /// Rows, and columns, of a tile: 2 or 4.
    size_t tile;
    /// Channels in a block of the images' memory: 16 or 8.
    size_t lanes;
    /// Whether the filters are given as [channels, filters, 3, 3] and turned by 180°: those of an input's gradient.
    bool turned;
} fovea_winograd;

/// Size in floats of the transformed filters.
size_t fovea_winograd_filter_count(const fovea_winograd *convolution);
/// Size in floats of the working memory of a team of `members`.
size_t fovea_winograd_scratch_count(const fovea_winograd *convolution, size_t members);

/// Transforms plain filters [filters, channels, 3, 3].
void fovea_winograd_transform_filters(const fovea_winograd *convolution, const float *filters, float *transformed);

/// Convolves.
///
/// - Parameters:
///   - bias: One number for each filter, or NULL.
///   - adds: Whether the result is added to what its memory holds.
///   - rectified: Whether negative results become 0 in the end.
///   - scratch: Working memory, aligned to 64 bytes like images and results.
void fovea_winograd_convolve(
    const fovea_winograd *convolution, const float *images, const float *transformed, const float *bias, bool adds,
    bool rectified, float *results, float *scratch);

#endif
