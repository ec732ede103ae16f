#include "Softmax.h"

#include <math.h>

#include "Parallel.h"
#include "SoftmaxRows.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    size_t length, inner;
    const float *x;
    const float *upstream;
    float *result;
} task;

// Where a line begins; its elements lie `inner` apart.
static size_t first_of(const task *t, size_t line) {
    return line / t->inner * t->length * t->inner + line % t->inner;
}

static void strided_line(const task *t, const float *x, float *y) {
    float maximum = x[0];
    for (size_t i = 1; i < t->length; i++) {
        float value = x[i * t->inner];
        maximum = value > maximum || value != value ? value : maximum;
    }
    double sum = 0;
    for (size_t i = 0; i < t->length; i++) sum += fovea_exponential(x[i * t->inner] - maximum);
    float share = (float)(1 / sum);
    for (size_t i = 0; i < t->length; i++) y[i * t->inner] = fovea_exponential(x[i * t->inner] - maximum) * share;
}

WIDE_VECTORS static void lines(size_t begin, size_t end, const void *context) {
    const task *t = context;
    for (size_t line = begin; line < end; line++) {
        const float *x = t->x + first_of(t, line);
        float *y = t->result + first_of(t, line);
        if (t->inner > 1) {
            strided_line(t, x, y);
            continue;
        }
        float maximum = row_maximum(x, t->length);
        float share = (float)(1 / row_sum(x, t->length, maximum));
        for (size_t i = 0; i < t->length; i++) y[i] = fovea_exponential(x[i] - maximum) * share;
    }
}

static void gradient_lines(size_t begin, size_t end, const void *context) {
    const task *t = context;
    for (size_t line = begin; line < end; line++) {
        size_t first = first_of(t, line);
        double sum = 0;
        for (size_t i = 0; i < t->length; i++) sum += t->upstream[first + i * t->inner];
        for (size_t i = 0; i < t->length; i++) {
            size_t place = first + i * t->inner;
            t->result[place] = (float)(t->upstream[place] - exp(t->x[place]) * sum);
        }
    }
}

// Lines for which a second thread is worth it.
static size_t grain(size_t length) { return 1 + 2048 / (length + 1); }

void fovea_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y) {
    task t = {length, inner, x, NULL, y};
    fovea_parallel_for(outer * inner, grain(length), lines, &t);
}

void fovea_log_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *dx) {
    task t = {length, inner, y, upstream, dx};
    fovea_parallel_for(outer * inner, grain(length), gradient_lines, &t);
}
