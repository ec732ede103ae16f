#ifndef CFOVEACPU_WINOGRAD_H
#define CFOVEACPU_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

/// A convolution of 3×3 filters with stride 1 over images whose channels lie in blocks of 16 (`nChw16c`), by tiles of the
/// result of 2×2 or 4×4 pixels (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
///
/// The filters are transformed once, so it is for networks in use. Where there are few tiles, as in a batch of one image,
/// the team shares the filters, so that each of them is read once, by one of its members.
typedef struct {
    size_t images;
    /// Both multiples of 16.
    size_t channels, filters;
    size_t height, width;
    size_t result_height, result_width;
    /// Rows and columns of zeros before the image.
    size_t top, left;
    /// The rows and columns of a tile: 2 or 4.
    size_t tile;
} fovea_winograd;

/// The number of floats that the transformed filters take.
size_t fovea_winograd_filter_count(const fovea_winograd *convolution);
/// The number of floats of working memory for a team of so many members.
size_t fovea_winograd_scratch_count(const fovea_winograd *convolution, size_t members);

/// Transforms filters that lie row by row, [filter, channel, 3, 3].
void fovea_winograd_transform_filters(const fovea_winograd *convolution, const float *filters, float *transformed);

/// Convolves.
///
/// - Parameters:
///   - bias: one for each filter; NULL for none.
///   - adds: whether the result is added to what its memory holds.
///   - rectified: whether what is negative becomes 0 in the end.
///   - scratch: aligned to 64 bytes, as images and results are.
void fovea_winograd_convolve(
    const fovea_winograd *convolution, const float *images, const float *transformed, const float *bias, bool adds,
    bool rectified, float *results, float *scratch);

#endif
