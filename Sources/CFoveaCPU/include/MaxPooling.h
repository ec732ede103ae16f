#ifndef CFOVEACPU_MAX_POOLING_H
#define CFOVEACPU_MAX_POOLING_H

#include <stddef.h>
#include <stdint.h>

/// Images as `planes` × depth × height × width × `lanes` numbers: lanes (the channels of a block, or 1 if the layout is
/// plain) lie next to each other and are pooled side by side. The axes of the window are in the same order.
typedef struct {
    size_t planes, lanes;
    size_t depth, height, width;
    size_t pooled_depth, pooled_height, pooled_width;
    int64_t kernel[3], stride[3], dilation[3], before[3];
} fovea_max_pooling;

/// Finds the largest pixel of each window and, unless `places` is NULL, its place (t·KH + u)·KW + v in the window. Of
/// equal pixels, the first wins; NaN wins over every number.
void fovea_max_pool(const fovea_max_pooling *pooling, const float *images, float *maxima, int32_t *places);

/// Adds the gradient of each window's result to the pixel at its place; ignores a place that is not a pixel under the
/// window.
void fovea_max_pool_gradient(
    const fovea_max_pooling *pooling, const int32_t *places, const float *upstream, float *gradient);

#endif
