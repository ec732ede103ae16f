#include "SingleRow.h"

#include "Parallel.h"
#include "Sizes.h"
#include "Vectors.h"

// How many columns are summed at a time, in how many vectors each, so that additions need not wait for each other; how far
// ahead of them the matrix is fetched, in floats; and the products that make a part worth a thread.
enum { most_columns = 4, vectors_per_column = 2, prefetch_distance = 512, products_per_thread = 100000 };

typedef struct {
    const float *row, *matrix, *bias;
    size_t depth;
    fovea_rectifier rectifier;
    float *result;
} task;

// The products of the last numbers, fewer than a vector holds: of the last vector, without those that were added before.
ALWAYS_INLINE void multiply_rest(const float *row, const float *line, size_t depth, size_t rest, vector *products) {
    const mask lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    size_t first = depth - vector_lanes;
    vector all = *(const unaligned_vector *)(row + first) * *(const unaligned_vector *)(line + first);
    *products = (vector)((mask)all & (lanes >= (int32_t)(vector_lanes - rest)));
}

ALWAYS_INLINE void multiply_columns(const task *t, size_t first, const int columns) {
    const size_t step = vectors_per_column * vector_lanes, whole = t->depth / step * step;
    const float *lines[most_columns];
    vector sums[most_columns][vectors_per_column];
    UNROLL
    for (int j = 0; j < columns; j++) {
        lines[j] = t->matrix + (first + (size_t)j) * t->depth;
        UNROLL
        for (int i = 0; i < vectors_per_column; i++) sums[j][i] = (vector){0};
    }
    for (size_t k = 0; k < whole; k += step) {
        vector x[vectors_per_column];
        UNROLL
        for (int i = 0; i < vectors_per_column; i++) {
            x[i] = *(const unaligned_vector *)(t->row + k + (size_t)i * vector_lanes);
        }
        UNROLL
        for (int j = 0; j < columns; j++) {
            UNROLL
            for (int i = 0; i < vectors_per_column; i++) {
                const float *from = lines[j] + k + (size_t)i * vector_lanes;
                __builtin_prefetch(from + prefetch_distance);
                sums[j][i] += x[i] * *(const unaligned_vector *)from;
            }
        }
    }
    UNROLL
    for (int j = 0; j < columns; j++) {
        vector all = sums[j][0];
        UNROLL
        for (int i = 1; i < vectors_per_column; i++) all += sums[j][i];
        size_t k = whole;
        for (; k + vector_lanes <= t->depth; k += vector_lanes) {
            all += *(const unaligned_vector *)(t->row + k) * *(const unaligned_vector *)(lines[j] + k);
        }
        if (k < t->depth && t->depth >= vector_lanes) {
            vector rest;
            multiply_rest(t->row, lines[j], t->depth, t->depth - k, &rest);
            all += rest;
            k = t->depth;
        }
        float sum = sum_of_lanes(&all);
        for (; k < t->depth; k++) sum += t->row[k] * lines[j][k];
        if (t->bias != NULL) sum += t->bias[first + (size_t)j];
        // NaN stays: both comparisons are false for it.
        if (t->rectifier != fovea_no_rectifier && sum < 0) sum = 0;
        if (t->rectifier == fovea_rectify_to_6 && sum > 6) sum = 6;
        t->result[first + (size_t)j] = sum;
    }
}

WIDE_LOOP(multiply_part) {
    const task *t = context;
    size_t column = begin;
    for (; column + most_columns <= end; column += most_columns) multiply_columns(t, column, most_columns);
    for (; column < end; column++) multiply_columns(t, column, 1);
}

void fovea_multiply_single_row(
    const float *row, const float *matrix, const float *bias, size_t depth, size_t columns, fovea_rectifier rectifier,
    float *result) {
    task t = {row, matrix, bias, depth, rectifier, result};
    fovea_parallel_for(columns, divide_up(products_per_thread, depth < 1 ? 1 : depth), multiply_part, &t);
}
