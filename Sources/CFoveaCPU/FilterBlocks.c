#include "FilterBlocks.h"

#include "Parallel.h"
#include "Transpose.h"

enum { side = vector_lanes, block_size = side * side };

typedef struct {
    fovea_filter_blocks blocks;
    const float *from;
    float *to;
} task;

// 16 filters of 16 channels are 16 rows of 16·taps numbers, channel by channel. Each group of 16 columns is transposed
// in registers: rows lie so far apart that they would evict each other from the cache.
ALWAYS_INLINE void move_filters_innermost(
    const float *plain, size_t row_length, size_t taps, float *block, int is_inverse) {
    size_t channel = 0, tap = 0;
    for (size_t group = 0; group < taps; group++) {
        float *row = (float *)plain + group * side;
        float *columns[side];
        for (int i = 0; i < side; i++) {
            columns[i] = block + tap * block_size + channel * side;
            if (++tap == taps) {
                tap = 0;
                channel++;
            }
        }
        vector rows[side];
        UNROLL
        for (size_t i = 0; i < side; i++) {
            rows[i] = *(unaligned_vector *)(is_inverse ? columns[i] : row + i * row_length);
        }
        transpose(rows);
        UNROLL
        for (size_t i = 0; i < side; i++) {
            *(unaligned_vector *)(is_inverse ? row + i * row_length : columns[i]) = rows[i];
        }
    }
}

// By way of a block whose filters are innermost.
ALWAYS_INLINE void move_channels_innermost(
    const float *plain, size_t row_length, size_t taps, float *block, int is_inverse) {
    float between[fovea_maximum_taps * block_size];
    if (!is_inverse) move_filters_innermost(plain, row_length, taps, between, 0);
    for (size_t tap = 0; tap < taps; tap++) {
        const float *from = (is_inverse ? block : between) + tap * block_size;
        float *to = (is_inverse ? between : block) + tap * block_size;
        vector rows[side];
        UNROLL
        for (size_t i = 0; i < side; i++) rows[i] = *(const unaligned_vector *)(from + i * side);
        transpose(rows);
        UNROLL
        for (size_t i = 0; i < side; i++) *(unaligned_vector *)(to + i * side) = rows[i];
    }
    if (is_inverse) move_filters_innermost(plain, row_length, taps, between, 1);
}

ALWAYS_INLINE void move(const task *t, size_t begin, size_t end, int is_inverse) {
    const fovea_filter_blocks *b = &t->blocks;
    size_t row_length = b->channels * b->taps, rows = b->filters / side, columns = b->channels / side;
    for (size_t i = begin; i < end; i++) {
        size_t row = i / columns, column = i % columns;
        size_t place = b->channels_outermost ? column * rows + row : i;
        const float *plain = (is_inverse ? t->to : t->from) + (row * row_length + column * b->taps) * side;
        float *block = (float *)(is_inverse ? t->from : t->to) + place * block_size * b->taps;
        if (b->filters_innermost) move_filters_innermost(plain, row_length, b->taps, block, is_inverse);
        else move_channels_innermost(plain, row_length, b->taps, block, is_inverse);
    }
}

WIDE_LOOP(block_part) { move(context, begin, end, 0); }
WIDE_LOOP(unblock_part) { move(context, begin, end, 1); }

static void move_all(const fovea_filter_blocks *b, const float *from, float *to, fovea_loop_body body) {
    task t = {*b, from, to};
    fovea_parallel_for(b->filters / side * (b->channels / side), 1 + 16384 / (block_size * b->taps), body, &t);
}

void fovea_block_filters(const fovea_filter_blocks *blocks, const float *plain, float *blocked) {
    move_all(blocks, plain, blocked, block_part);
}

void fovea_unblock_filters(const fovea_filter_blocks *blocks, const float *blocked, float *plain) {
    move_all(blocks, blocked, plain, unblock_part);
}
