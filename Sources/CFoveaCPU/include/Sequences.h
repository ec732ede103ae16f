#ifndef CFOVEACPU_SEQUENCES_H
#define CFOVEACPU_SEQUENCES_H

#include <stddef.h>
#include <stdint.h>

/// A batch of sequences, [count, channels, steps], with the number of valid steps of each.
typedef struct {
    size_t count, channels, steps;
    const int32_t *lengths;
} fovea_sequences;

/// Copies valid steps, and fills the others.
void fovea_mask_sequences(const fovea_sequences *s, const float *x, float fill, float *y);

/// The mean of each channel over valid steps, [count, channels], and its gradient.
void fovea_sequence_means(const fovea_sequences *s, const float *x, float *means);
void fovea_sequence_mean_gradient(const fovea_sequences *s, const float *upstream, float *gradient);

/// Each channel at the last valid step, [count, channels], and its gradient.
void fovea_sequence_ends(const fovea_sequences *s, const float *x, float *ends);
void fovea_sequence_end_gradient(const fovea_sequences *s, const float *upstream, float *gradient);

/// Normalizes each channel over its valid steps; the others become 0.
void fovea_normalize_sequences(
    const fovea_sequences *s, float epsilon, const float *x, const float *scale, const float *bias, float *y,
    float *mean, float *variance);

void fovea_normalize_sequences_gradient(
    const fovea_sequences *s, float epsilon, const float *x, const float *scale, const float *mean,
    const float *variance, const float *upstream, float *for_x, float *for_scale, float *for_bias);

/// The sum of the lengths.
float fovea_sequence_step_count(const fovea_sequences *s);

/// Lengths behind a window: ⌊(length + margin) / stride⌋ + 1, at least 1.
void fovea_window_lengths(size_t count, const int32_t *lengths, int64_t margin, int64_t stride, int32_t *results);

/// Lengths behind a transposed window: (length − 1)·stride + margin, at least 1.
void fovea_transposed_window_lengths(
    size_t count, const int32_t *lengths, int64_t margin, int64_t stride, int32_t *results);

/// Rows of a table [rows, width] by their numbers; zeros for a number that is no row.
void fovea_gather_rows(
    size_t rows, size_t width, const float *table, size_t count, const int32_t *indices, float *gathered);

/// Adds rows to the rows of a table that starts at 0, in their order.
void fovea_scatter_rows(
    size_t rows, size_t width, const float *gathered, size_t count, const int32_t *indices, float *table);

#endif
