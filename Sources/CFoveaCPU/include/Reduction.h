#ifndef CFOVEACPU_REDUCTION_H
#define CFOVEACPU_REDUCTION_H

#include <stddef.h>

#include "Movement.h"

typedef enum {
    fovea_sum,
    fovea_mean,
    fovea_maximum,
} fovea_reduction;

/// Combines, for each element of the view `kept`, all elements at the offsets of the view `reduced` from it. Sums are
/// taken in double precision; NaN wins a maximum.
void fovea_reduce(
    fovea_reduction how, const fovea_view *kept, const fovea_view *reduced, const float *from, float *to);

/// Gradient of a maximum: all elements that equal it receive equal shares of the result's gradient, the others 0.
/// `maxima` and `upstream` have one number for each element of `kept`, row by row.
void fovea_reduce_maximum_gradient(
    const fovea_view *kept, const fovea_view *reduced, const float *x, const float *maxima, const float *upstream,
    float *gradient);

#endif
