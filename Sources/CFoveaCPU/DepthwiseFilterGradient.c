#include <string.h>

#include "Depthwise.h"
#include "NormalizedRows.h"
#include "Parallel.h"

// How many pixels are summed in float before they are added in double: the error does not grow with the size of images.
enum { run_length = 256, most_columns = 4 };

typedef struct {
    fovea_depthwise c;
    const fovea_channel_normalization *normalization;
    const float *images, *upstream;
    float *filters;
    channel_parameters *parameters;
    // For each member: the sums of 16 channels for each place of the window, block by block; and rows with their padding.
    double *sums;
    vector *rows;
    size_t threads;
} task;

// Columns of a padded row; rows of the result whose images are copied together, and that are summed together.
static size_t row_length(const fovea_depthwise *c) { return (c->result_width - 1) * c->stride + c->kernel_width; }
static size_t result_rows_together(const fovea_depthwise *c) {
    size_t rows = row_bytes / (row_length(c) * sizeof(vector));
    return rows < c->kernel_height + c->stride ? 1 : smaller((rows - c->kernel_height) / c->stride + 1, c->result_height);
}
static size_t rows_of_run(const fovea_depthwise *c) {
    return run_length < c->result_width ? 1 : run_length / c->result_width;
}
static size_t room_of_rows(const fovea_depthwise *c) {
    return ((result_rows_together(c) - 1) * c->stride + c->kernel_height) * row_length(c);
}
static size_t sum_count(const fovea_depthwise *c) { return c->channels * c->kernel_height * c->kernel_width; }

size_t fovea_depthwise_filter_gradient_scratch(const fovea_depthwise *c, size_t threads) {
    return c->channels / vector_lanes * sizeof(channel_parameters) +
           threads * (sum_count(c) * sizeof(double) + room_of_rows(c) * sizeof(vector));
}

// Some rows of the result, for 16 channels of an image.
typedef struct {
    const float *upstream;
    // The first row under their windows.
    const vector *pixels;
    size_t first, last;
} place;

// Adds the products of results' gradients and pixels for some rows and columns of the window, `rows` × `columns` of them.
ALWAYS_INLINE void correlate(
    const fovea_depthwise *c, const place *p, size_t row, size_t column, const int lanes, const int stride,
    const int rows, const int columns, double *totals) {
    vector sums[3][most_columns];
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < columns; j++) sums[i][j] = (vector){0};
    }
    const size_t length = row_length(c), plane = c->result_height * c->result_width;
    for (size_t y = p->first; y < p->last; y++) {
        const vector *pixels = p->pixels + ((y - p->first) * (size_t)stride + row) * length + column;
        for (size_t x = 0; x < c->result_width; x++) {
            vector gradient;
            load_pixel(lanes, p->upstream, plane, y * c->result_width + x, &gradient);
            __builtin_prefetch(p->upstream + (y * c->result_width + x) * (size_t)lanes + read_ahead);
            UNROLL
            for (int i = 0; i < rows; i++) {
                UNROLL
                for (int j = 0; j < columns; j++) {
                    sums[i][j] += pixels[(size_t)i * length + x * (size_t)stride + (size_t)j] * gradient;
                }
            }
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < columns; j++) {
            double *to = totals + ((row + (size_t)i) * c->kernel_width + column + (size_t)j) * vector_lanes;
            for (size_t lane = 0; lane < vector_lanes; lane++) to[lane] += sums[i][j][lane];
        }
    }
}

ALWAYS_INLINE void correlate_all(
    const fovea_depthwise *c, const place *p, const int lanes, const int stride, double *totals) {
    if (c->kernel_height == 3 && c->kernel_width == 3 && lanes == vector_lanes) {
        correlate(c, p, 0, 0, lanes, stride, 3, 3, totals);
        return;
    }
    for (size_t row = 0; row < c->kernel_height; row++) {
        size_t column = 0;
        for (; column + 4 <= c->kernel_width; column += 4) correlate(c, p, row, column, lanes, stride, 1, 4, totals);
        switch (c->kernel_width - column) {
        case 3: correlate(c, p, row, column, lanes, stride, 1, 3, totals); break;
        case 2: correlate(c, p, row, column, lanes, stride, 1, 2, totals); break;
        case 1: correlate(c, p, row, column, lanes, stride, 1, 1, totals); break;
        }
    }
}

// Copies the rows of an image that lie under the windows of some rows of the result, padding included.
ALWAYS_INLINE void copy_rows(
    const task *t, const float *image, const channel_parameters *parameters, size_t first, size_t last, const int lanes,
    vector *to) {
    const fovea_depthwise *c = &t->c;
    const fovea_rectifier rectifier = t->normalization == NULL ? fovea_no_rectifier : t->normalization->rectifier;
    size_t length = row_length(c), left = smaller(c->left, length), inside = smaller(length - left, c->width);
    size_t rows = (last - 1 - first) * c->stride + c->kernel_height;
    for (size_t row = 0; row < rows; row++, to += length) {
        // Rows above the image wrap around to numbers that are too large.
        size_t y = first * c->stride + row - c->top;
        if (y >= c->height) {
            memset(to, 0, length * sizeof(vector));
            continue;
        }
        memset(to, 0, left * sizeof(vector));
        copy_pixels(lanes, image, c->height * c->width, y * c->width, inside, parameters, rectifier, to + left);
        memset(to + left + inside, 0, (length - left - inside) * sizeof(vector));
    }
}

ALWAYS_INLINE void add_rows(const task *t, size_t member, size_t begin, size_t end, const int stride, const int lanes) {
    const fovea_depthwise *c = &t->c;
    size_t blocks = c->channels / vector_lanes, taps = c->kernel_height * c->kernel_width;
    size_t together = result_rows_together(c);
    double *sums = t->sums + member * sum_count(c);
    vector *rows = t->rows + member * room_of_rows(c);
    // Rows are numbered through all images.
    for (size_t next; begin < end; begin = next) {
        size_t image = begin / c->result_height, first = begin % c->result_height, last = first + (end - begin);
        last = smaller(last, c->result_height);
        next = image * c->result_height + last;
        for (size_t block = 0; block < blocks; block++) {
            size_t plane = image * blocks + block;
            const float *from = t->images + plane * c->height * c->width * vector_lanes;
            place p = {.upstream = t->upstream + plane * c->result_height * c->result_width * vector_lanes};
            for (size_t copied = first, end_of_copy; copied < last; copied = end_of_copy) {
                end_of_copy = smaller(copied + together, last);
                copy_rows(
                    t, from, t->normalization == NULL ? NULL : &t->parameters[block], copied, end_of_copy, lanes, rows);
                for (p.first = copied; p.first < end_of_copy; p.first = p.last) {
                    p.last = smaller(p.first + rows_of_run(c), end_of_copy);
                    p.pixels = rows + (p.first - copied) * c->stride * row_length(c);
                    correlate_all(c, &p, lanes, stride, sums + block * taps * vector_lanes);
                }
            }
        }
    }
}

// The gradients of a member's blocks of channels: the sums of all members, in their order.
static void write_filters(const task *t, size_t member, size_t members) {
    const fovea_depthwise *c = &t->c;
    size_t blocks = c->channels / vector_lanes, taps = c->kernel_height * c->kernel_width;
    for (size_t block = blocks * member / members; block < blocks * (member + 1) / members; block++) {
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t lane = 0; lane < vector_lanes; lane++) {
                double sum = 0;
                for (size_t share = 0; share < t->threads; share++) {
                    sum += t->sums[share * sum_count(c) + (block * taps + tap) * vector_lanes + lane];
                }
                t->filters[(block * vector_lanes + lane) * taps + tap] = (float)sum;
            }
        }
    }
}

WIDE_TEAM(differentiate) {
    const task *t = context;
    const fovea_depthwise *c = &t->c;
    if (t->normalization != NULL) {
        find_share_of_channels(t->normalization, c->channels, member, members, t->parameters);
        fovea_wait_for_team();
    }
    size_t rows = c->images * c->result_height;
    // As many shares as members, unless the system gave fewer.
    for (size_t share = member; share < t->threads; share += members) {
        memset(t->sums + share * sum_count(c), 0, sum_count(c) * sizeof(double));
        size_t begin = rows * share / t->threads, end = rows * (share + 1) / t->threads;
        if (c->lanes == vector_lanes) {
            if (c->stride == 1) add_rows(t, share, begin, end, 1, 16);
            else add_rows(t, share, begin, end, 2, 16);
        } else if (c->stride == 1) {
            add_rows(t, share, begin, end, 1, 8);
        } else {
            add_rows(t, share, begin, end, 2, 8);
        }
    }
    fovea_wait_for_team();
    write_filters(t, member, members);
}

void fovea_depthwise_filter_gradient(
    const fovea_depthwise *c, const fovea_channel_normalization *normalization, size_t threads, const float *images,
    const float *upstream, float *filters, void *scratch) {
    task t = {
        .c = *c, .normalization = normalization, .images = images, .upstream = upstream, .filters = filters,
        .parameters = scratch, .threads = threads};
    t.sums = (double *)(t.parameters + c->channels / vector_lanes);
    t.rows = (vector *)(t.sums + threads * sum_count(c));
    fovea_run_team(threads, differentiate, &t);
}
