#ifndef CFOVEACPU_RECURRENCE_GRADIENT_MEMORY_H
#define CFOVEACPU_RECURRENCE_GRADIENT_MEMORY_H

#include "Panels.h"
#include "RecurrenceRows.h"

// What the gradient of a recurrent layer keeps, and where.

// Steps are walked backwards. What a step gives for the sums of its gates is kept for a few steps, then multiplied with
// what the sums were made of, while both are still in the cache.
enum { chunk_rows = 64 };

// Gradients of the sums of the gates, in units of `hidden`: those with respect to the input's part come first; a GRU's new
// gate has another one for the state's part.
static size_t sum_count(fovea_cell cell) { return is_gru(cell) ? 4 : gate_count(cell); }

// What all threads read.
typedef struct {
    // Weights, packed for products with gradients: of all gates but a GRU's new one, that one's, the input's, the
    // projection's.
    size_t state, new_state, input, projection, end;
} packed_places;

static inline packed_places places(const fovea_recurrence *r) {
    packed_places p = {0};
    size_t gates = gate_count(r->cell) * r->hidden, first = is_gru(r->cell) ? 2 * r->hidden : gates;
    p.new_state = p.state + fovea_packed_count(first, r->outputs);
    p.input = p.new_state + fovea_packed_count(gates - first, r->outputs);
    p.projection = p.input + fovea_packed_count(gates, r->inputs);
    p.end = p.projection + fovea_packed_count(r->outputs, r->hidden);
    return p;
}

static inline void pack(const fovea_recurrence *r, const fovea_recurrence_operands *o, packed_places p, float *packed) {
    size_t gates = gate_count(r->cell) * r->hidden, first = is_gru(r->cell) ? 2 * r->hidden : gates;
    fovea_pack_panels(o->recurrent_weights, r->outputs, 1, 0, first, first, r->outputs, packed + p.state);
    fovea_pack_panels(
        o->recurrent_weights + first * r->outputs, r->outputs, 1, 0, gates - first, gates - first, r->outputs,
        packed + p.new_state);
    fovea_pack_panels(o->input_weights, r->inputs, 1, 0, gates, gates, r->inputs, packed + p.input);
    if (o->projection == NULL) return;
    fovea_pack_panels(o->projection, r->hidden, 1, 0, r->outputs, r->outputs, r->hidden, packed + p.projection);
}

// The sums of a thread, in the shape of the weights but with whole vectors in each row.
typedef struct {
    size_t input_weights, recurrent_weights, projection, peepholes, biases, end;
} sum_places;

static inline sum_places sums_of(const fovea_recurrence *r) {
    sum_places p = {0};
    size_t gates = gate_count(r->cell) * r->hidden;
    p.recurrent_weights = p.input_weights + gates * fovea_padded(r->inputs);
    p.projection = p.recurrent_weights + gates * fovea_padded(r->outputs);
    p.peepholes = p.projection + (r->cell == fovea_cell_lstm ? r->outputs * fovea_padded(r->hidden) : 0);
    p.biases = p.peepholes + 3 * fovea_padded(r->hidden);
    // In double: they are sums over all steps of all sequences, one by one.
    p.end = p.biases + 2 * fovea_padded(sum_count(r->cell) * r->hidden);
    return p;
}

// The numbers of a row in the memory of a thread.
typedef struct {
    // Kept for a chunk: gradients of the sums, what they are multiplied with, an LSTM's state before its projection.
    size_t sums, inputs, states, unprojected;
    // Kept from step to step: gradients of state and cell; of one step: one row more.
    size_t for_state, for_cell, other;
} row_widths;

static inline row_widths widths(const fovea_recurrence *r) {
    size_t hidden = fovea_padded(r->hidden), outputs = fovea_padded(r->outputs), inputs = fovea_padded(r->inputs);
    size_t widest = hidden > outputs ? hidden : outputs;
    return (row_widths){
        .sums = fovea_padded(sum_count(r->cell) * r->hidden), .inputs = inputs, .states = outputs,
        .unprojected = hidden, .for_state = outputs, .for_cell = hidden, .other = widest > inputs ? widest : inputs};
}

static inline size_t count_for_rows(const fovea_recurrence *r, size_t rows) {
    row_widths w = widths(r);
    size_t chunk = chunk_rows + rows;
    size_t states = is_gru(r->cell) ? 2 : 1;
    return chunk * (w.sums + w.inputs + states * w.states + w.unprojected + w.for_state)
        + rows * (w.for_state + w.for_cell + w.other);
}

static inline size_t count_of_share(const fovea_recurrence *r, size_t members) {
    return sums_of(r).end + count_for_rows(r, most_rows_of_share(r, members)) + row_share_count(r->batch);
}

#endif
