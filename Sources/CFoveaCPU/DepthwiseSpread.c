#include "Depthwise.h"

#include "Parallel.h"
#include "PixelBlocks.h"
#include "Sizes.h"

// How many columns of one parity are summed at a time: what registers hold. A vector takes two of AVX2's 16.
enum { most_columns = 8, narrow_columns = 4 };

typedef struct {
    fovea_depthwise c;
    const float *upstream, *packed;
    float *gradients;
} task;

// A row of the images' gradient for 16 channels of an image.
typedef struct {
    const float *upstream;
    float *gradients;
    const vector *filters;
    size_t row;
} place;

// With stride 2, a pixel is read through every second column of the filter only. Of the columns 2c + parity it is
// through `first`, `first` + 2, …, by the windows c + offset, c + offset − 1, ….
typedef struct {
    size_t parity, first, offset;
} phase;

static phase find_phase(const fovea_depthwise *c, size_t parity) {
    size_t first = (parity + c->left) % 2;
    return (phase){parity, first, (parity + c->left - first) / 2};
}

// If all windows are `inside` the result, no column is checked.
ALWAYS_INLINE void spread_columns(
    const task *t, const place *p, const phase *of, size_t column, const int columns, const bool inside,
    const int lanes) {
    const fovea_depthwise *c = &t->c;
    const size_t pixels = c->result_height * c->result_width;
    vector sums[most_columns];
    UNROLL
    for (int j = 0; j < columns; j++) sums[j] = (vector){0};
    for (size_t kernel_row = (p->row + c->top) % 2; kernel_row < c->kernel_height; kernel_row += 2) {
        // Rows above the result wrap around to numbers that are too large.
        size_t y = (p->row + c->top - kernel_row) / 2;
        if (kernel_row > p->row + c->top || y >= c->result_height) continue;
        size_t step = 0;
        for (size_t kernel_column = of->first; kernel_column < c->kernel_width; kernel_column += 2, step++) {
            vector weight = p->filters[kernel_row * c->kernel_width + kernel_column];
            UNROLL
            for (int j = 0; j < columns; j++) {
                size_t x = column + (size_t)j + of->offset - step;
                if (!inside && x >= c->result_width) continue;
                vector gradient;
                load_pixel(lanes, p->upstream, pixels, y * c->result_width + x, &gradient);
                sums[j] += gradient * weight;
            }
        }
    }
    UNROLL
    for (int j = 0; j < columns; j++) {
        size_t x = 2 * (column + (size_t)j) + of->parity;
        store_pixel(lanes, p->gradients, c->height * c->width, p->row * c->width + x, &sums[j]);
    }
}

ALWAYS_INLINE void spread_row(const task *t, const place *p, const phase *of, const int lanes) {
    const fovea_depthwise *c = &t->c;
    const int tile = lanes == vector_lanes ? most_columns : narrow_columns;
    size_t count = (c->width + 1 - of->parity) / 2, reached = (c->kernel_width + 1 - of->first) / 2;
    // The columns [first, last) are read by windows inside the result only.
    size_t first = reached < of->offset + 2 ? 0 : smaller(reached - 1 - of->offset, count);
    size_t reach = c->result_width < of->offset ? 0 : c->result_width - of->offset;
    size_t last = reach < first ? first : smaller(reach, count);
    size_t column = 0;
    for (; column < first; column++) spread_columns(t, p, of, column, 1, false, lanes);
    for (; column + (size_t)tile <= last; column += (size_t)tile) spread_columns(t, p, of, column, tile, true, lanes);
    for (; column + 2 <= last; column += 2) spread_columns(t, p, of, column, 2, true, lanes);
    for (; column < last; column++) spread_columns(t, p, of, column, 1, true, lanes);
    for (; column < count; column++) spread_columns(t, p, of, column, 1, false, lanes);
}

ALWAYS_INLINE void spread_rows(const task *t, size_t begin, size_t end, const int lanes) {
    const fovea_depthwise *c = &t->c;
    size_t blocks = c->channels / vector_lanes, taps = c->kernel_height * c->kernel_width;
    phase phases[] = {find_phase(c, 0), find_phase(c, 1)};
    // Rows are numbered through all images.
    for (size_t next; begin < end; begin = next) {
        size_t image = begin / c->height, first = begin % c->height;
        next = smaller(end, (image + 1) * c->height);
        for (size_t block = 0; block < blocks; block++) {
            size_t plane = image * blocks + block;
            place p = {
                .upstream = t->upstream + plane * c->result_height * c->result_width * vector_lanes,
                .gradients = t->gradients + plane * c->height * c->width * vector_lanes,
                .filters = (const vector *)t->packed + block * taps};
            for (p.row = first; p.row < first + (next - begin); p.row++) {
                spread_row(t, &p, &phases[0], lanes);
                spread_row(t, &p, &phases[1], lanes);
            }
        }
    }
}

WIDE_LOOP(spread_blocks) { spread_rows(context, begin, end, 16); }
WIDE_LOOP(spread_halves) { spread_rows(context, begin, end, 8); }

void fovea_depthwise_spread(
    const fovea_depthwise *c, const float *upstream, const float *packed, float *gradients) {
    task t = {*c, upstream, packed, gradients};
    fovea_parallel_for(c->images * c->height, 1, c->lanes == vector_lanes ? spread_blocks : spread_halves, &t);
}
