#ifndef CFOVEACPU_SOFTMAX_H
#define CFOVEACPU_SOFTMAX_H

#include <stddef.h>

// Softmax along the middle axis of outer × length × inner numbers. Sums are taken in double precision. A result may be
// the memory of an operand.

/// y = eˣ / Σ eˣ.
void fovea_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y);

/// y = x − ln Σ eˣ, with the logarithm in double precision: for a class that is nearly certain the result is nearly 0,
/// and would consist of nothing but the error of a float's logarithm.
void fovea_log_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y);

/// y · (upstream − Σ upstream · y), with the y of `fovea_softmax`.
void fovea_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *gradient);

/// upstream − eʸ · Σ upstream, with the y of `fovea_log_softmax`.
void fovea_log_softmax_gradient(
    size_t outer, size_t length, size_t inner, const float *y, const float *upstream, float *gradient);

#endif
