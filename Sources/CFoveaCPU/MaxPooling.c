#include "MaxPooling.h"

#include <string.h>

#include "Parallel.h"
#include "WideVectors.h"

typedef struct {
    const fovea_max_pooling *pooling;
    const float *images;
    float *maxima;
    int32_t *places;
    const float *upstream;
    float *gradient;
} task;

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// `lanes` and `with_places` are literals where this is called, so that each call becomes a loop of its own.
ALWAYS_INLINE void pool(const task *t, size_t begin, size_t end, size_t lanes, int with_places) {
    const fovea_max_pooling *p = t->pooling;
    int64_t height = (int64_t)p->height, width = (int64_t)p->width;
    for (size_t row = begin; row < end; row++) {
        size_t plane = row / p->pooled_height;
        int64_t top = (int64_t)(row % p->pooled_height) * p->stride[0] - p->before[0];
        const float *image = t->images + plane * p->height * p->width * lanes;
        for (size_t j = 0; j < p->pooled_width; j++) {
            int64_t left = (int64_t)j * p->stride[1] - p->before[1];
            float *maximum = t->maxima + (row * p->pooled_width + j) * lanes;
            int32_t *place = with_places ? t->places + (row * p->pooled_width + j) * lanes : NULL;
            int first = 1;
            for (int64_t u = 0; u < p->kernel[0]; u++) {
                int64_t y = top + u * p->dilation[0];
                if (y < 0 || y >= height) continue;
                for (int64_t v = 0; v < p->kernel[1]; v++) {
                    int64_t x = left + v * p->dilation[1];
                    if (x < 0 || x >= width) continue;
                    const float *pixel = image + (size_t)(y * width + x) * lanes;
                    int32_t here = (int32_t)(u * p->kernel[1] + v);
                    if (first) {
                        for (size_t lane = 0; lane < lanes; lane++) maximum[lane] = pixel[lane];
                        if (with_places) for (size_t lane = 0; lane < lanes; lane++) place[lane] = here;
                        first = 0;
                        continue;
                    }
                    for (size_t lane = 0; lane < lanes; lane++) {
                        // True also where the pixel is NaN; a NaN that has won gives way to a later NaN only.
                        int wins = pixel[lane] > maximum[lane] || pixel[lane] != pixel[lane];
                        maximum[lane] = wins ? pixel[lane] : maximum[lane];
                        if (with_places) place[lane] = wins ? here : place[lane];
                    }
                }
            }
        }
    }
}

WIDE_VECTORS static void pool_rows(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t lanes = t->pooling->lanes;
    if (t->places != NULL) {
        if (lanes == 16) pool(t, begin, end, 16, 1);
        else if (lanes == 8) pool(t, begin, end, 8, 1);
        else if (lanes == 1) pool(t, begin, end, 1, 1);
        else pool(t, begin, end, lanes, 1);
    } else {
        if (lanes == 16) pool(t, begin, end, 16, 0);
        else if (lanes == 8) pool(t, begin, end, 8, 0);
        else if (lanes == 1) pool(t, begin, end, 1, 0);
        else pool(t, begin, end, lanes, 0);
    }
}

void fovea_max_pool(const fovea_max_pooling *pooling, const float *images, float *maxima, int32_t *places) {
    task t = {.pooling = pooling, .images = images, .maxima = maxima, .places = places};
    size_t rows = pooling->planes * pooling->pooled_height;
    size_t work = pooling->pooled_width * pooling->lanes * (size_t)(pooling->kernel[0] * pooling->kernel[1]);
    fovea_parallel_for(rows, 1 + 16384 / (work + 1), pool_rows, &t);
}

// One plane at a time, because windows of one plane may overlap. Every place of the window takes what is its own: for lanes
// side by side that is fewer steps than following each lane to its winner.
ALWAYS_INLINE void spread(const task *t, size_t begin, size_t end, size_t lanes) {
    const fovea_max_pooling *p = t->pooling;
    int64_t height = (int64_t)p->height, width = (int64_t)p->width;
    size_t plane_size = p->height * p->width * lanes;
    size_t pooled_size = p->pooled_height * p->pooled_width * lanes;
    for (size_t plane = begin; plane < end; plane++) {
        float *image = t->gradient + plane * plane_size;
        memset(image, 0, plane_size * sizeof(float));
        for (size_t i = 0; i < p->pooled_height; i++) {
            int64_t top = (int64_t)i * p->stride[0] - p->before[0];
            for (size_t j = 0; j < p->pooled_width; j++) {
                int64_t left = (int64_t)j * p->stride[1] - p->before[1];
                size_t result = plane * pooled_size + (i * p->pooled_width + j) * lanes;
                const int32_t *place = t->places + result;
                const float *upstream = t->upstream + result;
                for (int64_t u = 0; u < p->kernel[0]; u++) {
                    int64_t y = top + u * p->dilation[0];
                    if (y < 0 || y >= height) continue;
                    for (int64_t v = 0; v < p->kernel[1]; v++) {
                        int64_t x = left + v * p->dilation[1];
                        if (x < 0 || x >= width) continue;
                        float *pixel = image + (size_t)(y * width + x) * lanes;
                        int32_t here = (int32_t)(u * p->kernel[1] + v);
                        for (size_t lane = 0; lane < lanes; lane++) {
                            pixel[lane] += place[lane] == here ? upstream[lane] : 0;
                        }
                    }
                }
            }
        }
    }
}

WIDE_VECTORS static void spread_planes(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t lanes = t->pooling->lanes;
    if (lanes == 16) spread(t, begin, end, 16);
    else if (lanes == 8) spread(t, begin, end, 8);
    else if (lanes == 1) spread(t, begin, end, 1);
    else spread(t, begin, end, lanes);
}

void fovea_max_pool_gradient(
    const fovea_max_pooling *pooling, const int32_t *places, const float *upstream, float *gradient) {
    task t = {.pooling = pooling, .places = (int32_t *)places, .upstream = upstream, .gradient = gradient};
    size_t work = pooling->pooled_height * pooling->pooled_width * pooling->lanes;
    fovea_parallel_for(pooling->planes, 1 + 4096 / (work + 1), spread_planes, &t);
}
