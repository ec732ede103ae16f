#ifndef CFOVEACPU_SINGLE_ROW_H
#define CFOVEACPU_SINGLE_ROW_H

#include <stddef.h>

#include "Rectifier.h"

/// Multiplies one row with a matrix, yₙ = rectified(bₙ + Σₖ xₖ · wₙₖ), which takes as long as reading the matrix once.
///
/// - Parameters:
///   - matrix: [columns, depth], row by row: the weights of a dense layer.
///   - bias: One number for each column, or NULL.
void fovea_multiply_single_row(
    const float *row, const float *matrix, const float *bias, size_t depth, size_t columns, fovea_rectifier rectifier,
    float *result);

#endif
