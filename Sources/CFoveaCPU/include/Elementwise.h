#ifndef CFOVEACPU_ELEMENTWISE_H
#define CFOVEACPU_ELEMENTWISE_H

#include <stddef.h>

// Activations that oneDNN lacks, or for which it overflows or turns NaN into a number. All run element by element over
// memory of any dense layout, and may run in place.

typedef enum {
    fovea_relu,
    fovea_relu6,
    /// Its parameter is the slope below 0.
    fovea_leaky_relu,
    /// Its parameter is α.
    fovea_elu,
    fovea_absolute,
    fovea_hard_sigmoid,
    fovea_hard_swish,
    fovea_mish,
    fovea_exponential,
} fovea_activation;

/// y = f(x). `parameter` is 0 for a function that has none.
void fovea_activate(fovea_activation function, float parameter, size_t count, const float *x, float *y);

/// dx = upstream · f′(x).
void fovea_activation_gradient(
    fovea_activation function, float parameter, size_t count, const float *x, const float *upstream, float *dx);

#endif
