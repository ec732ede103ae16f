#ifndef CFOVEACPU_RECURRENT_CELLS_H
#define CFOVEACPU_RECURRENT_CELLS_H

#include <math.h>
#include <stddef.h>

#include "Exponential.h"

// The gates of recurrent cells for one row, element by element. `WIDE_VECTORS` functions inline them.

ALWAYS_INLINE float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

// tanh x = 1 − 2/(1 + e²ˣ), and near 0, where that cancels, x + x³ · p(x²).
ALWAYS_INLINE float hyperbolic_tangent(float x) {
    float far = 1.0f - 2.0f / (1.0f + exponential(2.0f * x));
    float s = x * x;
    float p = -5.70498872745e-3f;
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    float near = p * s * x + x;
    return fabsf(x) < 0.625f ? near : far;
}

#endif
