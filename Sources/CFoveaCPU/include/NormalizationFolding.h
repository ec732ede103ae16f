#ifndef CFOVEACPU_NORMALIZATION_FOLDING_H
#define CFOVEACPU_NORMALIZATION_FOLDING_H

#include <stddef.h>

/// A normalization with fixed statistics after a convolution: one number of each kind for each of `count` filters,
/// which have `size` numbers each.
typedef struct {
    size_t count, size;
    float epsilon;
    const float *scale, *bias, *mean, *variance;
    /// The convolution's bias; NULL if it has none.
    const float *own_bias;
} fovea_folding;

/// Folds a normalization into the filters before it: with s = scale / √(variance + ε), folded = filters · s and
/// folded_bias = (own_bias − mean) · s + bias.
void fovea_fold_normalization(const fovea_folding *f, const float *filters, float *folded, float *folded_bias);

#endif
