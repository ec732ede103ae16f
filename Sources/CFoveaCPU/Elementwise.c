#include "Elementwise.h"

#include <math.h>

#include "Exponential.h"
#include "Parallel.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    fovea_activation function;
    float parameter;
    const float *x;
    const float *upstream;
    float *result;
} task;

// tanh(ln(1 + eˣ)) = (1 + 2t) / (1 + 2t + 2t²) with t = e⁻ˣ; for negative x, numerator and denominator are multiplied
// by e²ˣ. `rest` is 1 minus that, `sigmoid` the logistic function: Mish and its slope take one exponential, which
// cannot overflow.
ALWAYS_INLINE float mish_gate(float x, float *rest, float *sigmoid) {
    float t = exponential(-fabsf(x));
    float numerator = x > 0 ? 1 + 2 * t : t * t + 2 * t;
    float missing = x > 0 ? 2 * t * t : 2;
    *rest = missing / (numerator + missing);
    *sigmoid = (x > 0 ? 1 : t) / (1 + t);
    return numerator / (numerator + missing);
}

// Each comparison is false for NaN, so that NaN passes through.
WIDE_LOOP(activate) {
    const task *t = context;
    const float *x = t->x;
    float *y = t->result, parameter = t->parameter;
    switch (t->function) {
    case fovea_relu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] < 0 ? 0 : x[i];
        break;
    case fovea_relu6:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] < 0 ? 0 : x[i] > 6 ? 6 : x[i];
        break;
    case fovea_leaky_relu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] > 0 ? x[i] : parameter * x[i];
        break;
    case fovea_elu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] > 0 ? x[i] : parameter * (exponential(x[i]) - 1);
        break;
    case fovea_absolute:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = fabsf(x[i]);
        break;
    case fovea_hard_sigmoid:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] < -3 ? 0 : x[i] > 3 ? 1 : (x[i] + 3) / 6;
        break;
    case fovea_hard_swish:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = x[i] * (x[i] < -3 ? 0 : x[i] > 3 ? 1 : (x[i] + 3) / 6);
        break;
    case fovea_mish:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) {
            float rest, sigmoid;
            y[i] = x[i] * mish_gate(x[i], &rest, &sigmoid);
        }
        break;
    case fovea_exponential:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) y[i] = exponential(x[i]);
        break;
    }
}

WIDE_LOOP(gradient) {
    const task *t = context;
    const float *x = t->x;
    const float *upstream = t->upstream;
    float *dx = t->result, parameter = t->parameter;
    switch (t->function) {
    case fovea_relu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = x[i] <= 0 ? upstream[i] * 0 : upstream[i];
        break;
    case fovea_relu6:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] <= 0 || x[i] >= 6 ? 0 : 1);
        break;
    case fovea_leaky_relu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] > 0 ? 1 : parameter);
        break;
    case fovea_elu:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) {
            dx[i] = upstream[i] * (x[i] > 0 ? 1 : parameter * exponential(x[i]));
        }
        break;
    case fovea_absolute:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0);
        break;
    case fovea_hard_sigmoid:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * (x[i] <= -3 || x[i] >= 3 ? 0 : 1.0f / 6);
        break;
    case fovea_hard_swish:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) {
            dx[i] = upstream[i] * (x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (2 * x[i] + 3) / 6);
        }
        break;
    case fovea_mish:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) {
            float rest, sigmoid;
            float gate = mish_gate(x[i], &rest, &sigmoid);
            dx[i] = upstream[i] * (gate + x[i] * rest * (1 + gate) * sigmoid);
        }
        break;
    case fovea_exponential:
        EACH_ELEMENT
        for (size_t i = begin; i < end; i++) dx[i] = upstream[i] * exponential(x[i]);
        break;
    }
}

// Below this many elements, a second thread costs more than it saves.
static const size_t grain = 16384;

void fovea_activate(fovea_activation function, float parameter, size_t count, const float *x, float *y) {
    task t = {function, parameter, x, NULL, y};
    fovea_parallel_for(count, grain, activate, &t);
}

void fovea_activation_gradient(
    fovea_activation function, float parameter, size_t count, const float *x, const float *upstream, float *dx) {
    task t = {function, parameter, x, upstream, dx};
    fovea_parallel_for(count, grain, gradient, &t);
}
