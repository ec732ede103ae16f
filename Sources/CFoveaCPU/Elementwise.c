#include "Elementwise.h"

#include "Parallel.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    fovea_activation function;
    const float *x;
    const float *upstream;
    float *result;
} task;

// One conditional per comparison, and each comparison false for NaN, so that NaN passes through.
WIDE_VECTORS static void activate(size_t begin, size_t end, const void *context) {
    const task *t = context;
    const float *x = t->x;
    float *y = t->result;
    switch (t->function) {
    case fovea_relu:
        for (size_t i = begin; i < end; i++) y[i] = x[i] < 0 ? 0 : x[i];
        break;
    case fovea_relu6:
        for (size_t i = begin; i < end; i++) y[i] = x[i] < 0 ? 0 : x[i] > 6 ? 6 : x[i];
        break;
    case fovea_hard_sigmoid:
        for (size_t i = begin; i < end; i++) y[i] = x[i] < -3 ? 0 : x[i] > 3 ? 1 : (x[i] + 3) / 6;
        break;
    case fovea_hard_swish:
        for (size_t i = begin; i < end; i++) y[i] = x[i] * (x[i] < -3 ? 0 : x[i] > 3 ? 1 : (x[i] + 3) / 6);
        break;
    }
}

WIDE_VECTORS static void gradient(size_t begin, size_t end, const void *context) {
    const task *t = context;
    const float *x = t->x;
    const float *upstream = t->upstream;
    float *dx = t->result;
    switch (t->function) {
    case fovea_relu:
        for (size_t i = begin; i < end; i++) dx[i] = x[i] <= 0 ? upstream[i] * 0 : upstream[i];
        break;
    case fovea_relu6:
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] <= 0 || x[i] >= 6 ? 0 : 1);
        break;
    case fovea_hard_sigmoid:
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] <= -3 || x[i] >= 3 ? 0 : 1.0f / 6);
        break;
    case fovea_hard_swish:
        for (size_t i = begin; i < end; i++) {
            dx[i] = upstream[i] * (x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (2 * x[i] + 3) / 6);
        }
        break;
    }
}

// Below this many elements a second thread costs more than it saves.
static const size_t grain = 16384;

void fovea_activate(fovea_activation function, size_t count, const float *x, float *y) {
    task t = {function, x, NULL, y};
    fovea_parallel_for(count, grain, activate, &t);
}

void fovea_activation_gradient(
    fovea_activation function, size_t count, const float *x, const float *upstream, float *dx) {
    task t = {function, x, upstream, dx};
    fovea_parallel_for(count, grain, gradient, &t);
}
