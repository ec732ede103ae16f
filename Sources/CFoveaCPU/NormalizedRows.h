// Rows of images in a member's own cache, normalized or as they are.

#ifndef CFOVEACPU_NORMALIZED_ROWS_H
#define CFOVEACPU_NORMALIZED_ROWS_H

#include <math.h>

#include "ChannelNormalization.h"
#include "PixelBlocks.h"
#include "Rectify.h"
#include "Sizes.h"

// Room for the rows, in bytes: they stay in the nearest caches until they have been used.
static const size_t row_bytes = 64 << 10;

// The numbers that 16 channels are normalized with.
typedef struct {
    vector mean, factor, offset;
} channel_parameters;

// The same numbers as in batch normalization on its own, so that its gradient sees what went on.
ALWAYS_INLINE void find_channels(
    const fovea_channel_normalization *n, size_t channels, size_t first, channel_parameters *p) {
    *p = (channel_parameters){0};
    for (size_t lane = 0; lane < vector_lanes; lane++) {
        size_t channel = first + lane;
        if (channel >= channels) continue;
        p->mean[lane] = n->mean[channel];
        p->factor[lane] = (float)(n->scale[channel] / sqrt(n->variance[channel] + n->epsilon));
        p->offset[lane] = n->bias[channel];
    }
}

// The parameters of the channels that a member of the team takes.
ALWAYS_INLINE void find_share_of_channels(
    const fovea_channel_normalization *n, size_t channels, size_t member, size_t members, channel_parameters *all) {
    size_t blocks = divide_up(channels, vector_lanes);
    for (size_t block = blocks * member / members; block < blocks * (member + 1) / members; block++) {
        find_channels(n, channels, block * vector_lanes, &all[block]);
    }
}

// Copies pixels of 16 channels of an image that begins at `from`. `lanes` and `rectifier` are literals in every call.
ALWAYS_INLINE void normalize_pixels(
    const int lanes, const float *from, size_t plane, size_t first, size_t count, const channel_parameters *p,
    fovea_rectifier rectifier, vector *to) {
#pragma STDC FP_CONTRACT OFF
    const vector mean = p->mean, factor = p->factor, offset = p->offset;
    for (size_t i = 0; i < count; i++) {
        vector v;
        load_pixel(lanes, from, plane, first + i, &v);
        __builtin_prefetch(from + (first + i) * (size_t)lanes + read_ahead);
        v = (v - mean) * factor + offset;
        rectify(rectifier, &v);
        to[i] = v;
    }
}

// Copies pixels as they are where `p` is NULL.
ALWAYS_INLINE void copy_pixels(
    const int lanes, const float *from, size_t plane, size_t first, size_t count, const channel_parameters *p,
    fovea_rectifier rectifier, vector *to) {
    if (p == NULL) {
        for (size_t i = 0; i < count; i++) load_pixel(lanes, from, plane, first + i, &to[i]);
        return;
    }
    switch (rectifier) {
    case fovea_no_rectifier: normalize_pixels(lanes, from, plane, first, count, p, fovea_no_rectifier, to); break;
    case fovea_rectify: normalize_pixels(lanes, from, plane, first, count, p, fovea_rectify, to); break;
    case fovea_rectify_to_6: normalize_pixels(lanes, from, plane, first, count, p, fovea_rectify_to_6, to); break;
    }
}

#endif
