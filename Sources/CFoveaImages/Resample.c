#include "CFoveaImages.h"

// Compiles a function for several instruction sets; the loader picks the best one that the processor supports. Without fused
// multiply-add, so that all processors give the same pixels.
#if defined(__x86_64__) && defined(__linux__)
#define FOR_EACH_INSTRUCTION_SET __attribute__((target_clones("default", "avx2")))
#else
#define FOR_EACH_INSTRUCTION_SET
#endif
#pragma STDC FP_CONTRACT OFF

typedef float floats4 __attribute__((vector_size(16)));
typedef int32_t integers4 __attribute__((vector_size(16)));
typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef float floats16 __attribute__((vector_size(64)));
typedef uint8_t bytes16 __attribute__((vector_size(16)));

// Half away from zero, within the numbers of a byte.
static inline __attribute__((always_inline)) bytes4 rounded(const floats4 *sums) {
    floats4 none = {0}, most = {255, 255, 255, 255};
    floats4 bounded = __builtin_elementwise_min(__builtin_elementwise_max(*sums + 0.5f, none), most);
    return __builtin_convertvector(__builtin_convertvector(bounded, integers4), bytes4);
}

// A mixture of rows, of so many bytes each, as numbers.
static inline __attribute__((always_inline)) void mix_rows(
    const uint8_t *first, int64_t row_length, const float *weights, int64_t rows, float *line, int64_t count) {
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        floats16 sum = {0};
        for (int64_t row = 0; row < rows; row++) {
            bytes16 bytes;
            __builtin_memcpy(&bytes, first + row * row_length + i, sizeof bytes);
            sum += weights[row] * __builtin_convertvector(bytes, floats16);
        }
        __builtin_memcpy(line + i, &sum, sizeof sum);
    }
    for (; i < count; i++) {
        float sum = 0;
        for (int64_t row = 0; row < rows; row++) sum += weights[row] * (float)first[row * row_length + i];
        line[i] = sum;
    }
}

// A row of three channels: a vector holds those of a pixel and the first of the next, which is not used. So is the byte behind
// each pixel of the result.
static inline __attribute__((always_inline)) void mix_colours(
    const float *line, fovea_taps columns, int64_t skipped, uint8_t *result) {
    for (int64_t x = 0; x < columns.count; x++) {
        const float *from = line + (columns.first[x] - skipped) * 3, *weights = columns.weights + x * columns.length;
        floats4 sum = {0};
        for (int64_t i = 0; i < columns.lengths[x]; i++) {
            floats4 pixel;
            __builtin_memcpy(&pixel, from + 3 * i, sizeof pixel);
            sum += weights[i] * pixel;
        }
        bytes4 pixel = rounded(&sum);
        __builtin_memcpy(result + 3 * x, &pixel, sizeof pixel);
    }
}

static inline __attribute__((always_inline)) void mix_channels(
    const float *line, fovea_taps columns, int64_t skipped, int64_t channels, uint8_t *result) {
    for (int64_t x = 0; x < columns.count; x++) {
        const float *from = line + (columns.first[x] - skipped) * channels;
        const float *weights = columns.weights + x * columns.length;
        for (int64_t c = 0; c < channels; c++) {
            float sum = 0;
            for (int64_t i = 0; i < columns.lengths[x]; i++) sum += weights[i] * from[i * channels + c];
            floats4 sums = {sum};
            result[channels * x + c] = rounded(&sums)[0];
        }
    }
}

FOR_EACH_INSTRUCTION_SET
void fovea_resample(
    const uint8_t *pixels, int64_t width, int64_t channels, fovea_taps rows, fovea_taps columns,
    int64_t first_column, int64_t column_count, float *line, uint8_t *result) {
    for (int64_t y = 0; y < rows.count; y++, result += columns.count * channels) {
        mix_rows(
            pixels + (rows.first[y] * width + first_column) * channels, width * channels,
            rows.weights + y * rows.length, rows.lengths[y], line, column_count * channels);
        if (channels == 3) mix_colours(line, columns, first_column, result);
        else mix_channels(line, columns, first_column, channels, result);
    }
}
