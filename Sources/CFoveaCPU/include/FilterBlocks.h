#ifndef CFOVEACPU_FILTER_BLOCKS_H
#define CFOVEACPU_FILTER_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

enum { fovea_maximum_taps = 128 };

/// Filters [O, C, KH, KW] in blocks of 16 × 16, as oneDNN's convolutions read and write them:
/// [O/16, C/16, KH, KW, 16, 16].
typedef struct {
    /// O and C, multiples of 16.
    size_t filters, channels;
    /// KH·KW, at most `fovea_maximum_taps`.
    size_t taps;
    /// Within a block, filters lie next to each other; otherwise, channels do.
    bool filters_innermost;
    /// The first two axes are C/16 and O/16, in this order.
    bool channels_outermost;
} fovea_filter_blocks;

/// Cuts plain filters into blocks.
void fovea_block_filters(const fovea_filter_blocks *blocks, const float *plain, float *blocked);

/// Joins blocks to plain filters.
void fovea_unblock_filters(const fovea_filter_blocks *blocks, const float *blocked, float *plain);

#endif
