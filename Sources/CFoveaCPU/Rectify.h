#ifndef CFOVEACPU_RECTIFY_H
#define CFOVEACPU_RECTIFY_H

#include "Rectifier.h"
#include "Vectors.h"

// `rectifier` is a literal in every call.
ALWAYS_INLINE void rectify(fovea_rectifier rectifier, vector *v) {
    // Both comparisons are false for NaN, so that NaN passes through.
    if (rectifier != fovea_no_rectifier) *v = (vector)((mask)*v & ~(*v < 0));
    if (rectifier == fovea_rectify_to_6) {
        mask above = *v > 6;
        vector six = {6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6};
        *v = (vector)(((mask)*v & ~above) | ((mask)six & above));
    }
}

#endif
