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

// `with_places` and `deep` are literals in most calls, each of which becomes a loop of its own.
ALWAYS_INLINE void pool(const task *t, size_t begin, size_t end, int with_places, int deep) {
    const fovea_max_pooling *p = t->pooling;
    size_t lanes = p->lanes;
    for (size_t row = begin; row < end; row++) {
        size_t slice = row / p->pooled_height;
        places slices = deep ? inside(p, 0, slice % p->pooled_depth, p->depth) : only_slice;
        size_t first_slice = deep ? slice / p->pooled_depth * p->depth : slice;
        const float *image = t->images + first_slice * p->height * p->width * lanes;
        places rows = inside(p, 1, row % p->pooled_height, p->height);
        for (size_t j = 0; j < p->pooled_width; j++) {
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

// The windows of one row of results.
ALWAYS_INLINE void spread_row(
    const task *t, float *restrict image, places slices, places rows, const int32_t *place, const float *upstream) {
    const fovea_max_pooling *p = t->pooling;
    size_t lanes = p->lanes;
    for (size_t j = 0; j < p->pooled_width; j++, place += lanes, upstream += lanes) {
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

// One plane at a time, because windows of one plane may overlap. `deep` is a literal in every call.
ALWAYS_INLINE void spread(const task *t, size_t begin, size_t end, int deep) {
    const fovea_max_pooling *p = t->pooling;
    size_t plane_size = p->depth * p->height * p->width * p->lanes, row_length = p->pooled_width * p->lanes;
    for (size_t plane = begin; plane < end; plane++) {
        float *image = t->gradient + plane * plane_size;
        memset(image, 0, plane_size * sizeof(float));
        for (size_t k = 0; k < (deep ? p->pooled_depth : 1); k++) {
            places slices = deep ? inside(p, 0, k, p->depth) : only_slice;
            size_t slice = deep ? plane * p->pooled_depth + k : plane;
            for (size_t i = 0; i < p->pooled_height; i++) {
                size_t results = (slice * p->pooled_height + i) * row_length;
                places rows = inside(p, 1, i, p->height);
                spread_row(t, image, slices, rows, t->places + results, t->upstream + results);
            }
        }
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
