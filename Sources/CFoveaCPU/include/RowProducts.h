#ifndef CFOVEACPU_ROW_PRODUCTS_H
#define CFOVEACPU_ROW_PRODUCTS_H

#include <stddef.h>

// Sums over each of some rows of `width` numbers that lie one after the other. Each sum is taken in 32 parts, in the same order
// on every processor.

/// Σ query · row, and Σ row².
void fovea_row_products(
    const float *query, const float *rows, size_t count, size_t width, double *products, double *squares);

/// Σ (query − row)².
void fovea_row_distances(const float *query, const float *rows, size_t count, size_t width, double *distances);

#endif
