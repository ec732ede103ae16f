#include "AveragePooling.h"

#include <string.h>

#include "Parallel.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    const fovea_average_pooling *pooling;
    const float *from;
    float *to;
    // One row of sums per thread.
    double *rows;
} task;


// How many numbers a row of sums has: one for each pixel of a row forward, one for each window backward.
static size_t row_length(const fovea_average_pooling *p) {
    size_t longest = p->width > p->pooled_width ? p->width : p->pooled_width;
    // Whole cache lines, so that no two threads write to the same line.
    return (longest * p->lanes + 7) / 8 * 8;
}

size_t fovea_average_pooling_workspace(const fovea_average_pooling *p) {
    return p->threads * row_length(p) * sizeof(double);
}

// The positions begin, begin + step, … below end.
typedef struct {
    size_t begin, end, step;
} positions;

static int64_t rounded_up(int64_t number, int64_t divisor) {
    return number <= 0 ? 0 : (number + divisor - 1) / divisor;
}

// The pixels of the image under a window, along one axis.
static positions pixels_under(const fovea_average_pooling *p, int axis, size_t window, size_t size) {
    int64_t start = (int64_t)window * p->stride[axis] - p->before[axis];
    int64_t dilation = p->dilation[axis], end = start + (p->kernel[axis] - 1) * dilation + 1;
    int64_t first = start + rounded_up(-start, dilation) * dilation;
    if (end > (int64_t)size) end = (int64_t)size;
    return (positions){(size_t)first, end > first ? (size_t)end : (size_t)first, (size_t)dilation};
}

static size_t count_of(positions p) { return (p.end - p.begin + p.step - 1) / p.step; }

// The weight of a pixel in the mean of its window, along one axis.
static double share(const fovea_average_pooling *p, int axis, size_t window, size_t size) {
    return 1 / (p->counts_padding ? (double)p->kernel[axis] : (double)count_of(pixels_under(p, axis, window, size)));
}

// The windows that may cover a pixel, along one axis; with dilation, not all of them do.
static positions windows_over(const fovea_average_pooling *p, int axis, size_t pixel, size_t windows) {
    int64_t place = (int64_t)pixel + p->before[axis];
    int64_t first = rounded_up(place - (p->kernel[axis] - 1) * p->dilation[axis], p->stride[axis]);
    int64_t end = place / p->stride[axis] + 1;
    if (end > (int64_t)windows) end = (int64_t)windows;
    return (positions){(size_t)first, end > first ? (size_t)end : (size_t)first, 1};
}

static int covers(const fovea_average_pooling *p, int axis, size_t window, size_t pixel) {
    int64_t offset = (int64_t)pixel + p->before[axis] - (int64_t)window * p->stride[axis];
    return offset % p->dilation[axis] == 0;
}

ALWAYS_INLINE void add_row(const float *row, double factor, size_t count, double *restrict sums) {
    for (size_t i = 0; i < count; i++) sums[i] += row[i] * factor;
}

// Adds up the sums at some positions for `width` neighbouring lanes, which stay in registers: `width` is a literal in
// every call.
ALWAYS_INLINE void sum_positions(
    const double *sums, positions at, size_t lanes, size_t width, double factor, float *restrict result) {
    double total[16] = {0};
    for (size_t i = at.begin; i < at.end; i += at.step) {
        for (size_t lane = 0; lane < width; lane++) total[lane] += sums[i * lanes + lane];
    }
    for (size_t lane = 0; lane < width; lane++) result[lane] = (float)(total[lane] * factor);
}

// For a long line of neighbours: independent partial sums become vector instructions.
ALWAYS_INLINE void sum_line(const double *sums, positions at, double factor, float *restrict result) {
    double partial[16] = {0}, total = 0;
    size_t i = at.begin;
    for (; i + 16 <= at.end; i += 16) {
        for (size_t lane = 0; lane < 16; lane++) partial[lane] += sums[i + lane];
    }
    for (; i < at.end; i++) total += sums[i];
    for (size_t lane = 0; lane < 16; lane++) total += partial[lane];
    *result = (float)(total * factor);
}

ALWAYS_INLINE void sum_lanes(
    const double *sums, positions at, size_t lanes, double factor, float *restrict result) {
    if (lanes == 1 && at.step == 1) {
        sum_line(sums, at, factor, result);
        return;
    }
    size_t l = 0;
    for (; l + 16 <= lanes; l += 16) sum_positions(sums + l, at, lanes, 16, factor, result + l);
    for (; l + 8 <= lanes; l += 8) sum_positions(sums + l, at, lanes, 8, factor, result + l);
    for (; l < lanes; l++) sum_positions(sums + l, at, lanes, 1, factor, result + l);
}

WIDE_TEAM(pool_rows) {
    const task *t = context;
    const fovea_average_pooling *p = t->pooling;
    size_t lanes = p->lanes, rows = p->planes * p->pooled_height, length = p->width * lanes;
    double *sums = t->rows + member * row_length(p);
    for (size_t row = rows * member / members; row < rows * (member + 1) / members; row++) {
        const float *image = t->from + row / p->pooled_height * p->height * length;
        size_t i = row % p->pooled_height;
        positions under = pixels_under(p, 0, i, p->height);
        memset(sums, 0, length * sizeof(double));
        for (size_t y = under.begin; y < under.end; y += under.step) add_row(image + y * length, 1, length, sums);
        double of_row = share(p, 0, i, p->height);
        for (size_t j = 0; j < p->pooled_width; j++) {
            double factor = of_row * share(p, 1, j, p->width);
            float *means = t->to + (row * p->pooled_width + j) * lanes;
            sum_lanes(sums, pixels_under(p, 1, j, p->width), lanes, factor, means);
        }
    }
}

WIDE_TEAM(spread_rows) {
    const task *t = context;
    const fovea_average_pooling *p = t->pooling;
    size_t lanes = p->lanes, rows = p->planes * p->height, length = p->pooled_width * lanes;
    double *sums = t->rows + member * row_length(p);
    for (size_t row = rows * member / members; row < rows * (member + 1) / members; row++) {
        const float *upstream = t->from + row / p->height * p->pooled_height * length;
        positions over = windows_over(p, 0, row % p->height, p->pooled_height);
        memset(sums, 0, length * sizeof(double));
        for (size_t i = over.begin; i < over.end; i++) {
            if (!covers(p, 0, i, row % p->height)) continue;
            add_row(upstream + i * length, share(p, 0, i, p->height), length, sums);
        }
        for (size_t j = 0; j < p->pooled_width; j++) {
            double of_column = share(p, 1, j, p->width);
            for (size_t lane = 0; lane < lanes; lane++) sums[j * lanes + lane] *= of_column;
        }
        for (size_t x = 0; x < p->width; x++) {
            float *gradient = t->to + (row * p->width + x) * lanes;
            positions windows = windows_over(p, 1, x, p->pooled_width);
            // The first window that covers the pixel, and the distance to the next one.
            while (windows.begin < windows.end && !covers(p, 1, windows.begin, x)) windows.begin++;
            size_t next = windows.begin + 1;
            while (next < windows.end && !covers(p, 1, next, x)) next++;
            windows.step = next - windows.begin;
            sum_lanes(sums, windows, lanes, 1, gradient);
        }
    }
}

// How many threads `work` additions are worth: one with fewer than 16,384 of them costs more than it saves.
static size_t members_for(const fovea_average_pooling *p, size_t rows, size_t work) {
    size_t team = p->threads, useful = 1 + work / 16384;
    if (team > useful) team = useful;
    return team > rows ? rows : team;
}

void fovea_average_pool(const fovea_average_pooling *p, const float *images, float *means, void *workspace) {
    task t = {p, images, means, workspace};
    size_t rows = p->planes * p->pooled_height;
    fovea_run_team(members_for(p, rows, rows * (size_t)p->kernel[0] * p->width * p->lanes), pool_rows, &t);
}

void fovea_average_pool_gradient(
    const fovea_average_pooling *p, const float *upstream, float *gradient, void *workspace) {
    task t = {p, upstream, gradient, workspace};
    size_t rows = p->planes * p->height;
    fovea_run_team(members_for(p, rows, rows * p->width * p->lanes), spread_rows, &t);
}
