#ifndef CFOVEACPU_ELEMENTWISE_H
#define CFOVEACPU_ELEMENTWISE_H

#include <stddef.h>

// Activations that oneDNN lacks, or whose version there turns NaN into a number or overflows. All run element by element over memory
// of any dense layout, and may run in place.

typedef enum {
    fovea_relu,
    fovea_relu6,
    fovea_hard_sigmoid,
    fovea_hard_swish,
    fovea_mish,
    fovea_exponential_function,
} fovea_activation;

/// y = f(x).
void fovea_activate(fovea_activation function, size_t count, const float *x, float *y);

/// dx = upstream · f′(x).
void fovea_activation_gradient(
    fovea_activation function, size_t count, const float *x, const float *upstream, float *dx);

#endif
