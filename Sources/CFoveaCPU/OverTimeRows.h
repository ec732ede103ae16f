#ifndef CFOVEACPU_OVER_TIME_ROWS_H
#define CFOVEACPU_OVER_TIME_ROWS_H

// What a convolution over time and its filters' gradient share: rows with zeros around them, so that loops need no checks.

#include <string.h>

#include "OverTime.h"
#include "Sizes.h"
#include "Vectors.h"

// Whether 24 vectors stay in registers.
static inline bool has_wide_registers(void) { return fovea_processor_lanes() == vector_lanes; }

// One row: step u of it is step u − before of the sequence, and 0 where that has none.
ALWAYS_INLINE void copy_padded(const float *from, size_t steps, ptrdiff_t before, size_t row, float *to) {
    size_t skipped = before < 0 ? smaller((size_t)-before, steps) : 0;
    size_t zeros = before > 0 ? smaller((size_t)before, row) : 0;
    size_t used = smaller(steps - skipped, row - zeros);
    memset(to, 0, zeros * sizeof(float));
    memcpy(to + zeros, from + skipped, used * sizeof(float));
    memset(to + zeros + used, 0, (row - zeros - used) * sizeof(float));
}

// All channels of one sequence, [channel, row].
ALWAYS_INLINE void copy_padded_rows(
    const fovea_over_time *c, const float *sequences, size_t sequence, size_t row, float *rows) {
    for (size_t channel = 0; channel < c->channels; channel++) {
        const float *from = sequences + (sequence * c->channels + channel) * c->steps;
        copy_padded(from, c->steps, c->before, row, rows + channel * row);
    }
}

typedef struct {
    size_t begin, end;
} tap_range;

// The taps that see a step of the sequence from some of the results' steps; the others see zeros only.
ALWAYS_INLINE tap_range taps_inside(const fovea_over_time *c, size_t step, size_t count) {
    ptrdiff_t dilation = (ptrdiff_t)c->dilation, first = (ptrdiff_t)step - c->before;
    ptrdiff_t last = first + (ptrdiff_t)count - 1, steps = (ptrdiff_t)c->steps, taps = (ptrdiff_t)c->taps;
    // last + tap · dilation ≥ 0, and first + tap · dilation < steps.
    ptrdiff_t begin = last < 0 ? (-last + dilation - 1) / dilation : 0;
    ptrdiff_t end = first < steps ? (steps - 1 - first) / dilation + 1 : 0;
    if (begin > taps) begin = taps;
    if (end > taps) end = taps;
    return (tap_range){(size_t)begin, (size_t)(end < begin ? begin : end)};
}

#endif
