#include "MaxPooling.h"

#include <stdbool.h>
#include <string.h>

#include "Parallel.h"
#include "Vectors.h"

typedef struct {
    const fovea_max_pooling *pooling;
    const float *images;
    float *maxima;
    int32_t *places;
    const float *upstream;
    float *gradient;
} task;


// The most lanes that are pooled side by side in registers.
enum { maximum_width = 16 };

// The places of a window along one axis that are inside the image, and the pixel under place 0.
typedef struct {
    int64_t start, first, end;
} places;

// The depth of images that have none; its numbers are literals, so that the loops over it vanish.
static const places only_slice = {0, 0, 1};

ALWAYS_INLINE places inside(const fovea_max_pooling *p, int axis, size_t position, size_t size) {
    int64_t start = (int64_t)position * p->stride[axis] - p->before[axis];
    int64_t kernel = p->kernel[axis], dilation = p->dilation[axis];
    places s = {start, start < 0 ? (-start + dilation - 1) / dilation : 0, kernel};
    if (start + (kernel - 1) * dilation >= (int64_t)size) s.end = ((int64_t)size - 1 - start) / dilation + 1;
    return s;
}

static bool is_deep(const fovea_max_pooling *p) { return p->depth > 1 || p->pooled_depth > 1 || p->kernel[0] > 1; }

// The offset of the pixel under a place in its plane.
ALWAYS_INLINE int64_t offset(
    const fovea_max_pooling *p, places slices, places rows, places columns, int64_t t, int64_t u, int64_t v) {
    int64_t z = slices.start + t * p->dilation[0], y = rows.start + u * p->dilation[1];
    int64_t x = columns.start + v * p->dilation[2];
    return ((z * (int64_t)p->height + y) * (int64_t)p->width + x) * (int64_t)p->lanes;
}

// The number of the place (t, u, v).
ALWAYS_INLINE int32_t numbered(const fovea_max_pooling *p, int64_t t, int64_t u, int64_t v) {
    return (int32_t)((t * p->kernel[1] + u) * p->kernel[2] + v);
}

// One window for lanes that lie next to each other. `width` is a literal in every call, so that the maxima stay in
// registers.
ALWAYS_INLINE void pool_window(
    const fovea_max_pooling *p, const float *restrict image, places slices, places rows, places columns, size_t width,
    float *restrict maximum, int32_t *restrict place) {
    float best[maximum_width];
    int32_t where[maximum_width];
    const float *start = image + offset(p, slices, rows, columns, slices.first, rows.first, columns.first);
    for (size_t lane = 0; lane < width; lane++) {
        best[lane] = start[lane];
        where[lane] = numbered(p, slices.first, rows.first, columns.first);
    }
    for (int64_t t = slices.first; t < slices.end; t++) {
        for (int64_t u = rows.first; u < rows.end; u++) {
            const float *pixel = image + offset(p, slices, rows, columns, t, u, columns.first);
            for (int64_t v = columns.first; v < columns.end; v++, pixel += p->dilation[2] * (int64_t)p->lanes) {
                int32_t here = numbered(p, t, u, v);
                for (size_t lane = 0; lane < width; lane++) {
                    // NaN always wins, and then gives way to a later NaN only.
                    int wins = (pixel[lane] > best[lane]) | (pixel[lane] != pixel[lane]);
                    best[lane] = wins ? pixel[lane] : best[lane];
                    if (place != NULL) where[lane] = wins ? here : where[lane];
                }
            }
        }
    }
    for (size_t lane = 0; lane < width; lane++) maximum[lane] = best[lane];
    if (place != NULL) for (size_t lane = 0; lane < width; lane++) place[lane] = where[lane];
}

// A window of `rows` × `columns`, literals in every call, that lies inside an image without depth, for 16 lanes.
ALWAYS_INLINE void pool_whole_window(
    const float *start, size_t row_step, size_t column_step, const int rows, const int columns, float *maximum,
    int32_t *place) {
    vector best = *(const unaligned_vector *)start;
    mask where = {0};
    UNROLL
    for (int u = 0; u < rows; u++) {
        UNROLL
        for (int v = 0; v < columns; v++) {
            if (u + v == 0) continue;
            vector pixel = *(const unaligned_vector *)(start + (size_t)u * row_step + (size_t)v * column_step);
            // NaN always wins, and then gives way to a later NaN only.
            mask wins = (pixel > best) | (pixel != pixel);
            best = (vector)(((mask)pixel & wins) | ((mask)best & ~wins));
            if (place != NULL) where = ((u * columns + v) & wins) | (where & ~wins);
        }
    }
    *(unaligned_vector *)maximum = best;
    if (place != NULL) memcpy(place, &where, sizeof where);
}

// The columns [first, end) of a row of results, all of whose windows lie inside the image; `image` is the first row's.
ALWAYS_INLINE void pool_whole_windows(
    const fovea_max_pooling *p, const float *image, size_t first, size_t end, const int rows, const int columns,
    float *maxima, int32_t *numbers) {
    size_t lanes = p->lanes, row_step = p->width * lanes;
    for (size_t j = first; j < end; j++) {
        const float *start = image + ((int64_t)j * p->stride[2] - p->before[2]) * (int64_t)lanes;
        for (size_t l = 0; l < lanes; l += vector_lanes) {
            size_t to = j * lanes + l;
            pool_whole_window(
                start + l, row_step, lanes, rows, columns, maxima + to, numbers == NULL ? NULL : numbers + to);
        }
    }
}

// The usual windows, 2×2 and 3×3 of blocks of channels, have loops of their own: for the others, finding the pixels takes
// longer than comparing them.
static bool has_usual_window(const fovea_max_pooling *p) {
    return p->lanes % vector_lanes == 0 && p->kernel[1] == p->kernel[2] && (p->kernel[1] == 2 || p->kernel[1] == 3)
        && p->dilation[1] == 1 && p->dilation[2] == 1 && !is_deep(p);
}

// The columns of results whose windows lie inside the image.
static void find_whole_columns(const fovea_max_pooling *p, size_t *first, size_t *end) {
    int64_t stride = p->stride[2], before = p->before[2], space = (int64_t)p->width + before - p->kernel[2];
    int64_t pooled = (int64_t)p->pooled_width, begin = (before + stride - 1) / stride;
    int64_t last = space < 0 ? 0 : space / stride + 1;
    *first = (size_t)(begin < pooled ? begin : pooled);
    *end = (size_t)(last < pooled ? last : pooled);
    if (*end < *first) *end = *first;
}

// `with_places` and `deep` are literals in most calls, each of which becomes a loop of its own.
ALWAYS_INLINE void pool(const task *t, size_t begin, size_t end, int with_places, int deep) {
    const fovea_max_pooling *p = t->pooling;
    size_t lanes = p->lanes, first_whole = 0, end_whole = 0;
    const bool is_usual = !deep && has_usual_window(p);
    if (is_usual) find_whole_columns(p, &first_whole, &end_whole);
    for (size_t row = begin; row < end; row++) {
        size_t slice = row / p->pooled_height;
        places slices = deep ? inside(p, 0, slice % p->pooled_depth, p->depth) : only_slice;
        size_t first_slice = deep ? slice / p->pooled_depth * p->depth : slice;
        const float *image = t->images + first_slice * p->height * p->width * lanes;
        places rows = inside(p, 1, row % p->pooled_height, p->height);
        const bool is_whole = is_usual && rows.first == 0 && rows.end == p->kernel[1];
        if (is_whole) {
            const float *first_row = image + rows.start * (int64_t)(p->width * lanes);
            float *maxima = t->maxima + row * p->pooled_width * lanes;
            int32_t *numbers = with_places ? t->places + row * p->pooled_width * lanes : NULL;
            if (p->kernel[1] == 2) pool_whole_windows(p, first_row, first_whole, end_whole, 2, 2, maxima, numbers);
            else pool_whole_windows(p, first_row, first_whole, end_whole, 3, 3, maxima, numbers);
        }
        for (size_t j = 0; j < p->pooled_width; j++) {
            if (is_whole && j == first_whole) j = end_whole;
            if (j == p->pooled_width) break;
            places columns = inside(p, 2, j, p->width);
            float *maximum = t->maxima + (row * p->pooled_width + j) * lanes;
            int32_t *place = with_places ? t->places + (row * p->pooled_width + j) * lanes : NULL;
            size_t l = 0;
            for (; l + 16 <= lanes; l += 16) {
                pool_window(p, image + l, slices, rows, columns, 16, maximum + l, with_places ? place + l : NULL);
            }
            for (; l + 8 <= lanes; l += 8) {
                pool_window(p, image + l, slices, rows, columns, 8, maximum + l, with_places ? place + l : NULL);
            }
            for (; l < lanes; l++) {
                pool_window(p, image + l, slices, rows, columns, 1, maximum + l, with_places ? place + l : NULL);
            }
        }
    }
}

WIDE_LOOP(pool_rows) {
    const task *t = context;
    if (is_deep(t->pooling)) pool(t, begin, end, t->places != NULL, 1);
    else if (t->places != NULL) pool(t, begin, end, 1, 0);
    else pool(t, begin, end, 0, 0);
}

void fovea_max_pool(const fovea_max_pooling *pooling, const float *images, float *maxima, int32_t *places) {
    task t = {.pooling = pooling, .images = images, .maxima = maxima, .places = places};
    size_t rows = pooling->planes * pooling->pooled_depth * pooling->pooled_height;
    int64_t window = pooling->kernel[0] * pooling->kernel[1] * pooling->kernel[2];
    size_t work = pooling->pooled_width * pooling->lanes * (size_t)window;
    fovea_parallel_for(rows, 1 + 16384 / (work + 1), pool_rows, &t);
}

// Every place of the window takes its share: with lanes side by side that is fewer steps than following each lane to
// its winner. `width` is a literal in every call.
ALWAYS_INLINE void spread_window(
    const fovea_max_pooling *p, float *restrict image, places slices, places rows, places columns, size_t width,
    const int32_t *restrict place, const float *restrict upstream) {
    float share[maximum_width];
    int32_t where[maximum_width];
    for (size_t lane = 0; lane < width; lane++) share[lane] = upstream[lane];
    for (size_t lane = 0; lane < width; lane++) where[lane] = place[lane];
    for (int64_t t = slices.first; t < slices.end; t++) {
        for (int64_t u = rows.first; u < rows.end; u++) {
            float *pixel = image + offset(p, slices, rows, columns, t, u, columns.first);
            for (int64_t v = columns.first; v < columns.end; v++, pixel += p->dilation[2] * (int64_t)p->lanes) {
                int32_t here = numbered(p, t, u, v);
                for (size_t lane = 0; lane < width; lane++) pixel[lane] += where[lane] == here ? share[lane] : 0;
            }
        }
    }
}

// The same for a window of `rows` × `columns`, literals in every call, that lies inside an image without depth.
ALWAYS_INLINE void spread_whole_window(
    float *start, size_t row_step, size_t column_step, const int rows, const int columns, const int32_t *place,
    const float *upstream) {
    vector share = *(const unaligned_vector *)upstream;
    mask where;
    memcpy(&where, place, sizeof where);
    UNROLL
    for (int u = 0; u < rows; u++) {
        UNROLL
        for (int v = 0; v < columns; v++) {
            unaligned_vector *pixel = (unaligned_vector *)(start + (size_t)u * row_step + (size_t)v * column_step);
            *pixel += (vector)((mask)share & (where == u * columns + v));
        }
    }
}

// The columns [first, end) of a row of results, all of whose windows lie inside the image; `image` is the first row's.
ALWAYS_INLINE void spread_whole_windows(
    const fovea_max_pooling *p, float *image, size_t first, size_t end, const int rows, const int columns,
    const int32_t *place, const float *upstream) {
    size_t lanes = p->lanes, row_step = p->width * lanes;
    for (size_t j = first; j < end; j++) {
        float *start = image + ((int64_t)j * p->stride[2] - p->before[2]) * (int64_t)lanes;
        for (size_t l = 0; l < lanes; l += vector_lanes) {
            size_t from = j * lanes + l;
            spread_whole_window(start + l, row_step, lanes, rows, columns, place + from, upstream + from);
        }
    }
}

// The windows of one row of results, but for those of the columns [first_whole, end_whole).
ALWAYS_INLINE void spread_row(
    const task *t, float *restrict image, places slices, places rows, size_t first_whole, size_t end_whole,
    const int32_t *place, const float *upstream) {
    const fovea_max_pooling *p = t->pooling;
    size_t lanes = p->lanes;
    for (size_t j = 0; j < p->pooled_width; j++, place += lanes, upstream += lanes) {
        if (j >= first_whole && j < end_whole) continue;
        places columns = inside(p, 2, j, p->width);
        size_t l = 0;
        for (; l + 16 <= lanes; l += 16) {
            spread_window(p, image + l, slices, rows, columns, 16, place + l, upstream + l);
        }
        for (; l + 8 <= lanes; l += 8) {
            spread_window(p, image + l, slices, rows, columns, 8, place + l, upstream + l);
        }
        for (; l < lanes; l++) spread_window(p, image + l, slices, rows, columns, 1, place + l, upstream + l);
    }
}

// Clears the rows of an image up to `end` that are not cleared yet, just before windows reach them: they are still in the
// nearest cache then.
ALWAYS_INLINE void clear_rows(float *image, size_t row_length, size_t end, size_t *cleared) {
    if (end <= *cleared) return;
    float *from = image + *cleared * row_length;
    size_t count = (end - *cleared) * row_length;
    for (size_t i = 0; i < count; i += vector_lanes) __builtin_prefetch(from + i + write_ahead, 1);
    memset(from, 0, count * sizeof(float));
    *cleared = end;
}

// One plane at a time, because windows of one plane may overlap. `deep` is a literal in every call.
ALWAYS_INLINE void spread(const task *t, size_t begin, size_t end, int deep) {
    const fovea_max_pooling *p = t->pooling;
    size_t plane_size = p->depth * p->height * p->width * p->lanes, row_length = p->pooled_width * p->lanes;
    size_t first_whole = 0, end_whole = 0;
    const bool is_usual = !deep && has_usual_window(p);
    if (is_usual) find_whole_columns(p, &first_whole, &end_whole);
    for (size_t plane = begin; plane < end; plane++) {
        float *image = t->gradient + plane * plane_size;
        size_t cleared = 0;
        if (deep) clear_rows(image, p->width * p->lanes, p->depth * p->height, &cleared);
        for (size_t k = 0; k < (deep ? p->pooled_depth : 1); k++) {
            places slices = deep ? inside(p, 0, k, p->depth) : only_slice;
            size_t slice = deep ? plane * p->pooled_depth + k : plane;
            for (size_t i = 0; i < p->pooled_height; i++) {
                size_t results = (slice * p->pooled_height + i) * row_length;
                places rows = inside(p, 1, i, p->height);
                int64_t end_row = rows.start + (rows.end - 1) * p->dilation[1] + 1;
                if (!deep && rows.end > rows.first) clear_rows(image, p->width * p->lanes, (size_t)end_row, &cleared);
                const int32_t *place = t->places + results;
                const float *upstream = t->upstream + results;
                if (!is_usual || rows.first > 0 || rows.end < p->kernel[1]) {
                    spread_row(t, image, slices, rows, 0, 0, place, upstream);
                    continue;
                }
                float *first_row = image + rows.start * (int64_t)(p->width * p->lanes);
                spread_row(t, image, slices, rows, first_whole, end_whole, place, upstream);
                if (p->kernel[1] == 2) {
                    spread_whole_windows(p, first_row, first_whole, end_whole, 2, 2, place, upstream);
                } else {
                    spread_whole_windows(p, first_row, first_whole, end_whole, 3, 3, place, upstream);
                }
            }
        }
        clear_rows(image, p->width * p->lanes, p->depth * p->height, &cleared);
    }
}

WIDE_LOOP(spread_planes) {
    const task *t = context;
    if (is_deep(t->pooling)) spread(t, begin, end, 1);
    else spread(t, begin, end, 0);
}

void fovea_max_pool_gradient(
    const fovea_max_pooling *pooling, const int32_t *places, const float *upstream, float *gradient) {
    task t = {.pooling = pooling, .places = (int32_t *)places, .upstream = upstream, .gradient = gradient};
    size_t work = pooling->pooled_depth * pooling->pooled_height * pooling->pooled_width * pooling->lanes;
    fovea_parallel_for(pooling->planes, 1 + 4096 / (work + 1), spread_planes, &t);
}
