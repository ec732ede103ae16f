#ifndef CFOVEACPU_REDUCTION_H
#define CFOVEACPU_REDUCTION_H

#include <stddef.h>

#include "Movement.h"

typedef enum {
    fovea_sum,
    fovea_mean,
    fovea_maximum,
} fovea_reduction;

/// Combines, for each element of the view `kept` (the first one of a line, a plane or a block), all elements that lie at
/// the places of the view `reduced` counted from it. Sums are taken in double precision; NaN wins a maximum.
void fovea_reduce(
    fovea_reduction how, const fovea_view *kept, const fovea_view *reduced, const float *from, float *to);

/// The gradient of a maximum: each element that equals it receives an equal share of the gradient of the result, the others
/// 0. `maxima` and `upstream` lie row by row, one number for each element of `kept`.
void fovea_reduce_maximum_gradient(
    const fovea_view *kept, const fovea_view *reduced, const float *x, const float *maxima, const float *upstream,
    float *gradient);

#endif
