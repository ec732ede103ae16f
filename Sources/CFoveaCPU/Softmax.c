#include "Softmax.h"

#include <math.h>

#include "Parallel.h"
#include "SoftmaxRows.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

// Before a loop whose result is an operand's memory or overlaps none: no number is overwritten before it is read.
#define IN_PLACE_OR_APART _Pragma("clang loop vectorize(assume_safety)")

typedef struct {
    size_t length, inner;
    // The logits, or the result whose gradient is asked for.
    const float *x;
    const float *upstream;
    float *y;
    int is_logarithm;
} task;

static size_t first_of(const task *t, size_t line) { return line / t->inner * t->length * t->inner + line % t->inner; }

// MARK: Forward

// `sum` is Σ e^(x − maximum).
ALWAYS_INLINE void write_line(const task *t, const float *x, size_t step, float maximum, double sum, float *y) {
    if (t->is_logarithm) {
        double normalizer = log(sum);
        IN_PLACE_OR_APART
        for (size_t i = 0; i < t->length; i++) y[i * step] = (float)((double)x[i * step] - maximum - normalizer);
    } else {
        float share = (float)(1 / sum);
        IN_PLACE_OR_APART
        for (size_t i = 0; i < t->length; i++) y[i * step] = exponential(x[i * step] - maximum) * share;
    }
}

// A line whose elements are `inner` numbers apart.
static void strided_line(const task *t, const float *x, float *y) {
    float maximum = x[0];
    for (size_t i = 1; i < t->length; i++) {
        float value = x[i * t->inner];
        maximum = value > maximum || value != value ? value : maximum;
    }
    double sum = 0;
    for (size_t i = 0; i < t->length; i++) sum += exponential(x[i * t->inner] - maximum);
    write_line(t, x, t->inner, maximum, sum, y);
}

WIDE_LOOP(lines) {
    const task *t = context;
    for (size_t line = begin; line < end; line++) {
        const float *x = t->x + first_of(t, line);
        float *y = t->y + first_of(t, line);
        if (t->inner > 1) {
            strided_line(t, x, y);
            continue;
        }
        float maximum = row_maximum(x, t->length);
        write_line(t, x, 1, maximum, row_sum(x, t->length, maximum), y);
    }
}

// MARK: Gradients

// Σ upstream, or Σ upstream · y.
ALWAYS_INLINE double sum_of_line(const task *t, const float *y, const float *upstream, size_t step) {
    double partial[partial_count] = {0}, sum = 0;
    size_t whole = t->length / partial_count * partial_count;
    for (size_t i = 0; i < whole; i += partial_count) {
        for (size_t lane = 0; lane < partial_count; lane++) {
            size_t place = (i + lane) * step;
            partial[lane] += t->is_logarithm ? upstream[place] : (double)upstream[place] * y[place];
        }
    }
    for (size_t i = whole; i < t->length; i++) {
        sum += t->is_logarithm ? upstream[i * step] : (double)upstream[i * step] * y[i * step];
    }
    for (size_t lane = 0; lane < partial_count; lane++) sum += partial[lane];
    return sum;
}

ALWAYS_INLINE void differentiate_line(const task *t, size_t first, size_t step) {
    const float *y = t->x + first, *upstream = t->upstream + first;
    float *gradient = t->y + first;
    double sum = sum_of_line(t, y, upstream, step);
    if (t->is_logarithm && !isfinite(sum)) {
        // The fast exponential is 0 where eʸ is merely small, and 0 · ∞ is NaN although a small number times ∞ is ∞.
        for (size_t i = 0; i < t->length; i++) {
            gradient[i * step] = (float)(upstream[i * step] - exp(y[i * step]) * sum);
        }
        return;
    }
    IN_PLACE_OR_APART
    for (size_t i = 0; i < t->length; i++) {
        size_t place = i * step;
        gradient[place] = t->is_logarithm ? (float)(upstream[place] - exponential(y[place]) * sum)
                                          : (float)(y[place] * (upstream[place] - sum));
    }
}

WIDE_LOOP(differentiate_lines) {
    const task *t = context;
    for (size_t line = begin; line < end; line++) {
        if (t->inner == 1) differentiate_line(t, first_of(t, line), 1);
        else differentiate_line(t, first_of(t, line), t->inner);
    }
}

// MARK: Entry points

// How many lines are worth a second thread.
static size_t grain(size_t length) { return 1 + 2048 / (length + 1); }

void fovea_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y) {
    task t = {.length = length, .inner = inner, .x = x, .y = y};
    fovea_parallel_for(outer * inner, grain(length), lines, &t);
}

void fovea_log_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y) {
    task t = {.length = length, .inner = inner, .x = x, .y = y, .is_logarithm = 1};
    fovea_parallel_for(outer * inner, grain(length), lines, &t);
}

void fovea_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *gradient) {
    task t = {.length = length, .inner = inner, .x = y, .upstream = upstream, .y = gradient};
    fovea_parallel_for(outer * inner, grain(length), differentiate_lines, &t);
}

void fovea_log_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *gradient) {
    task t = {.length = length, .inner = inner, .x = y, .upstream = upstream, .y = gradient, .is_logarithm = 1};
    fovea_parallel_for(outer * inner, grain(length), differentiate_lines, &t);
}
