#include "RowProducts.h"

#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

// Two sums of vectors, because each addition waits for the one before.
enum { step = 2 * vector_lanes };

ALWAYS_INLINE double sum(const vector *a, const vector *b) {
    double total = 0;
    for (size_t lane = 0; lane < vector_lanes; lane++) total += (double)(*a)[lane] + (double)(*b)[lane];
    return total;
}

EXPORTED_WIDE_VECTORS(
    fovea_row_products,
    (const float *query, const float *rows, size_t count, size_t width, double *products, double *squares),
    (query, rows, count, width, products, squares)) {
    for (size_t number = 0; number < count; number++) {
        const float *row = rows + number * width;
        vector product[2] = {0}, square[2] = {0};
        size_t column = 0;
        for (; column + step <= width; column += step) {
            UNROLL
            for (size_t half = 0; half < 2; half++) {
                size_t place = column + half * vector_lanes;
                vector x = *(const unaligned_vector *)(query + place), y = *(const unaligned_vector *)(row + place);
                product[half] += x * y;
                square[half] += y * y;
            }
        }
        products[number] = sum(&product[0], &product[1]);
        squares[number] = sum(&square[0], &square[1]);
        for (; column < width; column++) {
            products[number] += (double)query[column] * row[column];
            squares[number] += (double)row[column] * row[column];
        }
    }
}

EXPORTED_WIDE_VECTORS(
    fovea_row_distances,
    (const float *query, const float *rows, size_t count, size_t width, double *distances),
    (query, rows, count, width, distances)) {
    for (size_t number = 0; number < count; number++) {
        const float *row = rows + number * width;
        vector distance[2] = {0};
        size_t column = 0;
        for (; column + step <= width; column += step) {
            UNROLL
            for (size_t half = 0; half < 2; half++) {
                size_t place = column + half * vector_lanes;
                vector difference = *(const unaligned_vector *)(query + place) - *(const unaligned_vector *)(row + place);
                distance[half] += difference * difference;
            }
        }
        distances[number] = sum(&distance[0], &distance[1]);
        for (; column < width; column++) {
            double difference = (double)query[column] - row[column];
            distances[number] += difference * difference;
        }
    }
}
