#ifndef CFOVEACPU_TRANSPOSE_H
#define CFOVEACPU_TRANSPOSE_H

#include "Vectors.h"

// Transposes 16 rows of 16 numbers in registers. Each of the four rounds doubles how many numbers of a column are next to
// each other.
ALWAYS_INLINE void transpose(vector rows[vector_lanes]) {
    UNROLL
    for (int round = 0; round < 4; round++) {
        vector mixed[vector_lanes];
        UNROLL
        for (int i = 0; i < vector_lanes / 2; i++) {
            vector a = rows[i], b = rows[i + vector_lanes / 2];
            mixed[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            mixed[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        UNROLL
        for (int i = 0; i < vector_lanes; i++) rows[i] = mixed[i];
    }
}

#endif
