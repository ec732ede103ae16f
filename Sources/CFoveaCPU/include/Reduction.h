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

#endif
