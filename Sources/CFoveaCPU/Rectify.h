#ifndef CFOVEACPU_RECTIFY_H
#define CFOVEACPU_RECTIFY_H

#include <stdint.h>

#include "Rectifier.h"
#include "Vectors.h"

// The lanes of vectors for which a comparison holds, as bits that are all 1 or all 0.
typedef int32_t mask __attribute__((vector_size(vector_lanes * sizeof(int32_t)), may_alias));

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
