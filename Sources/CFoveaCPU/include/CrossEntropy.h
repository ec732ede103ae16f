#ifndef CFOVEACPU_CROSS_ENTROPY_H
#define CFOVEACPU_CROSS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

// Softmax cross-entropy of rows of logits, in one pass over each row that stays in the cache. Either `labels` (class
// indices) or `targets` (a number per class) is NULL. A label outside 0..<classes makes its row NaN.

void fovea_cross_entropy(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets, float *losses);

/// The gradient with respect to the logits; `upstream` holds one number per row.
void fovea_cross_entropy_gradient(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets,
    const float *upstream, float *gradient);

#endif
