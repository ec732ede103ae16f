#ifndef CFOVEACPU_PIXEL_BLOCKS_H
#define CFOVEACPU_PIXEL_BLOCKS_H

#include <stddef.h>

#include "Vectors.h"

// 16 channels of a pixel, whose images begin at `from`: one block, or two blocks of 8. `lanes`, the channels of a block, is a
// literal in every call.
ALWAYS_INLINE void load_pixel(const int lanes, const float *from, size_t pixels, size_t pixel, vector *v) {
    if (lanes == vector_lanes) {
        *v = *(const vector *)(from + pixel * vector_lanes);
    } else {
        half_vector low = *(const half_vector *)(from + pixel * 8);
        half_vector high = *(const half_vector *)(from + (pixels + pixel) * 8);
        *v = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}

ALWAYS_INLINE void store_pixel(const int lanes, float *to, size_t pixels, size_t pixel, const vector *v) {
    if (lanes == vector_lanes) {
        *(vector *)(to + pixel * vector_lanes) = *v;
    } else {
        *(half_vector *)(to + pixel * 8) = __builtin_shufflevector(*v, *v, 0, 1, 2, 3, 4, 5, 6, 7);
        *(half_vector *)(to + (pixels + pixel) * 8) = __builtin_shufflevector(*v, *v, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}

#endif
