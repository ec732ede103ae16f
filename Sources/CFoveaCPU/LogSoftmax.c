#include "LogSoftmax.h"

#include <math.h>

#include "Parallel.h"
#include "SoftmaxRows.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    size_t length, inner;
    const float *x;
    float *y;
} task;

// A line whose elements lie `inner` apart.
static void strided_line(const task *t, const float *x, float *y) {
    float maximum = x[0];
    for (size_t i = 1; i < t->length; i++) {
        float value = x[i * t->inner];
        maximum = value > maximum || value != value ? value : maximum;
    }
    double sum = 0;
    for (size_t i = 0; i < t->length; i++) sum += fovea_exponential(x[i * t->inner] - maximum);
    double normalizer = log(sum);
    for (size_t i = 0; i < t->length; i++) y[i * t->inner] = (float)((double)x[i * t->inner] - maximum - normalizer);
}

WIDE_VECTORS static void lines(size_t begin, size_t end, const void *context) {
    const task *t = context;
    for (size_t line = begin; line < end; line++) {
        size_t first = line / t->inner * t->length * t->inner + line % t->inner;
        const float *x = t->x + first;
        float *y = t->y + first;
        if (t->inner > 1) {
            strided_line(t, x, y);
            continue;
        }
        float maximum = row_maximum(x, t->length);
        double normalizer = log(row_sum(x, t->length, maximum));
        for (size_t i = 0; i < t->length; i++) y[i] = (float)((double)x[i] - maximum - normalizer);
    }
}

void fovea_log_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y) {
    task t = {length, inner, x, y};
    fovea_parallel_for(outer * inner, 1 + 2048 / (length + 1), lines, &t);
}
