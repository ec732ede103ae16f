#include "SideBySide.h"

#include "Parallel.h"
#include "Sizes.h"
#include "Vectors.h"

// The sums of a tile are what AVX-512's 32 registers hold. A vector takes two of the 16 of other processors: their tiles are
// the narrow ones.
enum { tile_filters = 6, tile_columns = 4, narrow_tile_columns = 1 };
enum { gradient_filters = 4, gradient_columns = 5, narrow_gradient_filters = 2, narrow_gradient_columns = 2 };
enum { longest_row = 1024 };
// A run of this many columns is summed in float, so are this many runs, and above that sums are double: the error does
// not grow with the size of the images.
enum { run_length = 32, runs_per_sum = 16, chunk_length = 8 };

// MARK: Forward

typedef struct {
    fovea_side_by_side c;
    const vector *images;
    // [tile of filters, channel, row, column, filter of the tile]; missing filters are zero.
    const float *weights;
    const float *bias;
    bool rectified, is_narrow;
    vector *results;
} forward_task;

size_t fovea_side_by_side_scratch(const fovea_side_by_side *c) {
    return divide_up(c->filters, tile_filters) * tile_filters * c->channels * c->kernel_height * c->kernel_width;
}

static void pack(const fovea_side_by_side *c, const float *weights, bool transposed, float *packed) {
    size_t taps = c->kernel_height * c->kernel_width;
    for (size_t tile = 0; tile < divide_up(c->filters, tile_filters); tile++) {
        for (size_t channel = 0; channel < c->channels; channel++) {
            for (size_t tap = 0; tap < taps; tap++) {
                for (size_t i = 0; i < tile_filters; i++) {
                    size_t filter = tile * tile_filters + i;
                    float weight = 0;
                    if (filter < c->filters) {
                        weight = transposed ? weights[(channel * c->filters + filter) * taps + taps - 1 - tap]
                                            : weights[(filter * c->channels + channel) * taps + tap];
                    }
                    *packed++ = weight;
                }
            }
        }
    }
}

// Some columns of a row of the result, for a tile of filters. If the window is `inside` the image,
// no column is checked.
ALWAYS_INLINE void convolve_columns(
    const forward_task *t, size_t block, size_t tile, size_t row, size_t column, const int columns, const bool inside) {
    const fovea_side_by_side *c = &t->c;
    size_t taps = c->kernel_height * c->kernel_width;
    vector sums[tile_filters][tile_columns];
    UNROLL
    for (int f = 0; f < tile_filters; f++) {
        size_t filter = tile * tile_filters + (size_t)f;
        vector start = (vector){0} + (t->bias != NULL && filter < c->filters ? t->bias[filter] : 0.0f);
        UNROLL
        for (int j = 0; j < columns; j++) sums[f][j] = start;
    }
    const float *tile_weights = t->weights + tile * c->channels * taps * tile_filters;
    for (size_t channel = 0; channel < c->channels; channel++) {
        const vector *plane = t->images + (block * c->channels + channel) * c->height * c->width;
        for (size_t kernel_row = 0; kernel_row < c->kernel_height; kernel_row++) {
            // Rows above the image wrap around to numbers that are too large.
            size_t y = row + kernel_row - c->top;
            if (y >= c->height) continue;
            const vector *line = plane + y * c->width;
            const float *weights = tile_weights + (channel * taps + kernel_row * c->kernel_width) * tile_filters;
            for (size_t kernel_column = 0; kernel_column < c->kernel_width; kernel_column++) {
                size_t x = column + kernel_column - c->left;
                vector pixels[tile_columns];
                UNROLL
                for (int j = 0; j < columns; j++) {
                    pixels[j] = inside || x + (size_t)j < c->width ? line[x + (size_t)j] : (vector){0};
                }
                UNROLL
                for (int f = 0; f < tile_filters; f++) {
                    float weight = weights[kernel_column * tile_filters + (size_t)f];
                    UNROLL
                    for (int j = 0; j < columns; j++) sums[f][j] += pixels[j] * weight;
                }
            }
        }
    }
    UNROLL
    for (int f = 0; f < tile_filters; f++) {
        size_t filter = tile * tile_filters + (size_t)f;
        if (filter >= c->filters) break;
        vector *out =
            t->results + ((block * c->filters + filter) * c->result_height + row) * c->result_width + column;
        UNROLL
        for (int j = 0; j < columns; j++) {
            vector sum = sums[f][j];
            // NaN stays: it is not below zero.
            if (t->rectified) {
                for (int i = 0; i < vector_lanes; i++) sum[i] = sum[i] < 0 ? 0 : sum[i];
            }
            out[j] = sum;
        }
    }
}

// The columns from `column` on, so many at a time; returns the first that is left.
ALWAYS_INLINE size_t convolve_row(
    const forward_task *t, size_t block, size_t tile, size_t row, size_t column, const int columns) {
    const fovea_side_by_side *c = &t->c;
    for (; column + (size_t)columns <= c->result_width; column += (size_t)columns) {
        bool inside = column >= c->left && column + (size_t)columns + c->kernel_width - 1 <= c->width + c->left;
        if (inside) {
            convolve_columns(t, block, tile, row, column, columns, true);
        } else {
            convolve_columns(t, block, tile, row, column, columns, false);
        }
    }
    return column;
}

WIDE_LOOP(convolve_rows) {
    const forward_task *t = context;
    const fovea_side_by_side *c = &t->c;
    size_t tile_count = divide_up(c->filters, tile_filters);
    for (size_t part = begin; part < end; part++) {
        size_t block = part / c->result_height, row = part % c->result_height;
        for (size_t tile = 0; tile < tile_count; tile++) {
            if (t->is_narrow) {
                convolve_row(t, block, tile, row, 0, narrow_tile_columns);
                continue;
            }
            size_t column = convolve_row(t, block, tile, row, 0, tile_columns);
            column = convolve_row(t, block, tile, row, column, 2);
            convolve_row(t, block, tile, row, column, 1);
        }
    }
}

static bool is_narrow(void) { return fovea_processor_lanes() < vector_lanes; }

void fovea_side_by_side_convolve(
    const fovea_side_by_side *convolution, const float *images, const float *weights, bool transposed,
    const float *bias, bool rectified, float *results, float *scratch) {
    pack(convolution, weights, transposed, scratch);
    forward_task t = {*convolution, (const vector *)images, scratch, bias, rectified, is_narrow(), (vector *)results};
    fovea_parallel_for(convolution->blocks * convolution->result_height, 4, convolve_rows, &t);
}

// MARK: The filters' gradient

typedef struct {
    fovea_side_by_side c;
    const vector *images, *upstream;
    // For each block of images the gradients of all filters, then of all biases.
    float *partial;
    bool with_bias, is_narrow;
} gradient_task;

static size_t partial_size(const fovea_side_by_side *c) {
    return c->filters * (c->channels * c->kernel_height * c->kernel_width + 1);
}

size_t fovea_side_by_side_gradient_scratch(const fovea_side_by_side *c) { return c->blocks * partial_size(c); }

// For some filters and some columns of the kernel.
typedef struct {
    vector vectors[gradient_filters][gradient_columns];
} tile_sums;
typedef struct {
    double numbers[gradient_filters][gradient_columns];
} tile_totals;

// Adds the products of the columns [begin, end) of a row, which are summed in registers first.
ALWAYS_INLINE void correlate_columns(
    const vector *gradients, size_t filter_stride, const vector *pixels, size_t begin, size_t end, const int filters,
    const int columns, tile_sums *sums) {
    vector own[gradient_filters][gradient_columns];
    UNROLL
    for (int f = 0; f < filters; f++) {
        UNROLL
        for (int j = 0; j < columns; j++) own[f][j] = (vector){0};
    }
    for (size_t column = begin; column < end; column++) {
        vector gradient[gradient_filters];
        UNROLL
        for (int f = 0; f < filters; f++) gradient[f] = gradients[(size_t)f * filter_stride + column];
        UNROLL
        for (int j = 0; j < columns; j++) {
            vector pixel = pixels[column + (size_t)j];
            UNROLL
            for (int f = 0; f < filters; f++) own[f][j] += gradient[f] * pixel;
        }
    }
    UNROLL
    for (int f = 0; f < filters; f++) {
        UNROLL
        for (int j = 0; j < columns; j++) sums->vectors[f][j] += own[f][j];
    }
}

// Adds the sums to the totals, and clears them.
ALWAYS_INLINE void add_lanes(tile_sums *sums, const int filters, const int columns, tile_totals *totals) {
    for (int f = 0; f < filters; f++) {
        for (int j = 0; j < columns; j++) {
            totals->numbers[f][j] += sum_of_lanes(&sums->vectors[f][j]);
            sums->vectors[f][j] = (vector){0};
        }
    }
}

// Some columns of one row of the kernel, for one channel and some filters, over one block of images.
ALWAYS_INLINE void correlate(
    const gradient_task *t, size_t block, size_t filter, const int filters, size_t channel, size_t kernel_row,
    size_t kernel_column, const int columns) {
    const fovea_side_by_side *c = &t->c;
    tile_sums sums = {0};
    tile_totals totals = {0};
    // A row of the image with zeros before and after it.
    vector padded[longest_row + gradient_columns];
    size_t needed = c->result_width + (size_t)columns - 1;
    const vector *plane = t->images + (block * c->channels + channel) * c->height * c->width;
    const vector *upstream = t->upstream + (block * c->filters + filter) * c->result_height * c->result_width;
    size_t filter_stride = c->result_height * c->result_width;
    size_t pending = 0;
    for (size_t row = 0; row < c->result_height; row++) {
        size_t y = row + kernel_row - c->top;
        if (y >= c->height) continue;
        const vector *line = plane + y * c->width;
        const vector *pixels;
        if (c->left == 0 && kernel_column + needed <= c->width) {
            pixels = line + kernel_column;
        } else {
            for (size_t i = 0; i < needed; i++) {
                size_t x = i + kernel_column - c->left;
                padded[i] = x < c->width ? line[x] : (vector){0};
            }
            pixels = padded;
        }
        const vector *gradients = upstream + row * c->result_width;
        for (size_t column = 0; column < c->result_width;) {
            size_t end = smaller(column + run_length, c->result_width);
            correlate_columns(gradients, filter_stride, pixels, column, end, filters, columns, &sums);
            column = end;
            if (++pending == runs_per_sum) {
                add_lanes(&sums, filters, columns, &totals);
                pending = 0;
            }
        }
    }
    add_lanes(&sums, filters, columns, &totals);
    float *partial = t->partial + block * partial_size(c);
    for (int f = 0; f < filters; f++) {
        for (int j = 0; j < columns; j++) {
            size_t place = (filter + (size_t)f) * c->channels + channel;
            place = (place * c->kernel_height + kernel_row) * c->kernel_width + kernel_column + (size_t)j;
            partial[place] = (float)totals.numbers[f][j];
        }
    }
}

// The sum of all images' gradients over `area` pixels.
ALWAYS_INLINE double sum_of_pixels(const vector *gradients, size_t area) {
    double total = 0;
    for (size_t first = 0; first < area; first += chunk_length * chunk_length) {
        size_t end = smaller(first + chunk_length * chunk_length, area);
        vector sum = {0};
        for (size_t i = first; i < end; i += chunk_length) {
            vector chunk = {0};
            for (size_t j = i; j < i + chunk_length && j < end; j++) chunk += gradients[j];
            sum += chunk;
        }
        total += sum_of_lanes(&sum);
    }
    return total;
}

ALWAYS_INLINE void correlate_filters(const gradient_task *t, size_t block, size_t filter, const int filters) {
    const fovea_side_by_side *c = &t->c;
    for (size_t channel = 0; channel < c->channels; channel++) {
        for (size_t row = 0; row < c->kernel_height; row++) {
            size_t column = 0;
            for (; !t->is_narrow && column + gradient_columns <= c->kernel_width; column += gradient_columns) {
                correlate(t, block, filter, filters, channel, row, column, gradient_columns);
            }
            for (; !t->is_narrow && column + 3 <= c->kernel_width; column += 3) {
                correlate(t, block, filter, filters, channel, row, column, 3);
            }
            for (; column + narrow_gradient_columns <= c->kernel_width; column += narrow_gradient_columns) {
                correlate(t, block, filter, filters, channel, row, column, narrow_gradient_columns);
            }
            if (column < c->kernel_width) correlate(t, block, filter, filters, channel, row, column, 1);
        }
    }
    if (!t->with_bias) return;
    size_t area = c->result_height * c->result_width;
    UNROLL
    for (int f = 0; f < filters; f++) {
        const vector *gradients = t->upstream + (block * c->filters + filter + (size_t)f) * area;
        size_t place = c->filters * c->channels * c->kernel_height * c->kernel_width + filter + (size_t)f;
        t->partial[block * partial_size(c) + place] = (float)sum_of_pixels(gradients, area);
    }
}

WIDE_LOOP(correlate_parts) {
    const gradient_task *t = context;
    const fovea_side_by_side *c = &t->c;
    size_t tile_count = divide_up(c->filters, gradient_filters);
    for (size_t part = begin; part < end; part++) {
        size_t block = part / tile_count, filter = part % tile_count * gradient_filters;
        size_t last = smaller(filter + gradient_filters, c->filters);
        if (!t->is_narrow && filter + gradient_filters == last) {
            correlate_filters(t, block, filter, gradient_filters);
            continue;
        }
        for (; filter + narrow_gradient_filters <= last; filter += narrow_gradient_filters) {
            correlate_filters(t, block, filter, narrow_gradient_filters);
        }
        if (filter < last) correlate_filters(t, block, filter, 1);
    }
}

void fovea_side_by_side_filter_gradient(
    const fovea_side_by_side *convolution, const float *images, const float *upstream, float *filters, float *bias,
    float *scratch) {
    const fovea_side_by_side *c = convolution;
    gradient_task t = {*c, (const vector *)images, (const vector *)upstream, scratch, bias != NULL, is_narrow()};
    fovea_parallel_for(c->blocks * divide_up(c->filters, gradient_filters), 1, correlate_parts, &t);
    // In the order of the blocks, whichever thread computed them: the bits do not depend on the number of threads.
    size_t size = partial_size(c), weights = size - c->filters;
    for (size_t i = 0; i < size; i++) {
        double sum = 0;
        for (size_t block = 0; block < c->blocks; block++) sum += scratch[block * size + i];
        if (i < weights) filters[i] = (float)sum;
        else if (bias != NULL) bias[i - weights] = (float)sum;
    }
}
