#ifndef CFOVEACPU_RECURRENCE_ROWS_H
#define CFOVEACPU_RECURRENCE_ROWS_H

#include <stdint.h>
#include <string.h>

#include "Panels.h"
#include "Recurrence.h"
#include "Sizes.h"
#include "Vectors.h"

// The sequences of one thread, longest first, so that those that have a step are always the first ones.

typedef struct {
    size_t count;
    /// The number of each sequence in the batch, and its length.
    size_t *rows, *lengths;
    /// For each sequence that has the current step: its input, and the state before the step.
    const float **inputs, **states;
} row_share;

/// The floats that the share of a thread takes, at most.
static inline size_t row_share_count(size_t batch) {
    return fovea_padded(4 * batch * sizeof(size_t) / sizeof(float));
}

static inline size_t length_of(const fovea_recurrence *r, const int32_t *lengths, size_t row) {
    if (lengths == NULL) return r->steps;
    return lengths[row] < 0 ? 0 : smaller((size_t)lengths[row], r->steps);
}

static inline size_t most_rows_of_share(const fovea_recurrence *r, size_t members) {
    return divide_up(r->batch, members);
}

/// The floats that the order of all sequences takes, and what is needed to find it.
static inline size_t row_order_count(const fovea_recurrence *r) {
    return fovea_padded((r->batch + r->steps + 2) * sizeof(size_t) / sizeof(float));
}

/// The sequences, longest first, those of one length in their order.
static inline void order_rows(const fovea_recurrence *r, const int32_t *lengths, size_t *order) {
    size_t *places = order + r->batch;
    memset(places, 0, (r->steps + 2) * sizeof(size_t));
    // The number of sequences with each shortfall from T, then how many are longer.
    for (size_t row = 0; row < r->batch; row++) places[r->steps - length_of(r, lengths, row) + 1]++;
    for (size_t gap = 1; gap <= r->steps; gap++) places[gap] += places[gap - 1];
    for (size_t row = 0; row < r->batch; row++) order[places[r->steps - length_of(r, lengths, row)]++] = row;
}

/// Member `member` of `members` gets every `members`-th sequence, in the order of their lengths.
static inline row_share share_rows(
    const fovea_recurrence *r, const int32_t *lengths, size_t member, size_t members, const size_t *order, float *memory) {
    row_share s;
    s.rows = (size_t *)memory;
    s.lengths = s.rows + r->batch;
    s.inputs = (const float **)(s.lengths + r->batch);
    s.states = s.inputs + r->batch;
    s.count = 0;
    for (size_t place = member; place < r->batch; place += members) {
        s.rows[s.count] = order[place];
        s.lengths[s.count++] = length_of(r, lengths, order[place]);
    }
    return s;
}

/// How many sequences have the step t.
static inline size_t active_rows(const row_share *s, size_t t, size_t before) {
    size_t active = before;
    while (active > 0 && s->lengths[active - 1] <= t) active--;
    while (active < s->count && s->lengths[active] > t) active++;
    return active;
}

/// The step before t of a sequence of this length, or nothing where t is the first.
static inline bool step_before(const fovea_recurrence *r, size_t length, size_t t, size_t *before) {
    *before = r->reversed ? t + 1 : t - 1;
    return r->reversed ? t + 1 < length : t > 0;
}

static inline size_t gate_count(fovea_cell cell) {
    return cell == fovea_cell_lstm ? 4 : cell == fovea_cell_tanh || cell == fovea_cell_relu ? 1 : 3;
}

static inline bool is_gru(fovea_cell cell) { return cell == fovea_cell_gru || cell == fovea_cell_gru_reset_first; }

#endif
