#include "Casts.h"

#include <string.h>

#include "Parallel.h"
#include "Vectors.h"

typedef struct {
    const void *from;
    void *to;
} task;

WIDE_LOOP(narrow) {
    const task *t = context;
    const float *from = t->from;
    uint16_t *to = t->to;
    for (size_t i = begin; i < end; i++) {
        uint32_t bits;
        memcpy(&bits, from + i, sizeof bits);
        // Adds half a unit of the last place that stays, or just less if that place is even.
        uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
        // Rounding could turn NaN into infinity, so NaN becomes a quiet NaN instead.
        uint32_t quiet = bits >> 16 | 0x40;
        to[i] = (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded);
    }
}

void fovea_floats_to_bfloat16(size_t count, const float *from, uint16_t *to) {
    task t = {from, to};
    fovea_parallel_for(count, 16384, narrow, &t);
}

WIDE_LOOP(widen) {
    const task *t = context;
    const uint16_t *from = t->from;
    float *to = t->to;
    for (size_t i = begin; i < end; i++) {
        uint32_t bits = (uint32_t)from[i] << 16;
        memcpy(to + i, &bits, sizeof bits);
    }
}

void fovea_bfloat16_to_floats(size_t count, const uint16_t *from, float *to) {
    task t = {from, to};
    fovea_parallel_for(count, 16384, widen, &t);
}
