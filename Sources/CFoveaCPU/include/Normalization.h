#ifndef CFOVEACPU_NORMALIZATION_H
#define CFOVEACPU_NORMALIZATION_H

#include <stddef.h>

#include "Rectifier.h"

/// Images, each channel of which is normalized. Channels come in blocks of `lanes` (1, 2, 4, 8 or 16) that lie next to
/// each other; the strides, in floats, lead from image to image, from block to block and from pixel to pixel. If pixels
/// are `lanes` apart, the lanes after the last channel are padding, which is zero and stays zero.
typedef struct {
    size_t images, channels, pixels;
    size_t lanes;
    size_t image_stride, block_stride, pixel_stride;
    double epsilon;
    fovea_rectifier rectifier;
} fovea_normalization;

/// Size in bytes of the working memory, aligned to 64, of the functions below.
size_t fovea_normalization_workspace(const fovea_normalization *n);

/// y = f((x − μ) / √(σ² + ε) · scale + bias + residual) with the mean μ and the variance σ² of each channel, which are
/// results too; `residual` may be NULL. Reads x twice, the second time from the cache as far as it fits. y may be the
/// memory of x or of the residual.
void fovea_normalize(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *residual, float *y,
    float *mean, float *variance, void *workspace);

/// The mean and the variance of each channel, and nothing else.
void fovea_measure_channels(
    const fovea_normalization *n, const float *x, float *mean, float *variance, void *workspace);

/// The same as `fovea_normalize` without a residual, with a given mean and variance: reads x once. y may be the memory of x.
void fovea_normalize_given(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, float *y, void *workspace);

/// The gradients of a normalization. With g = f′(y) · (upstream + second_upstream): the sums of g (`dbias`) and of g·x̂
/// (`dscale`), and dx = scale / √(σ² + ε) · (g − mean of g − x̂ · mean of g·x̂).
///
/// A rectifier needs either `y` or, if no residual was added, only `bias`: then y is recomputed from x, which is read
/// anyway. The other one is NULL, as are `second_upstream` if there is none and `rectified`, which receives g, if
/// nobody needs it.
///
/// `rectified`, or dx if that is NULL, may be the memory of y or of an upstream gradient. dx may be the memory of x
/// unless dx holds g in between: if `rectified` is NULL and `y` or `second_upstream` is not.
void fovea_normalize_gradient(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, const float *y, const float *upstream, const float *second_upstream, float *dx, float *dscale,
    float *dbias, float *rectified, void *workspace);

#endif
