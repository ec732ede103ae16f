#ifndef CFOVEACPU_LOG_SOFTMAX_H
#define CFOVEACPU_LOG_SOFTMAX_H

#include <stddef.h>

/// y = x − ln Σ eˣ along the middle axis of outer × length × inner numbers. The logarithm is taken in double precision: for a
/// class that is nearly certain the result is nearly 0, and an error of a float's logarithm would be all of it.
void fovea_log_softmax(size_t outer, size_t length, size_t inner, const float *x, float *y);

#endif
