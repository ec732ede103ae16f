#include "FilterGradient.h"

#include <string.h>

#include "FilterGradientPlan.h"
#include "NormalizedRows.h"
#include "Parallel.h"
#include "Transpose.h"

typedef struct {
    fovea_filter_gradient g;
    plan p;
    const float *images, *upstream;
    float *filters, *bias;
    const fovea_channel_normalization *normalization;
    channel_parameters *parameters;
    double *bias_sums;
    float *sums, *copies;
} task;

size_t fovea_filter_gradient_scratch(const fovea_filter_gradient *g) {
    plan p = divide(g);
    return (g->normalizes ? p.blocks * sizeof(channel_parameters) : 0) +
           p.panel_shares * (padded_filters(g) * sizeof(double) + p.sums * sizeof(float)) +
           p.panel_shares * p.filter_shares * p.copy * sizeof(float);
}

// MARK: Products

// Pixels of a panel as they lie in memory: some images, some rows of each, some columns of each row.
typedef struct {
    size_t images, rows, columns;
    // From one to the next, in floats.
    size_t image, row, column;
} walk;

// What a sum over the pixels of a panel reads: the pixels under `groups` places of the window, or of as many blocks of
// channels, and the results' gradients of some filters.
typedef struct {
    const float *pixels[most_groups];
    const float *upstream;
    // How far away the next panel's lie; 0 where they need not be fetched.
    size_t pixels_ahead, upstream_ahead;
    // Where the sums are added, by group and tile of filters.
    vector *sums[most_groups][2];
} operands;

// `next_block`: from a pixel to its next 8 channels, in floats, where blocks have 8.
ALWAYS_INLINE void load_channels(const int lanes, const float *from, size_t next_block, vector *v) {
    if (lanes == vector_lanes) {
        *v = *(const unaligned_vector *)from;
    } else {
        half_vector low = *(const half_vector *)from, high = *(const half_vector *)(from + next_block);
        *v = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}

// Adds the products of `groups` vectors of channels and `count` filters, over all pixels of a panel.
ALWAYS_INLINE void add_products(
    const operands *o, const walk *x, const walk *y, size_t next_block, bool begins, const int lanes, const int groups,
    const int count, const bool fetches) {
    const int tile = lanes == vector_lanes ? wide_tile : narrow_tile;
    vector sums[most_groups][vector_lanes];
    UNROLL
    for (int j = 0; j < groups; j++) {
        UNROLL
        for (int f = 0; f < count; f++) sums[j][f] = (vector){0};
    }
    const float *pixels[most_groups];
    UNROLL
    for (int j = 0; j < groups; j++) pixels[j] = o->pixels[j];
    const size_t pixels_ahead = o->pixels_ahead, upstream_ahead = o->upstream_ahead;
    const size_t x_step = x->column, y_step = y->column;
    for (size_t image = 0; image < y->images; image++) {
        for (size_t row = 0; row < y->rows; row++) {
            size_t place = image * x->image + row * x->row;
            const float *gradients = o->upstream + image * y->image + row * y->row;
            for (size_t column = 0; column < y->columns; column++) {
                vector channels[most_groups];
                UNROLL
                for (int j = 0; j < groups; j++) {
                    load_channels(lanes, pixels[j] + place, next_block, &channels[j]);
                    if (fetches) __builtin_prefetch(pixels[j] + place + pixels_ahead, 0, 2);
                }
                if (fetches) __builtin_prefetch(gradients + upstream_ahead, 0, 2);
                UNROLL
                for (int f = 0; f < count; f++) {
                    const float gradient = gradients[f];
                    UNROLL
                    for (int j = 0; j < groups; j++) sums[j][f] += channels[j] * gradient;
                }
                place += x_step;
                gradients += y_step;
            }
        }
    }
    UNROLL
    for (int j = 0; j < groups; j++) {
        UNROLL
        for (int f = 0; f < count; f++) {
            vector *to = o->sums[j][f / tile] + f % tile;
            *to = begins ? sums[j][f] : *to + sums[j][f];
        }
    }
}

// MARK: Panels

typedef struct {
    // Its first image, and the images' part.
    size_t image, part;
    // The places of its first pixels.
    const float *pixels, *upstream;
    walk y;
    // The first row of its results.
    size_t row;
} panel;

static size_t image_step(const fovea_filter_gradient *g) {
    return divide_up(g->channels, g->lanes) * g->lanes * g->height * g->width;
}
static size_t result_step(const fovea_filter_gradient *g) {
    return padded_filters(g) * g->result_height * g->result_width;
}

static panel find_panel(const task *t, size_t number) {
    const fovea_filter_gradient *g = &t->g;
    const plan *p = &t->p;
    panel found = {0};
    size_t lanes = g->lanes, rows = g->result_height, columns = g->result_width;
    walk *y = &found.y;
    *y = (walk){1, rows, columns, result_step(g), columns * lanes, lanes};
    if (p->parts == 1) {
        found.image = number * p->panel_images;
        y->images = smaller(p->panel_images, g->images - found.image);
    } else {
        found.image = number / p->parts;
        found.part = number % p->parts;
    }
    size_t first = 0;
    if (p->is_flat) {
        size_t pixels = rows * columns;
        first = pixels * found.part / p->parts;
        y->rows = 1;
        y->columns = pixels * (found.part + 1) / p->parts - first;
    } else {
        found.row = rows * found.part / p->parts;
        y->rows = rows * (found.part + 1) / p->parts - found.row;
        first = found.row * columns;
    }
    found.upstream = t->upstream + found.image * y->image + first * lanes;
    // Of a padded image, where its first row would be.
    size_t pixel = p->is_flat ? first : found.row * g->vertical_stride * g->width;
    found.pixels = t->images + found.image * image_step(g) + pixel * lanes;
    return found;
}

// Copies some blocks of a panel's images, normalized and with their padding.
ALWAYS_INLINE void copy_images(const task *t, const panel *part, size_t block, size_t blocks, const int lanes, float *to) {
    const fovea_filter_gradient *g = &t->g;
    size_t rows = rows_of(g, part->y.rows), columns = columns_of(g), plane = g->height * g->width;
    const fovea_rectifier rectifier = g->normalizes ? t->normalization->rectifier : fovea_no_rectifier;
    size_t left = smaller(g->left, columns);
    size_t inside = smaller(columns - left, g->width), line = columns * vector_lanes;
    for (size_t b = block; b < block + blocks; b++) {
        for (size_t image = part->image; image < part->image + part->y.images; image++) {
            const float *from = t->images + image * image_step(g) + b * plane * vector_lanes;
            for (size_t row = 0; row < rows; row++, to += line) {
                // Rows above the image wrap around to numbers that are too large.
                size_t y = part->row * g->vertical_stride + row - g->top;
                if (y >= g->height) {
                    memset(to, 0, line * sizeof(float));
                    continue;
                }
                memset(to, 0, left * vector_lanes * sizeof(float));
                vector *pixels = (vector *)to + left;
                copy_pixels(
                    lanes, from, plane, y * g->width, inside, g->normalizes ? &t->parameters[b] : NULL, rectifier, pixels);
                memset(pixels + inside, 0, (columns - left - inside) * vector_lanes * sizeof(float));
            }
        }
    }
}

ALWAYS_INLINE void add_bias(const task *t, const panel *part, size_t first, size_t last, double *sums) {
    const fovea_filter_gradient *g = &t->g;
    size_t plane = g->result_height * g->result_width;
    for (size_t filter = first; filter < last; filter += 8) {
        half_vector all = {0};
        for (size_t image = 0; image < part->y.images; image++) {
            for (size_t row = 0; row < part->y.rows; row++) {
                const float *from = part->upstream + image * part->y.image + row * part->y.row +
                                    filter / g->lanes * g->lanes * plane + filter % g->lanes;
                half_vector sum[4] = {{0}};
                size_t column = 0;
                for (; column + 4 <= part->y.columns; column += 4) {
                    UNROLL
                    for (size_t i = 0; i < 4; i++) sum[i] += *(const half_vector *)(from + (column + i) * g->lanes);
                }
                for (; column < part->y.columns; column++) sum[0] += *(const half_vector *)(from + column * g->lanes);
                all += (sum[0] + sum[1]) + (sum[2] + sum[3]);
            }
        }
        for (size_t i = 0; i < 8; i++) sums[filter + i] += all[i];
    }
}

ALWAYS_INLINE void add_group(
    const operands *o, const walk *x, const walk *y, size_t next_block, bool begins, const int lanes, size_t groups,
    size_t tiles, const bool fetches) {
    if (lanes != vector_lanes) add_products(o, x, y, next_block, begins, lanes, 1, narrow_tile, fetches);
    else if (groups == 3) add_products(o, x, y, next_block, begins, lanes, 3, wide_tile, fetches);
    else if (groups == 2) add_products(o, x, y, next_block, begins, lanes, 2, wide_tile, fetches);
    else if (tiles == 2) add_products(o, x, y, next_block, begins, lanes, 1, 2 * wide_tile, fetches);
    else add_products(o, x, y, next_block, begins, lanes, 1, wide_tile, fetches);
}

// MARK: Shares

// The tiles [first, last) of a share of the filters: whole blocks.
static void find_tiles(const task *t, size_t share, size_t *first, size_t *last) {
    size_t blocks = padded_filters(&t->g) / t->g.lanes, tiles = t->g.lanes / t->p.tile;
    *first = blocks * share / t->p.filter_shares * tiles;
    *last = smaller(blocks * (share + 1) / t->p.filter_shares * tiles, t->p.tiles);
}

ALWAYS_INLINE void add_panel(
    const task *t, const panel *part, const panel *next, bool begins, size_t first, size_t last, float *sums,
    float *copy, const int lanes) {
    const fovea_filter_gradient *g = &t->g;
    const plan *p = &t->p;
    const size_t pixel = p->packs ? vector_lanes : (size_t)lanes, plane = g->height * g->width;
    const size_t line = p->packs ? columns_of(g) : g->width, result_plane = g->result_height * g->result_width;
    const size_t image = p->packs ? rows_of(g, part->y.rows) * line * pixel : image_step(g);
    const size_t block_step = p->packs ? part->y.images * image : plane * vector_lanes;
    const size_t together = blocks_together(g), tile = p->tile;
    const walk x = {.image = image, .row = g->vertical_stride * line * pixel, .column = g->horizontal_stride * pixel};
    const bool is_point = g->kernel_width == 1;
    const size_t most = lanes == vector_lanes ? most_groups : 1;
    for (size_t block = 0; block < p->blocks; block += together) {
        size_t blocks = smaller(together, p->blocks - block);
        if (p->packs) copy_images(t, part, block, blocks, lanes, copy);
        const float *from = p->packs ? copy : part->pixels + block * block_step;
        size_t all = is_point ? blocks : g->kernel_width;
        for (size_t row = 0; row < g->kernel_height; row++) {
            for (size_t group = 0, groups; group < all; group += groups) {
                groups = all - group == 4 ? smaller(2, most) : smaller(all - group, most);
                size_t tiles = groups == 1 ? (size_t)lanes / tile : 1;
                if (lanes != vector_lanes) tiles = 1;
                for (size_t number = first; number < last; number += tiles) {
                    size_t filter = number * tile, count = smaller(tiles, last - number);
                    operands o = {
                        .upstream = part->upstream + filter / (size_t)lanes * (size_t)lanes * result_plane +
                                    filter % (size_t)lanes};
                    if (next != NULL && !p->packs && number == first && row == 0) {
                        o.pixels_ahead = (size_t)(next->pixels - part->pixels);
                    }
                    if (next != NULL && block == 0 && row == 0 && group == 0) {
                        o.upstream_ahead = (size_t)(next->upstream - part->upstream);
                    }
                    for (size_t j = 0; j < groups; j++) {
                        size_t column = is_point ? 0 : group + j, b = is_point ? group + j : 0;
                        o.pixels[j] = from + b * block_step + (row * line + column) * pixel;
                        for (size_t k = 0; k < count; k++) {
                            size_t place = ((number + k) * p->blocks + block + b) * p->taps;
                            place += row * g->kernel_width + column;
                            o.sums[j][k] = (vector *)sums + place * tile;
                        }
                    }
                    size_t next_block = p->packs ? 8 : plane * 8;
                    if (o.pixels_ahead != 0 || o.upstream_ahead != 0) {
                        add_group(&o, &x, &part->y, next_block, begins, lanes, groups, count, true);
                    } else {
                        add_group(&o, &x, &part->y, next_block, begins, lanes, groups, count, false);
                    }
                }
            }
        }
    }
}

ALWAYS_INLINE void add_share(const task *t, size_t share, const int lanes) {
    const plan *p = &t->p;
    size_t panel_share = share / p->filter_shares, first, last;
    find_tiles(t, share % p->filter_shares, &first, &last);
    if (first >= last) return;
    size_t begin = p->panels * panel_share / p->panel_shares, end = p->panels * (panel_share + 1) / p->panel_shares;
    float *sums = t->sums + panel_share * p->sums;
    double *bias = t->bias_sums + panel_share * padded_filters(&t->g);
    size_t first_filter = first * p->tile, last_filter = last * p->tile;
    for (size_t filter = first_filter; filter < divide_up(last_filter, 8) * 8; filter++) bias[filter] = 0;
    panel part = find_panel(t, begin);
    for (size_t number = begin; number < end; number++) {
        panel next = find_panel(t, number + 1 < end ? number + 1 : number);
        if (t->bias != NULL) add_bias(t, &part, first_filter, last_filter, bias);
        add_panel(
            t, &part, number + 1 < end ? &next : NULL, number == begin, first, last, sums, t->copies + share * p->copy,
            lanes);
        part = next;
    }
}

// MARK: The result

// The sum of all shares of the panels, for one filter, place of the window and block of channels.
ALWAYS_INLINE void add_shares(const task *t, size_t filter, size_t block, size_t tap, vector *sum) {
    const plan *p = &t->p;
    size_t place = ((filter / p->tile * p->blocks + block) * p->taps + tap) * p->tile + filter % p->tile;
    *sum = ((const vector *)t->sums)[place];
    for (size_t share = 1; share < p->panel_shares; share++) *sum += ((const vector *)(t->sums + share * p->sums))[place];
}

// Writes the first `width` numbers of a vector where `room` numbers may be overwritten.
ALWAYS_INLINE void write_numbers(const vector *v, size_t width, size_t room, float *to) {
    if (room >= vector_lanes) {
        *(unaligned_vector *)to = *v;
    } else {
        for (size_t i = 0; i < width; i++) to[i] = (*v)[i];
    }
}

// Writes a filter's gradients for a block of channels: the places of its window one after another, channel by channel.
ALWAYS_INLINE void write_block(const task *t, size_t filter, size_t block) {
    const size_t taps = t->p.taps, channels = smaller(vector_lanes, t->g.channels - block * vector_lanes);
    float *to = t->filters + (filter * t->g.channels + block * vector_lanes) * taps;
    if (taps == 1) {
        vector sum;
        add_shares(t, filter, block, 0, &sum);
        write_numbers(&sum, channels, channels, to);
        return;
    }
    for (size_t tap = 0; tap < taps; tap += vector_lanes) {
        size_t width = smaller(vector_lanes, taps - tap);
        vector rows[vector_lanes];
        for (size_t i = 0; i < vector_lanes; i++) {
            if (i < width) add_shares(t, filter, block, tap + i, &rows[i]);
            else rows[i] = (vector){0};
        }
        transpose(rows);
        // What a vector writes after its own numbers, the next one overwrites, but where a window takes several.
        for (size_t i = 0; i < channels; i++) {
            size_t room = taps > vector_lanes ? width : (channels - i) * taps;
            write_numbers(&rows[i], width, room, to + i * taps + tap);
        }
    }
}

ALWAYS_INLINE void write_bias(const task *t, size_t filter) {
    double sum = 0;
    for (size_t share = 0; share < t->p.panel_shares; share++) sum += t->bias_sums[share * padded_filters(&t->g) + filter];
    t->bias[filter] = (float)sum;
}

// Block by block, as the sums lie in memory.
ALWAYS_INLINE void write_tile(const task *t, size_t tile) {
    size_t first = tile * t->p.tile, last = smaller(first + t->p.tile, t->g.filters);
    for (size_t block = 0; block < t->p.blocks; block++) {
        for (size_t filter = first; filter < last; filter++) write_block(t, filter, block);
    }
    for (size_t filter = first; t->bias != NULL && filter < last; filter++) write_bias(t, filter);
}

WIDE_TEAM(differentiate) {
    const task *t = context;
    const plan *p = &t->p;
    if (t->g.normalizes) {
        find_share_of_channels(t->normalization, t->g.channels, member, members, t->parameters);
        fovea_wait_for_team();
    }
    // As many shares as members, unless the system gave fewer.
    for (size_t share = member; share < p->panel_shares * p->filter_shares; share += members) {
        if (t->g.lanes == vector_lanes) add_share(t, share, vector_lanes);
        else add_share(t, share, vector_lanes / 2);
    }
    fovea_wait_for_team();
    size_t end = p->tiles * (member + 1) / members;
    for (size_t tile = p->tiles * member / members; tile < end; tile++) write_tile(t, tile);
}

void fovea_compute_filter_gradient(
    const fovea_filter_gradient *gradient, const fovea_channel_normalization *normalization, const float *images,
    const float *upstream, float *filters, float *bias, void *scratch) {
    task t = {
        .g = *gradient, .p = divide(gradient), .images = images, .upstream = upstream, .filters = filters, .bias = bias,
        .normalization = normalization, .parameters = scratch};
    t.bias_sums = (double *)(t.parameters + (gradient->normalizes ? t.p.blocks : 0));
    t.sums = (float *)(t.bias_sums + t.p.panel_shares * padded_filters(gradient));
    t.copies = t.sums + t.p.panel_shares * t.p.sums;
    fovea_run_team(gradient->threads, differentiate, &t);
}
