// How the gradient of filters is divided among caches and threads.

#ifndef CFOVEACPU_FILTER_GRADIENT_PLAN_H
#define CFOVEACPU_FILTER_GRADIENT_PLAN_H

#include <stdbool.h>

#include "FilterGradient.h"
#include "Sizes.h"
#include "Vectors.h"

// Vectors of channels that are multiplied by the same results' gradients, and the filters of a tile: the sums are what
// registers hold, of which a vector takes two of AVX2's 16. One vector of channels goes with two tiles.
enum { most_groups = 3, wide_tile = 8, narrow_tile = 4 };
// About so many pixels make a panel: what stays in the nearest cache while all sums over it are taken, and is summed in float
// before it is added to the rest.
enum { panel_pixels = 256 };

// How the work is divided.
typedef struct {
    // Blocks of 16 channels, and tiles of filters.
    size_t blocks, tile, tiles, taps;
    // Whether images are copied, padded and normalized, and whether an image's pixels are one row.
    bool packs, is_flat;
    // A panel takes some images, or one part of so many of an image.
    size_t panel_images, parts, panels;
    // Shares of the panels, and in each so many of the filters.
    size_t panel_shares, filter_shares;
    // Floats for a share's sums, and for a member's copy of images.
    size_t sums, copy;
} plan;

static inline bool needs_padding(const fovea_filter_gradient *g) {
    return g->top > 0 || g->left > 0 || (g->result_height - 1) * g->vertical_stride + g->kernel_height > g->height ||
           (g->result_width - 1) * g->horizontal_stride + g->kernel_width > g->width;
}

// Rows and columns of an image that some rows of the result need.
static inline size_t rows_of(const fovea_filter_gradient *g, size_t rows) {
    return (rows - 1) * g->vertical_stride + g->kernel_height;
}
static inline size_t columns_of(const fovea_filter_gradient *g) {
    return (g->result_width - 1) * g->horizontal_stride + g->kernel_width;
}

// Blocks of channels that are copied, and multiplied, together: neighbours in a row of the window take their place.
static inline size_t blocks_together(const fovea_filter_gradient *g) { return g->kernel_width == 1 ? most_groups : 1; }

static inline size_t padded_filters(const fovea_filter_gradient *g) { return divide_up(g->filters, g->lanes) * g->lanes; }

// About the time of a member's work, in floats read from memory: 64 products take as long as one.
static inline double cost(const fovea_filter_gradient *g, const plan *p, size_t panel_shares, size_t filter_shares) {
    double panels = (double)divide_up(p->panels, panel_shares);
    double filters = (double)divide_up(padded_filters(g) / g->lanes, filter_shares) * (double)g->lanes;
    double pixels = (double)(g->images * g->result_height * g->result_width) / (double)p->panels * panels;
    double channels = (double)p->blocks * vector_lanes, taps = (double)p->taps;
    double products = pixels * filters * channels * taps / 64;
    double reads = pixels * (channels + filters);
    double sums = filters * channels * taps;
    return products + reads + sums * (0.25 * panels + (double)panel_shares / (double)filter_shares);
}

static inline plan divide(const fovea_filter_gradient *g) {
    plan p = {
        .blocks = divide_up(g->channels, vector_lanes), .tile = g->lanes == vector_lanes ? wide_tile : narrow_tile,
        .taps = g->kernel_height * g->kernel_width, .packs = g->normalizes || needs_padding(g)};
    p.tiles = divide_up(g->filters, p.tile);
    p.is_flat = !p.packs && p.taps == 1 && g->vertical_stride == 1 && g->horizontal_stride == 1;
    size_t pixels = g->result_height * g->result_width;
    p.panel_images = smaller(pixels < panel_pixels ? panel_pixels / pixels : 1, g->images);
    size_t most_parts = p.is_flat ? pixels : g->result_height;
    p.parts = smaller(pixels > panel_pixels ? divide_up(pixels, panel_pixels) : 1, most_parts);
    p.panels = p.parts > 1 ? g->images * p.parts : divide_up(g->images, p.panel_images);
    double least = 0;
    for (size_t shares = 1; shares <= g->threads; shares++) {
        if (g->threads % shares != 0 || shares > p.panels) continue;
        double time = cost(g, &p, shares, g->threads / shares);
        if (shares > 1 && time >= least) continue;
        least = time;
        p.panel_shares = shares;
    }
    p.filter_shares = g->threads / p.panel_shares;
    p.sums = p.tiles * p.tile * p.blocks * p.taps * vector_lanes;
    size_t rows = p.parts > 1 ? divide_up(g->result_height, p.parts) : g->result_height;
    if (p.packs) {
        p.copy = blocks_together(g) * p.panel_images * rows_of(g, rows) * columns_of(g) * vector_lanes;
    }
    return p;
}

#endif
