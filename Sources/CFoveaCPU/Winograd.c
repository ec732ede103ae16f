#include "Winograd.h"

#include "Parallel.h"
#include "PixelBlocks.h"
#include "Sizes.h"
#include "Vectors.h"

enum { largest_tile = 4, largest_patch = largest_tile + 2, prefetch_distance = 64 };
// How many tiles products take at a time: their sums are what registers hold. A vector takes two of AVX2's 16 registers.
enum { largest_block = 16, largest_narrow_block = 6 };

// How many bytes a core keeps in its own cache while filters pass through it.
static const size_t near_memory = 640 << 10;

typedef struct {
    fovea_winograd c;
    const float *images, *transformed, *bias;
    bool adds, rectified;
    float *results, *scratch;
    size_t tile_rows, tile_columns;
    // The tiles of all images, and how many of them are processed at a time.
    size_t tiles, chunk;
    // Whether the members share the filters of each chunk, or each takes chunks of its own.
    bool shares_filters;
} task;

static size_t points(const fovea_winograd *c) { return (c->tile + 2) * (c->tile + 2); }

// MARK: Sizes

static void divide(task *t, size_t members) {
    const fovea_winograd *c = &t->c;
    t->tile_rows = divide_up(c->result_height, c->tile);
    t->tile_columns = divide_up(c->result_width, c->tile);
    t->tiles = c->images * t->tile_rows * t->tile_columns;
    size_t tile_bytes = points(c) * c->channels * sizeof(float);
    size_t most = near_memory / tile_bytes;
    t->shares_filters = t->tiles <= most || t->tiles < 8 * members;
    if (t->shares_filters) {
        t->chunk = t->tiles;
        return;
    }
    // The same number of chunks for each member.
    size_t chunks = divide_up(divide_up(t->tiles, most < 8 ? 8 : most), members) * members;
    t->chunk = divide_up(t->tiles, chunks);
}

// The transformed patches of a chunk, and for each member the sums of one block of filters.
static size_t patch_count(const task *t) { return points(&t->c) * t->chunk * t->c.channels; }
static size_t sum_count(const task *t) { return points(&t->c) * t->chunk * vector_lanes; }

size_t fovea_winograd_filter_count(const fovea_winograd *c) { return points(c) * c->channels * c->filters; }

size_t fovea_winograd_scratch_count(const fovea_winograd *c, size_t members) {
    task t = {.c = *c};
    divide(&t, members);
    return patch_count(&t) * (t.shares_filters ? 1 : members) + sum_count(&t) * members;
}

// MARK: The transforms of one line of numbers

// A tile of 4 is a polynomial that is evaluated at the points 0, ±a, ±b and infinity. Lavin and Gray take a = 1 and
// b = 2; with these, powers stay closer to each other and results lose fewer digits.
static const float a = 5.0f / 8, b = 3.0f / 2;
static const float a2 = 25.0f / 64, b2 = 9.0f / 4;

// Bᵀd: a line of a patch. `m`, the tile's size, is a literal in every call.
ALWAYS_INLINE void transform_patch_line(const int m, const vector *d, size_t step, vector *v) {
    if (m == 2) {
        v[0] = d[0] - d[2 * step];
        v[1] = d[step] + d[2 * step];
        v[2] = d[2 * step] - d[step];
        v[3] = d[step] - d[3 * step];
    } else {
        vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
        vector even_a = d4 - b2 * d2, odd_a = a * (d3 - b2 * d1);
        vector even_b = d4 - a2 * d2, odd_b = b * (d3 - a2 * d1);
        v[0] = (a2 * b2) * d0 - (a2 + b2) * d2 + d4;
        v[1] = even_a + odd_a;
        v[2] = even_a - odd_a;
        v[3] = even_b + odd_b;
        v[4] = even_b - odd_b;
        v[5] = (a2 * b2) * d1 - (a2 + b2) * d3 + d5;
    }
}

// Aᵀs: a line of a tile.
ALWAYS_INLINE void transform_sum_line(const int m, const vector *s, size_t step, vector *y) {
    if (m == 2) {
        y[0] = s[0] + s[step] + s[2 * step];
        y[1] = s[step] - s[2 * step] - s[3 * step];
    } else {
        vector even_a = s[step] + s[2 * step], odd_a = s[step] - s[2 * step];
        vector even_b = s[3 * step] + s[4 * step], odd_b = s[3 * step] - s[4 * step];
        y[0] = s[0] + even_a + even_b;
        y[1] = a * odd_a + b * odd_b;
        y[2] = a2 * even_a + b2 * even_b;
        y[3] = (a2 * a) * odd_a + (b2 * b) * odd_b + s[5 * step];
    }
}

// Gg: a line of a filter.
ALWAYS_INLINE void transform_filter_line(const int m, const vector *g, size_t step, vector *u) {
    vector g0 = g[0], g1 = g[step], g2 = g[2 * step];
    if (m == 2) {
        u[0] = g0;
        u[1] = 0.5f * (g0 + g1 + g2);
        u[2] = 0.5f * (g0 - g1 + g2);
        u[3] = g2;
    } else {
        const float scale_a = 0.5f / (a2 * (a2 - b2)), scale_b = 0.5f / (b2 * (b2 - a2));
        vector even_a = g0 + a2 * g2, odd_a = a * g1, even_b = g0 + b2 * g2, odd_b = b * g1;
        u[0] = (1 / (a2 * b2)) * g0;
        u[1] = scale_a * (even_a + odd_a);
        u[2] = scale_a * (even_a - odd_a);
        u[3] = scale_b * (even_b + odd_b);
        u[4] = scale_b * (even_b - odd_b);
        u[5] = g2;
    }
}

// MARK: Filters

typedef struct {
    const fovea_winograd *c;
    const float *filters;
    float *transformed;
} filter_task;

// Writes [block of filters, point, channel, filter of the block], which products read from front to back.
ALWAYS_INLINE void transform_block(const filter_task *t, size_t block, const int m) {
    const int side = m + 2;
    const fovea_winograd *c = t->c;
    vector *to = (vector *)t->transformed + block * points(c) * c->channels;
    for (size_t channel = 0; channel < c->channels; channel++) {
        vector g[9], columns[3 * largest_patch], u[largest_patch];
        for (int lane = 0; lane < vector_lanes; lane++) {
            size_t filter = block * vector_lanes + (size_t)lane;
            if (c->turned) {
                const float *from = t->filters + (channel * c->filters + filter) * 9;
                for (int tap = 0; tap < 9; tap++) g[tap][lane] = from[8 - tap];
            } else {
                const float *from = t->filters + (filter * c->channels + channel) * 9;
                for (int tap = 0; tap < 9; tap++) g[tap][lane] = from[tap];
            }
        }
        for (int column = 0; column < 3; column++) transform_filter_line(m, g + column, 3, columns + column * side);
        for (int row = 0; row < side; row++) {
            transform_filter_line(m, columns + row, (size_t)side, u);
            for (int column = 0; column < side; column++) {
                to[(size_t)(row * side + column) * c->channels + channel] = u[column];
            }
        }
    }
}

WIDE_LOOP(transform_blocks) {
    const filter_task *t = context;
    for (size_t block = begin; block < end; block++) {
        if (t->c->tile == 2) transform_block(t, block, 2);
        else transform_block(t, block, 4);
    }
}

void fovea_winograd_transform_filters(const fovea_winograd *c, const float *filters, float *transformed) {
    filter_task t = {c, filters, transformed};
    fovea_parallel_for(c->filters / vector_lanes, 1, transform_blocks, &t);
}

// MARK: Patches

// The tiles of a chunk.
typedef struct {
    size_t first, count;
} tile_range;

// How many tiles products take at a time, for images with blocks of so many channels.
ALWAYS_INLINE size_t block_length(const int lanes) {
    return lanes == vector_lanes ? (size_t)largest_block : (size_t)largest_narrow_block;
}

// One patch of 16 channels. The order [point, block of tiles, block of channels, tile of the block, channel of the
// block] is the one in which products read.
ALWAYS_INLINE void transform_patch(
    const task *t, tile_range chunk, size_t index, size_t channel_block, const int m, const int lanes, float *patches) {
    const int side = m + 2;
    const fovea_winograd *c = &t->c;
    size_t tile = chunk.first + index, per_image = t->tile_rows * t->tile_columns;
    size_t image = tile / per_image, row = tile % per_image / t->tile_columns, column = tile % t->tile_columns;
    size_t channel_blocks = c->channels / vector_lanes, pixels = c->height * c->width;
    const float *plane = t->images + (image * channel_blocks + channel_block) * pixels * vector_lanes;
    // Rows above the image wrap around to numbers that are too large.
    size_t top = row * (size_t)m - c->top, left = column * (size_t)m - c->left;
    vector d[largest_patch * largest_patch], columns[largest_patch * largest_patch], v[largest_patch];
    if (top < c->height && left < c->width && top + (size_t)side <= c->height && left + (size_t)side <= c->width) {
        UNROLL
        for (int y = 0; y < side; y++) {
            UNROLL
            for (int x = 0; x < side; x++) {
                size_t pixel = (top + (size_t)y) * c->width + left + (size_t)x;
                load_pixel(lanes, plane, pixels, pixel, &d[y * side + x]);
            }
        }
    } else {
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                size_t from_row = top + (size_t)y, from_column = left + (size_t)x;
                d[y * side + x] = (vector){0};
                if (from_row >= c->height || from_column >= c->width) continue;
                load_pixel(lanes, plane, pixels, from_row * c->width + from_column, &d[y * side + x]);
            }
        }
    }
    UNROLL
    for (int x = 0; x < side; x++) transform_patch_line(m, d + x, (size_t)side, columns + x * side);
    size_t begin = index / block_length(lanes) * block_length(lanes);
    size_t width = smaller(block_length(lanes), chunk.count - begin);
    vector *to = (vector *)patches + begin * channel_blocks + channel_block * width + (index - begin);
    size_t step = chunk.count * channel_blocks;
    UNROLL
    for (int y = 0; y < side; y++) {
        transform_patch_line(m, columns + y, (size_t)side, v);
        UNROLL
        for (int x = 0; x < side; x++) to[(size_t)(y * side + x) * step] = v[x];
    }
}

ALWAYS_INLINE void transform_patches(
    const task *t, tile_range chunk, size_t first_block, size_t end_block, const int m, const int lanes,
    float *patches) {
    for (size_t block = first_block; block < end_block; block++) {
        for (size_t i = 0; i < chunk.count; i++) transform_patch(t, chunk, i, block, m, lanes, patches);
    }
}

// MARK: Products

// The sums over all channels, for some tiles and 16 filters at one point.
ALWAYS_INLINE void multiply(
    const float *restrict patches, const vector *restrict filters, size_t channels, const int tiles,
    vector *restrict sums) {
    vector sum[largest_block];
    UNROLL
    for (int i = 0; i < tiles; i++) sum[i] = (vector){0};
    for (size_t block = 0; block < channels / vector_lanes; block++) {
        for (int lane = 0; lane < vector_lanes; lane++) {
            vector filter = filters[block * vector_lanes + (size_t)lane];
            // Filters come from memory, in order, and the processor on its own fetches too few of them ahead.
            __builtin_prefetch(filters + block * vector_lanes + lane + prefetch_distance);
            const float *channel = patches + (block * (size_t)tiles) * vector_lanes + lane;
            UNROLL
            for (int i = 0; i < tiles; i++) sum[i] += channel[i * vector_lanes] * filter;
        }
    }
    UNROLL
    for (int i = 0; i < tiles; i++) sums[i] = sum[i];
}

ALWAYS_INLINE void multiply_block(
    const float *patches, const vector *filters, size_t channels, size_t tiles, const int lanes, vector *sums) {
    switch (tiles) {
#define CASE(count) case count: multiply(patches, filters, channels, count, sums); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    default:
        if (lanes < vector_lanes) return;
        switch (tiles) {
        CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14) CASE(15) CASE(16)
        }
#undef CASE
    }
}

ALWAYS_INLINE void multiply_points(
    const task *t, tile_range chunk, const float *patches, size_t filter_block, const int lanes, vector *sums) {
    const fovea_winograd *c = &t->c;
    const vector *filters = (const vector *)t->transformed + filter_block * points(c) * c->channels;
    for (size_t point = 0; point < points(c); point++) {
        const float *from = patches + point * chunk.count * c->channels;
        for (size_t begin = 0; begin < chunk.count; begin += block_length(lanes)) {
            multiply_block(
                from + begin * c->channels, filters + point * c->channels, c->channels,
                smaller(block_length(lanes), chunk.count - begin), lanes, sums + point * chunk.count + begin);
        }
    }
}

// MARK: Results

ALWAYS_INLINE void finish_tile(
    const task *t, tile_range chunk, size_t index, size_t filter_block, const int m, const int lanes,
    const vector *sums) {
    const int side = m + 2;
    const fovea_winograd *c = &t->c;
    size_t tile = chunk.first + index, per_image = t->tile_rows * t->tile_columns;
    size_t image = tile / per_image, row = tile % per_image / t->tile_columns * (size_t)m;
    size_t column = tile % t->tile_columns * (size_t)m;
    vector columns[largest_patch * largest_tile], y[largest_tile];
    UNROLL
    for (int x = 0; x < side; x++) {
        transform_sum_line(m, sums + (size_t)x * chunk.count + index, (size_t)side * chunk.count, columns + x * m);
    }
    vector bias = t->bias == NULL ? (vector){0} : *(const vector *)(t->bias + filter_block * vector_lanes);
    size_t plane = image * (c->filters / vector_lanes) + filter_block, pixels = c->result_height * c->result_width;
    float *to = t->results + plane * pixels * vector_lanes;
    size_t rows = smaller((size_t)m, c->result_height - row), width = smaller((size_t)m, c->result_width - column);
    for (size_t i = 0; i < rows; i++) {
        transform_sum_line(m, columns + i, (size_t)m, y);
        for (size_t j = 0; j < width; j++) {
            size_t pixel = (row + i) * c->result_width + column + j;
            vector value = y[j] + bias;
            if (t->adds) {
                vector before;
                load_pixel(lanes, to, pixels, pixel, &before);
                value += before;
            }
            // NaN stays: it is not below zero.
            if (t->rectified) {
                for (int lane = 0; lane < vector_lanes; lane++) value[lane] = value[lane] < 0 ? 0 : value[lane];
            }
            store_pixel(lanes, to, pixels, pixel, &value);
        }
    }
}

ALWAYS_INLINE void convolve_chunk(
    const task *t, tile_range chunk, size_t first_block, size_t end_block, const int m, const int lanes,
    const float *patches, vector *sums) {
    for (size_t block = first_block; block < end_block; block++) {
        multiply_points(t, chunk, patches, block, lanes, sums);
        for (size_t i = 0; i < chunk.count; i++) finish_tile(t, chunk, i, block, m, lanes, sums);
    }
}

ALWAYS_INLINE void work(const task *t, size_t member, size_t members, const int m, const int lanes) {
    const fovea_winograd *c = &t->c;
    size_t channel_blocks = c->channels / vector_lanes, filter_blocks = c->filters / vector_lanes;
    float *patches = t->scratch;
    vector *sums = (vector *)(patches + patch_count(t) * (t->shares_filters ? 1 : members) + sum_count(t) * member);
    if (t->shares_filters) {
        tile_range all = {0, t->tiles};
        transform_patches(
            t, all, channel_blocks * member / members, channel_blocks * (member + 1) / members, m, lanes, patches);
        fovea_wait_for_team();
        convolve_chunk(
            t, all, filter_blocks * member / members, filter_blocks * (member + 1) / members, m, lanes, patches, sums);
        return;
    }
    patches += patch_count(t) * member;
    size_t chunks = divide_up(t->tiles, t->chunk);
    for (size_t i = chunks * member / members; i < chunks * (member + 1) / members; i++) {
        tile_range chunk = {i * t->chunk, smaller(t->chunk, t->tiles - i * t->chunk)};
        transform_patches(t, chunk, 0, channel_blocks, m, lanes, patches);
        convolve_chunk(t, chunk, 0, filter_blocks, m, lanes, patches, sums);
    }
}

WIDE_TEAM(work_on_small_tiles) { work(context, member, members, 2, 16); }
WIDE_TEAM(work_on_large_tiles) { work(context, member, members, 4, 16); }
WIDE_TEAM(work_on_small_tiles_in_halves) { work(context, member, members, 2, 8); }
WIDE_TEAM(work_on_large_tiles_in_halves) { work(context, member, members, 4, 8); }

void fovea_winograd_convolve(
    const fovea_winograd *convolution, const float *images, const float *transformed, const float *bias, bool adds,
    bool rectified, float *results, float *scratch) {
    task t = {
        .c = *convolution, .images = images, .transformed = transformed, .bias = bias, .adds = adds,
        .rectified = rectified, .results = results, .scratch = scratch};
    size_t members = fovea_team_size();
    divide(&t, members);
    bool is_small = convolution->tile == 2;
    if (convolution->lanes == vector_lanes) {
        fovea_run_team(members, is_small ? work_on_small_tiles : work_on_large_tiles, &t);
    } else {
        fovea_run_team(members, is_small ? work_on_small_tiles_in_halves : work_on_large_tiles_in_halves, &t);
    }
}
