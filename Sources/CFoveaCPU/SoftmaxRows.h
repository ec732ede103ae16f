#ifndef CFOVEACPU_SOFTMAX_ROWS_H
#define CFOVEACPU_SOFTMAX_ROWS_H

#include <stddef.h>

#include "Exponential.h"
#include "Vectors.h"

// The two numbers that turn a row of logits into probabilities.

#pragma STDC FP_CONTRACT OFF

// How many partial results a row has: independent of each other, so that the loop becomes vector instructions.
enum { partial_count = 16 };

// The largest logit; NaN if any logit is NaN.
ALWAYS_INLINE float row_maximum(const float *x, size_t count) {
    float partial[partial_count];
    for (size_t lane = 0; lane < partial_count; lane++) partial[lane] = x[0];
    size_t whole = count / partial_count * partial_count;
    for (size_t i = 0; i < whole; i += partial_count) {
        for (size_t lane = 0; lane < partial_count; lane++) {
            float value = x[i + lane];
            partial[lane] = value > partial[lane] || value != value ? value : partial[lane];
        }
    }
    for (size_t i = whole; i < count; i++) {
        partial[0] = x[i] > partial[0] || x[i] != x[i] ? x[i] : partial[0];
    }
    float maximum = partial[0];
    for (size_t lane = 1; lane < partial_count; lane++) {
        maximum = partial[lane] > maximum || partial[lane] != partial[lane] ? partial[lane] : maximum;
    }
    return maximum;
}

// Σ e^(x − maximum), in double precision and always in the same order.
ALWAYS_INLINE double row_sum(const float *x, size_t count, float maximum) {
    double partial[partial_count] = {0};
    size_t whole = count / partial_count * partial_count;
    for (size_t i = 0; i < whole; i += partial_count) {
        for (size_t lane = 0; lane < partial_count; lane++) partial[lane] += exponential(x[i + lane] - maximum);
    }
    for (size_t i = whole; i < count; i++) partial[i - whole] += exponential(x[i] - maximum);
    double sum = 0;
    for (size_t lane = 0; lane < partial_count; lane++) sum += partial[lane];
    return sum;
}

#endif
