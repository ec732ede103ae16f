#ifndef CFOVEACPU_CROSS_ENTROPY_H
#define CFOVEACPU_CROSS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/// Softmax cross-entropy of rows of logits and its gradient with respect to them, while a row is in the cache. Either
/// `labels` (class indices) or `targets` (a number per class) is NULL. `losses` or `gradient` may be NULL; `upstream`
/// holds a number per row and may be NULL if `gradient` is. A label outside 0..<classes makes its row NaN.
void fovea_cross_entropy(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets,
    const float *upstream, float *losses, float *gradient);

#endif
