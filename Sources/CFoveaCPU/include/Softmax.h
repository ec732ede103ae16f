#ifndef CFOVEACPU_SOFTMAX_H
#define CFOVEACPU_SOFTMAX_H

#include <stddef.h>

// Tensors of `outer` × `length` × `inner` elements, line by line along the middle axis. oneDNN's versions make numbers of
// NaN. May run in place.

/// y = e^(x − m) / Σ e^(x − m), where m is the largest element of the line.
void fovea_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y);

/// dx = g − e^y · Σ g, where y is the logarithm of the softmax and g its upstream gradient.
void fovea_log_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *dx);

#endif
