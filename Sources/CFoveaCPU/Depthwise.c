#include "Depthwise.h"

#include "NormalizedRows.h"
#include "Parallel.h"

// How many columns of a row are summed at a time: what registers hold. A vector takes two of AVX2's 16.
enum { most_columns = 8, narrow_columns = 4 };

typedef struct {
    fovea_depthwise c;
    const float *images, *packed, *bias;
    float *results;
    // Where images are normalized as they are read: how, with which numbers, and rows for each member of the team.
    const fovea_channel_normalization *normalization;
    channel_parameters *parameters;
    vector *rows;
} task;

size_t fovea_depthwise_filter_count(const fovea_depthwise *c) {
    return c->channels * c->kernel_height * c->kernel_width;
}

void fovea_depthwise_pack(const fovea_depthwise *c, const float *filters, float *packed) {
    size_t taps = c->kernel_height * c->kernel_width;
    for (size_t channel = 0; channel < c->channels; channel++) {
        float *to = packed + channel / vector_lanes * taps * vector_lanes + channel % vector_lanes;
        for (size_t tap = 0; tap < taps; tap++) {
            to[tap * vector_lanes] = filters[channel * taps + (c->turned ? taps - 1 - tap : tap)];
        }
    }
}

// A row of the result for 16 channels of an image.
typedef struct {
    // The first pixel of the image, or of the rows of it from `first_row` on, and of the result.
    const float *image;
    size_t first_row;
    float *result;
    const vector *filters;
    const float *bias;
    size_t row;
} place;

// The sizes of the filters' windows, where they are literals: 0 stands for any. `lanes` are those of the result's blocks, and
// `lanes_read` those of the image's.
typedef struct {
    const int rows, columns, stride, lanes, lanes_read;
} shape;

// Some columns of a row. If their windows are `inside` the image, no column is checked.
ALWAYS_INLINE void convolve_columns(
    const task *t, const place *p, size_t column, const int columns, const bool inside, const shape s) {
    const fovea_depthwise *c = &t->c;
    const size_t kernel_rows = s.rows > 0 ? (size_t)s.rows : c->kernel_height;
    const size_t kernel_columns = s.columns > 0 ? (size_t)s.columns : c->kernel_width;
    const size_t stride = (size_t)s.stride, pixels = c->height * c->width;
    vector sums[most_columns];
    vector start = p->bias == NULL ? (vector){0} : *(const unaligned_vector *)p->bias;
    UNROLL
    for (int j = 0; j < columns; j++) sums[j] = start;
    for (size_t kernel_row = 0; kernel_row < kernel_rows; kernel_row++) {
        // Rows above the image wrap around to numbers that are too large.
        size_t y = p->row * stride + kernel_row - c->top;
        if (y >= c->height) continue;
        size_t left = column * stride - c->left;
        for (size_t kernel_column = 0; kernel_column < kernel_columns; kernel_column++) {
            vector weight = p->filters[kernel_row * kernel_columns + kernel_column];
            UNROLL
            for (int j = 0; j < columns; j++) {
                size_t x = left + (size_t)j * stride + kernel_column;
                if (!inside && x >= c->width) continue;
                vector pixel;
                load_pixel(s.lanes_read, p->image, pixels, (y - p->first_row) * c->width + x, &pixel);
                sums[j] += pixel * weight;
            }
        }
    }
    size_t result_pixels = c->result_height * c->result_width, first = p->row * c->result_width + column;
    UNROLL
    for (int j = 0; j < columns; j++) {
        switch (c->rectifier) {
        case fovea_no_rectifier: break;
        case fovea_rectify: rectify(fovea_rectify, &sums[j]); break;
        case fovea_rectify_to_6: rectify(fovea_rectify_to_6, &sums[j]); break;
        }
        store_pixel(s.lanes, p->result, result_pixels, first + (size_t)j, &sums[j]);
        __builtin_prefetch(p->result + (first + (size_t)j) * (size_t)s.lanes + write_ahead, 1);
    }
}

ALWAYS_INLINE void convolve_row(const task *t, const place *p, const shape s) {
    const fovea_depthwise *c = &t->c;
    const int tile = s.lanes == vector_lanes ? most_columns : narrow_columns;
    const size_t stride = (size_t)s.stride;
    // The columns [first, last) have their windows inside the image.
    size_t first = smaller(divide_up(c->left, stride), c->result_width);
    size_t reach = c->width + c->left < c->kernel_width ? 0 : (c->width + c->left - c->kernel_width) / stride + 1;
    size_t last = reach < first ? first : smaller(reach, c->result_width);
    size_t column = 0;
    for (; column < first; column++) convolve_columns(t, p, column, 1, false, s);
    for (; column + (size_t)tile <= last; column += (size_t)tile) convolve_columns(t, p, column, tile, true, s);
    for (; column + 2 <= last; column += 2) convolve_columns(t, p, column, 2, true, s);
    for (; column < last; column++) convolve_columns(t, p, column, 1, true, s);
    for (; column < c->result_width; column++) convolve_columns(t, p, column, 1, false, s);
}

// The rows of images that fit in a member's room, as rows of the result; at least one.
static size_t result_rows_together(const fovea_depthwise *c) {
    size_t rows = row_bytes / (c->width * vector_lanes * sizeof(float));
    return rows < c->kernel_height + c->stride ? 1 : (rows - c->kernel_height) / c->stride + 1;
}

// The vectors of a member's room.
static size_t room_of_rows(const fovea_depthwise *c) {
    return ((result_rows_together(c) - 1) * c->stride + c->kernel_height) * c->width;
}

// Rows of the result from rows of the image that are normalized first.
ALWAYS_INLINE void convolve_normalized_rows(
    const task *t, place *p, const float *image, const channel_parameters *parameters, size_t begin, size_t end,
    vector *room, const shape s) {
    const fovea_depthwise *c = &t->c;
    size_t together = result_rows_together(c);
    p->image = (const float *)room;
    for (size_t first = begin, last; first < end; first = last) {
        last = smaller(first + together, end);
        size_t top = first * c->stride < c->top ? 0 : first * c->stride - c->top;
        size_t bottom = (last - 1) * c->stride + c->kernel_height;
        bottom = smaller(bottom < c->top ? 0 : bottom - c->top, c->height);
        p->first_row = top;
        if (top < bottom) {
            copy_pixels(
                s.lanes, image, c->height * c->width, top * c->width, (bottom - top) * c->width, parameters,
                t->normalization->rectifier, room);
        }
        for (p->row = first; p->row < last; p->row++) convolve_row(t, p, s);
    }
}

ALWAYS_INLINE void convolve_rows(const task *t, size_t begin, size_t end, vector *room, const shape s) {
    const fovea_depthwise *c = &t->c;
    size_t blocks = c->channels / vector_lanes, taps = c->kernel_height * c->kernel_width;
    // Rows are numbered through all images.
    for (size_t next; begin < end; begin = next) {
        size_t image = begin / c->result_height, first = begin % c->result_height;
        next = smaller(end, (image + 1) * c->result_height);
        for (size_t block = 0; block < blocks; block++) {
            size_t plane = image * blocks + block, last = first + (next - begin);
            place p = {
                .image = t->images + plane * c->height * c->width * vector_lanes,
                .result = t->results + plane * c->result_height * c->result_width * vector_lanes,
                .filters = (const vector *)t->packed + block * taps,
                .bias = t->bias == NULL ? NULL : t->bias + block * vector_lanes};
            if (room != NULL) {
                convolve_normalized_rows(t, &p, p.image, &t->parameters[block], first, last, room, s);
            } else {
                for (p.row = first; p.row < last; p.row++) convolve_row(t, &p, s);
            }
        }
    }
}

ALWAYS_INLINE void convolve_by_size(
    const task *t, size_t begin, size_t end, vector *room, const int stride, const int lanes, const int lanes_read) {
    const fovea_depthwise *c = &t->c;
    if (c->kernel_height == 3 && c->kernel_width == 3) {
        convolve_rows(t, begin, end, room, (shape){3, 3, stride, lanes, lanes_read});
    } else if (c->kernel_height == 5 && c->kernel_width == 5) {
        convolve_rows(t, begin, end, room, (shape){5, 5, stride, lanes, lanes_read});
    } else {
        convolve_rows(t, begin, end, room, (shape){0, 0, stride, lanes, lanes_read});
    }
}

WIDE_LOOP(convolve_blocks) {
    const task *t = context;
    if (t->c.stride == 1) convolve_by_size(t, begin, end, NULL, 1, 16, 16);
    else convolve_by_size(t, begin, end, NULL, 2, 16, 16);
}

WIDE_LOOP(convolve_halves) {
    const task *t = context;
    if (t->c.stride == 1) convolve_by_size(t, begin, end, NULL, 1, 8, 8);
    else convolve_by_size(t, begin, end, NULL, 2, 8, 8);
}

void fovea_depthwise_convolve(
    const fovea_depthwise *c, const float *images, const float *packed, const float *bias, float *results) {
    task t = {.c = *c, .images = images, .packed = packed, .bias = bias, .results = results};
    fovea_parallel_for(
        c->images * c->result_height, 1, c->lanes == vector_lanes ? convolve_blocks : convolve_halves, &t);
}

// MARK: Of normalized images

WIDE_TEAM(convolve_normalized) {
    const task *t = context;
    const fovea_depthwise *c = &t->c;
    find_share_of_channels(t->normalization, c->channels, member, members, t->parameters);
    fovea_wait_for_team();
    size_t rows = c->images * c->result_height;
    size_t begin = rows * member / members, end = rows * (member + 1) / members;
    vector *room = t->rows + member * room_of_rows(c);
    if (c->lanes == vector_lanes) {
        if (c->stride == 1) convolve_by_size(t, begin, end, room, 1, 16, 16);
        else convolve_by_size(t, begin, end, room, 2, 16, 16);
    } else if (c->stride == 1) {
        convolve_by_size(t, begin, end, room, 1, 8, 16);
    } else {
        convolve_by_size(t, begin, end, room, 2, 8, 16);
    }
}

size_t fovea_depthwise_normalized_scratch(const fovea_depthwise *c, size_t threads) {
    return c->channels / vector_lanes * sizeof(channel_parameters) + threads * room_of_rows(c) * sizeof(vector);
}

void fovea_depthwise_convolve_normalized(
    const fovea_depthwise *c, const fovea_channel_normalization *normalization, size_t threads, const float *images,
    const float *packed, const float *bias, float *results, void *scratch) {
    task t = {
        .c = *c, .images = images, .packed = packed, .bias = bias, .results = results, .normalization = normalization,
        .parameters = scratch};
    t.rows = (vector *)(t.parameters + c->channels / vector_lanes);
    fovea_run_team(threads, convolve_normalized, &t);
}
