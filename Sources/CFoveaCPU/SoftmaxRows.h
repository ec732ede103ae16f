#ifndef CFOVEACPU_SOFTMAX_ROWS_H
#define CFOVEACPU_SOFTMAX_ROWS_H

#include <stddef.h>

#include "Exponential.h"

// The two numbers that turn a row of logits into probabilities.

#pragma STDC FP_CONTRACT OFF

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LANES 16

// The largest logit; NaN if there is one.
ALWAYS_INLINE float row_maximum(const float *x, size_t count) {
    float partial[LANES];
    for (size_t lane = 0; lane < LANES; lane++) partial[lane] = x[0];
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            float value = x[i + lane];
            partial[lane] = value > partial[lane] || value != value ? value : partial[lane];
        }
    }
    for (size_t i = whole; i < count; i++) {
        partial[0] = x[i] > partial[0] || x[i] != x[i] ? x[i] : partial[0];
    }
    float maximum = partial[0];
    for (size_t lane = 1; lane < LANES; lane++) {
        maximum = partial[lane] > maximum || partial[lane] != partial[lane] ? partial[lane] : maximum;
    }
    return maximum;
}

// Σ e^(x − maximum). Lanes are added in double precision and always in the same order.
ALWAYS_INLINE double row_sum(const float *x, size_t count, float maximum) {
    double partial[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) partial[lane] += fovea_exponential(x[i + lane] - maximum);
    }
    for (size_t i = whole; i < count; i++) partial[i - whole] += fovea_exponential(x[i] - maximum);
    double sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) sum += partial[lane];
    return sum;
}

#endif
