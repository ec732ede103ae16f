#include "Recurrence.h"

#include <string.h>

#include "Panels.h"
#include "Parallel.h"
#include "RecurrentCells.h"
#include "RecurrenceRows.h"
#include "Sizes.h"
#include "Vectors.h"

size_t fovea_recurrence_kept_gates(fovea_cell cell) { return is_gru(cell) || cell == fovea_cell_lstm ? 4 : 0; }

// MARK: Packed weights

// The weights as panels. A GRU's reset and update gates come first; its new gate has the products of the input and of the
// state apart.
typedef struct {
    size_t gates, input, state, projection, bias, other_bias, end;
} packed_places;

static packed_places places(const fovea_recurrence *r) {
    packed_places p = {0};
    size_t both = r->inputs + r->outputs, columns = (is_gru(r->cell) ? 2 : gate_count(r->cell)) * r->hidden;
    p.input = p.gates + fovea_packed_count(both, columns);
    p.state = p.input + (is_gru(r->cell) ? fovea_packed_count(r->inputs, r->hidden) : 0);
    p.projection = p.state + (is_gru(r->cell) ? fovea_packed_count(r->outputs, r->hidden) : 0);
    p.bias = p.projection + fovea_packed_count(r->hidden, r->outputs);
    p.other_bias = p.bias + fovea_padded(columns);
    p.end = p.other_bias + (is_gru(r->cell) ? 2 * fovea_padded(r->hidden) : 0);
    return p;
}

size_t fovea_recurrence_packed_count(const fovea_recurrence *r) { return places(r).end; }

void fovea_recurrence_pack(const fovea_recurrence *r, const fovea_recurrence_operands *o, float *packed) {
    packed_places p = places(r);
    size_t both = r->inputs + r->outputs, hidden = r->hidden;
    size_t columns = (is_gru(r->cell) ? 2 : gate_count(r->cell)) * hidden;
    fovea_pack_panels(o->input_weights, 1, r->inputs, 0, r->inputs, both, columns, packed + p.gates);
    fovea_pack_panels(
        o->recurrent_weights, 1, r->outputs, r->inputs, r->outputs, both, columns, packed + p.gates);
    if (o->projection != NULL) {
        fovea_pack_panels(o->projection, 1, hidden, 0, hidden, hidden, r->outputs, packed + p.projection);
    }
    memset(packed + p.bias, 0, (p.end - p.bias) * sizeof(float));
    for (size_t j = 0; j < columns; j++) packed[p.bias + j] = o->input_bias[j] + o->recurrent_bias[j];
    if (!is_gru(r->cell)) return;
    size_t new = columns;
    fovea_pack_panels(
        o->input_weights + new * r->inputs, 1, r->inputs, 0, r->inputs, r->inputs, hidden, packed + p.input);
    fovea_pack_panels(
        o->recurrent_weights + new * r->outputs, 1, r->outputs, 0, r->outputs, r->outputs, hidden, packed + p.state);
    memcpy(packed + p.other_bias, o->input_bias + new, hidden * sizeof(float));
    memcpy(packed + p.other_bias + fovea_padded(hidden), o->recurrent_bias + new, hidden * sizeof(float));
}

// MARK: Cells, one row each

WIDE_VECTORS(
    plain_cell,
    (bool rectified, size_t hidden, const float *sums, float *state),
    (rectified, hidden, sums, state)) {
    if (rectified) {
        for (size_t k = 0; k < hidden; k++) state[k] = sums[k] < 0 ? 0 : sums[k];
    } else {
        for (size_t k = 0; k < hidden; k++) state[k] = hyperbolic_tangent(sums[k]);
    }
}

// `sums` become the gates; `cell` moves on.
WIDE_VECTORS(
    lstm_cell,
    (size_t hidden, float *restrict gates, float *restrict cell, float *restrict state),
    (hidden, gates, cell, state)) {
    float *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
    for (size_t k = 0; k < hidden; k++) {
        i[k] = logistic(i[k]);
        f[k] = logistic(f[k]);
        g[k] = hyperbolic_tangent(g[k]);
        o[k] = logistic(o[k]);
        cell[k] = f[k] * cell[k] + i[k] * g[k];
        state[k] = o[k] * hyperbolic_tangent(cell[k]);
    }
}

WIDE_VECTORS(
    lstm_cell_with_peepholes,
    (size_t hidden, const float *restrict peepholes, float *restrict gates, float *restrict cell,
     float *restrict state),
    (hidden, peepholes, gates, cell, state)) {
    float *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
    const float *for_i = peepholes, *for_o = peepholes + hidden, *for_f = peepholes + 2 * hidden;
    for (size_t k = 0; k < hidden; k++) {
        i[k] = logistic(i[k] + for_i[k] * cell[k]);
        f[k] = logistic(f[k] + for_f[k] * cell[k]);
        g[k] = hyperbolic_tangent(g[k]);
        cell[k] = f[k] * cell[k] + i[k] * g[k];
        o[k] = logistic(o[k] + for_o[k] * cell[k]);
        state[k] = o[k] * hyperbolic_tangent(cell[k]);
    }
}

// Reset and update gate, and the state behind the reset gate.
WIDE_VECTORS(
    gru_gates,
    (size_t hidden, const float *restrict before, float *restrict gates, float *restrict reset),
    (hidden, before, gates, reset)) {
    float *r = gates, *z = gates + hidden;
    for (size_t k = 0; k < hidden; k++) {
        r[k] = logistic(r[k]);
        z[k] = logistic(z[k]);
        reset[k] = r[k] * before[k];
    }
}

// `n` and `q` are the new gate's products of the input and of the state; `q` is taken `r` times unless it was reset first.
WIDE_VECTORS(
    gru_cell,
    (bool resets_first, size_t hidden, const float *restrict before, const float *restrict gates, float *restrict n,
     const float *restrict q, float *restrict state),
    (resets_first, hidden, before, gates, n, q, state)) {
    const float *r = gates, *z = gates + hidden;
    for (size_t k = 0; k < hidden; k++) {
        float kept = hyperbolic_tangent(n[k] + (resets_first ? q[k] : r[k] * q[k]));
        n[k] = kept;
        state[k] = kept + z[k] * (before[k] - kept);
    }
}

// MARK: A run

typedef struct {
    const fovea_recurrence *r;
    const fovea_recurrence_operands *o;
    const fovea_recurrence_results *results;
    const float *packed;
    packed_places places;
    const size_t *order;
    float *scratch;
} run;

// The memory of a thread: sums of all gates, of a GRU's new gate twice and its reset state, or an LSTM's state before the
// projection; its rows.
static size_t width_of_sums(const fovea_recurrence *r) {
    return fovea_padded(is_gru(r->cell) ? 2 * r->hidden : gate_count(r->cell) * r->hidden);
}

static size_t width_of_rest(const fovea_recurrence *r) {
    return (is_gru(r->cell) ? 3 : 1) * fovea_padded(r->hidden) + fovea_padded(r->outputs);
}

static size_t count_of_share(const fovea_recurrence *r, size_t members) {
    return most_rows_of_share(r, members) * (width_of_sums(r) + width_of_rest(r)) + row_share_count(r->batch);
}

size_t fovea_recurrence_scratch_count(const fovea_recurrence *r) {
    size_t members = smaller(fovea_team_size(), r->batch);
    // A smaller team than was asked for has larger shares: all sequences, and one more for each member.
    return (r->batch + members) * (width_of_sums(r) + width_of_rest(r)) + members * row_share_count(r->batch)
        + row_order_count(r);
}

// A result of a whole step is copied where rows of the result are not whole vectors.
static void store(const float *from, size_t count, float *to) { memcpy(to, from, count * sizeof(float)); }

typedef struct {
    const run *run;
    row_share rows;
    float *sums, *rest;
    size_t active, t;
} thread_step;

static float *result_row(const thread_step *s, size_t place) {
    const fovea_recurrence *r = s->run->r;
    return s->run->results->sequence + (s->t * r->batch + s->rows.rows[place]) * r->outputs;
}

// Where the gates of a step are kept: in the results, or only until the step ends.
static float *gates_row(const thread_step *s, size_t place, size_t kept, float *otherwise) {
    const fovea_recurrence *r = s->run->r;
    float *gates = s->run->results->gates;
    if (gates == NULL) return otherwise;
    return gates + (s->t * r->batch + s->rows.rows[place]) * kept * r->hidden;
}

// The results of a step that a sequence does not have.
static void clear_step(const thread_step *s, size_t place) {
    const fovea_recurrence *r = s->run->r;
    const fovea_recurrence_results *results = s->run->results;
    size_t kept = fovea_recurrence_kept_gates(r->cell) * r->hidden, row = s->t * r->batch + s->rows.rows[place];
    memset(result_row(s, place), 0, r->outputs * sizeof(float));
    if (results->gates != NULL) memset(results->gates + row * kept, 0, kept * sizeof(float));
    if (results->cells != NULL) memset(results->cells + row * r->hidden, 0, r->hidden * sizeof(float));
}

static void plain_step(const thread_step *s) {
    const fovea_recurrence *r = s->run->r;
    size_t width = width_of_sums(r);
    for (size_t j = 0; j < s->active; j++) {
        plain_cell(r->cell == fovea_cell_relu, r->hidden, s->sums + j * width, result_row(s, j));
    }
}

static void lstm_step(const thread_step *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    size_t width = width_of_sums(r), hidden = fovea_padded(r->hidden), wide = fovea_padded(r->outputs);
    const float *projection = run->o->projection;
    float *projected = s->rest + s->rows.count * hidden;
    for (size_t j = 0; j < s->active; j++) {
        size_t row = s->rows.rows[j];
        float *gates = gates_row(s, j, 4, s->sums + j * width), *cell = run->results->last_cell + row * r->hidden;
        float *state = projection == NULL ? result_row(s, j) : s->rest + j * hidden;
        if (run->results->gates != NULL) store(s->sums + j * width, 4 * r->hidden, gates);
        if (run->o->peepholes == NULL) {
            lstm_cell(r->hidden, gates, cell, state);
        } else {
            lstm_cell_with_peepholes(r->hidden, run->o->peepholes, gates, cell, state);
        }
        if (run->results->cells != NULL) {
            store(cell, r->hidden, run->results->cells + (s->t * r->batch + row) * r->hidden);
        }
        s->rows.states[j] = state;
    }
    if (projection == NULL) return;
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.states, r->hidden}, (fovea_row_list){NULL, 0},
        run->packed + run->places.projection, r->outputs, NULL, 0, projected, wide);
    for (size_t j = 0; j < s->active; j++) store(projected + j * wide, r->outputs, result_row(s, j));
}

static void gru_step(const thread_step *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    bool resets_first = r->cell == fovea_cell_gru_reset_first;
    size_t width = width_of_sums(r), hidden = fovea_padded(r->hidden), rows = s->rows.count;
    float *new = s->rest, *product = new + rows * hidden, *reset = product + rows * hidden;
    const float *bias = run->packed + run->places.other_bias;
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.inputs, r->inputs}, (fovea_row_list){NULL, 0},
        run->packed + run->places.input, r->hidden, bias, 0, new, hidden);
    const float **before = s->rows.states, **multiplied = before;
    for (size_t j = 0; j < s->active; j++) {
        gru_gates(r->hidden, before[j], s->sums + j * width, reset + j * hidden);
        if (resets_first) s->rows.inputs[j] = reset + j * hidden;
    }
    if (resets_first) multiplied = s->rows.inputs;
    fovea_multiply_panels(
        s->active, (fovea_row_list){multiplied, r->outputs}, (fovea_row_list){NULL, 0},
        run->packed + run->places.state, r->hidden, bias + hidden, 0, product, hidden);
    for (size_t j = 0; j < s->active; j++) {
        const float *gates = s->sums + j * width;
        gru_cell(resets_first, r->hidden, before[j], gates, new + j * hidden, product + j * hidden, result_row(s, j));
        if (run->results->gates == NULL) continue;
        float *kept = gates_row(s, j, 4, NULL);
        store(gates, 2 * r->hidden, kept);
        store(new + j * hidden, r->hidden, kept + 2 * r->hidden);
        store(product + j * hidden, r->hidden, kept + 3 * r->hidden);
    }
}

static void run_rows(size_t member, size_t members, const void *context) {
    const run *run = context;
    const fovea_recurrence *r = run->r;
    const fovea_recurrence_operands *o = run->o;
    float *memory = run->scratch + member * count_of_share(r, members);
    row_share rows = share_rows(r, o->lengths, member, members, run->order, memory);
    memory += row_share_count(r->batch);
    size_t width = width_of_sums(r), active = r->reversed ? 0 : rows.count;
    thread_step s = {run, rows, memory, memory + rows.count * width, 0, 0};
    size_t columns = (is_gru(r->cell) ? 2 : gate_count(r->cell)) * r->hidden;
    for (size_t step = 0; step < r->steps; step++) {
        s.t = r->reversed ? r->steps - 1 - step : step;
        s.active = active = active_rows(&rows, s.t, active);
        for (size_t j = 0; j < active; j++) {
            size_t before;
            bool has_before = step_before(r, rows.lengths[j], s.t, &before);
            rows.inputs[j] = o->x + (s.t * r->batch + rows.rows[j]) * r->inputs;
            rows.states[j] = has_before
                ? run->results->sequence + (before * r->batch + rows.rows[j]) * r->outputs
                : o->state + rows.rows[j] * r->outputs;
        }
        fovea_multiply_panels(
            active, (fovea_row_list){rows.inputs, r->inputs}, (fovea_row_list){rows.states, r->outputs},
            run->packed + run->places.gates, columns, run->packed + run->places.bias, 0, s.sums, width);
        switch (r->cell) {
        case fovea_cell_tanh:
        case fovea_cell_relu: plain_step(&s); break;
        case fovea_cell_lstm: lstm_step(&s); break;
        case fovea_cell_gru:
        case fovea_cell_gru_reset_first: gru_step(&s); break;
        }
        for (size_t j = active; j < rows.count; j++) clear_step(&s, j);
    }
    for (size_t j = 0; j < rows.count; j++) {
        size_t row = rows.rows[j], length = rows.lengths[j];
        s.t = r->reversed || length == 0 ? 0 : length - 1;
        store(
            length == 0 ? o->state + row * r->outputs : result_row(&s, j), r->outputs,
            run->results->last + row * r->outputs);
    }
}

void fovea_recurrence_run(
    const fovea_recurrence *r, const fovea_recurrence_operands *o, const float *packed,
    const fovea_recurrence_results *results, float *scratch) {
    size_t members = smaller(fovea_team_size(), r->batch);
    size_t *order = (size_t *)scratch;
    order_rows(r, o->lengths, order);
    if (r->cell == fovea_cell_lstm) memcpy(results->last_cell, o->cell, r->batch * r->hidden * sizeof(float));
    run run = {r, o, results, packed, places(r), order, scratch + row_order_count(r)};
    fovea_run_team(members, run_rows, &run);
}
