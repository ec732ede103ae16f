#ifndef CFOVEACPU_PANELS_H
#define CFOVEACPU_PANELS_H

#include <stddef.h>

// Products of a few rows with a matrix that is used many times, such as the weights of a recurrent layer: the matrix is
// packed once into panels of columns, each as wide as registers hold sums.

/// The floats between the beginnings of two rows of `columns` numbers that are whole vectors.
size_t fovea_padded(size_t columns);

/// The floats of a packed matrix of `depth` rows.
size_t fovea_packed_count(size_t depth, size_t columns);

/// Packs `depth` rows of a matrix as the rows from `first` on of one with `total_depth`; element (k, j) lies at
/// `matrix[k * depth_stride + j * column_stride]`. Missing columns of the last vector are 0.
void fovea_pack_panels(
    const float *matrix, size_t depth_stride, size_t column_stride, size_t first, size_t depth, size_t total_depth,
    size_t columns, float *panels);

/// Rows of numbers that need not lie beside each other.
typedef struct {
    const float *const *rows;
    /// The numbers of each row.
    size_t depth;
} fovea_row_list;

/// result[i] = start[i] + [one[i], other[i]] · matrix, for `count` rows.
///
/// Rows of the result lie `stride` apart, those of `start` `start_stride`, which may be 0. `start` may be the result;
/// NULL stands for zeros. All have room for whole vectors (`fovea_padded`). Each number is summed in the same order,
/// however many rows there are.
void fovea_multiply_panels(
    size_t count, fovea_row_list one, fovea_row_list other, const float *panels, size_t columns, const float *start,
    size_t start_stride, float *result, size_t stride);

/// sums[m][j] += Σ_k left[k][m] · right[k][j], for `depth` rows k, `rows` m and `columns` j.
///
/// `right` and `sums` have room for whole vectors in each row.
void fovea_add_products(
    size_t depth, const float *left, size_t left_stride, size_t rows, const float *right, size_t right_stride,
    size_t columns, float *sums, size_t sum_stride);

#endif
