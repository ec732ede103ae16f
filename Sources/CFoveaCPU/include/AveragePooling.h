#ifndef CFOVEACPU_AVERAGE_POOLING_H
#define CFOVEACPU_AVERAGE_POOLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Images as `planes` × height × width × `lanes` numbers, and the window that slides over them. Dilation 1 is dense.
typedef struct {
    size_t planes, lanes;
    size_t height, width;
    size_t pooled_height, pooled_width;
    int64_t kernel[2], stride[2], dilation[2], before[2];
    /// Whether a mean is taken over the whole window, padding included, or over the image's pixels only.
    bool counts_padding;
    /// Maximum number of threads; each has a row of sums in the working memory.
    size_t threads;
} fovea_average_pooling;

/// Size in bytes of the working memory, aligned to 64, of the functions below.
size_t fovea_average_pooling_workspace(const fovea_average_pooling *pooling);

/// Takes the mean of each window. Sums are in double precision, rows first: a row of the image is read once for each
/// row of windows that covers it, however wide the windows are.
void fovea_average_pool(const fovea_average_pooling *pooling, const float *images, float *means, void *workspace);

/// Gradient of the means: each pixel receives its share from every window that covers it. Sums are taken in the same
/// way.
void fovea_average_pool_gradient(
    const fovea_average_pooling *pooling, const float *upstream, float *gradient, void *workspace);

#endif
