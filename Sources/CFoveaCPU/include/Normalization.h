#ifndef CFOVEACPU_NORMALIZATION_H
#define CFOVEACPU_NORMALIZATION_H

#include <stddef.h>

/// What follows a normalization in the same pass over memory.
typedef enum {
    fovea_no_rectifier,
    fovea_rectify,
    fovea_rectify_to_6,
} fovea_rectifier;

/// Images whose channels are normalized each. Channels come in blocks of `lanes` (1, 2, 4, 8 or 16) that lie next to each
/// other; the strides, in floats, lead from image to image, from block to block and from pixel to pixel. Where pixels lie
/// `lanes` apart, the lanes after the last channel are padding, which is zero and stays zero.
typedef struct {
    size_t images, channels, pixels;
    size_t lanes;
    size_t image_stride, block_stride, pixel_stride;
    double epsilon;
    fovea_rectifier rectifier;
} fovea_normalization;

/// The bytes of working memory, aligned to 64, that the functions below take.
size_t fovea_normalization_workspace(const fovea_normalization *n);

/// y = f((x − μ) / √(σ² + ε) · scale + bias + residual) with the mean μ and the variance σ² of each channel, which are
/// handed back; `residual` may be NULL. Two passes over x, the second of which finds in the cache what fits there. y may lie
/// where x or the residual does.
void fovea_normalize(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *residual, float *y,
    float *mean, float *variance, void *workspace);

/// The same without a residual, with a mean and a variance that are given: one pass over x. y may lie where x does.
void fovea_normalize_given(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, float *y, void *workspace);

/// The gradients of a normalization. With g = f′(y) · (upstream + second_upstream): the sums of g (`dbias`) and of g·x̂
/// (`dscale`), and dx = scale / √(σ² + ε) · (g − mean of g − x̂ · mean of g·x̂).
///
/// A rectifier needs either `y` or, where no residual was added, only `bias`: then y is made again from x, which is read
/// anyway. The other one is NULL, and so are `second_upstream` where there is none and `rectified` where nobody needs g.
///
/// `rectified`, or dx where that is NULL, may lie where y or an upstream does. dx may lie where x does unless it holds g
/// meanwhile: where `rectified` is NULL and `y` or `second_upstream` is not.
void fovea_normalize_gradient(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, const float *y, const float *upstream, const float *second_upstream, float *dx, float *dscale,
    float *dbias, float *rectified, void *workspace);

#endif
