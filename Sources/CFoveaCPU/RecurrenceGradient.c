#include <string.h>

#include "Panels.h"
#include "Parallel.h"
#include "Recurrence.h"
#include "RecurrenceGradientMemory.h"
#include "RecurrenceRows.h"
#include "RecurrentCellGradients.h"
#include "Sizes.h"

size_t fovea_recurrence_gradient_scratch_count(const fovea_recurrence *r) {
    size_t members = smaller(fovea_team_size(), r->batch), most = 0;
    // The team may be smaller than asked for.
    for (size_t team = 1; team <= members; team++) {
        size_t count = team * count_of_share(r, team);
        if (count > most) most = count;
    }
    return most + row_order_count(r) + places(r).end;
}

// MARK: A run

typedef struct {
    const fovea_recurrence *r;
    const fovea_recurrence_operands *o;
    const fovea_recurrence_upstream *upstream;
    const fovea_recurrence_gradients *gradients;
    const float *packed;
    packed_places places;
    sum_places sum_places;
    row_widths widths;
    const size_t *order;
    float *scratch;
    size_t share_count, members;
} run;

typedef struct {
    const run *run;
    row_share rows;
    float *total;
    // A chunk.
    float *sums, *inputs, *states, *resets, *unprojected, *projected;
    size_t filled;
    // From step to step, and of one step.
    float *for_state, *for_cell, *other;
    size_t t, active;
} thread_state;

static thread_state prepare(const run *run, size_t member, size_t members) {
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    thread_state s = {.run = run};
    float *memory = run->scratch + member * run->share_count;
    s.rows = share_rows(r, run->o->lengths, member, members, run->order, memory);
    size_t rows = s.rows.count, chunk = chunk_rows + most_rows_of_share(r, members);
    s.total = memory + row_share_count(r->batch);
    s.sums = s.total + run->sum_places.end;
    s.inputs = s.sums + chunk * w->sums;
    s.states = s.inputs + chunk * w->inputs;
    s.resets = s.states + chunk * w->states;
    s.unprojected = s.resets + (is_gru(r->cell) ? chunk * w->states : 0);
    s.projected = s.unprojected + chunk * w->unprojected;
    s.for_state = s.projected + chunk * w->for_state;
    s.for_cell = s.for_state + rows * w->for_state;
    s.other = s.for_cell + rows * w->for_cell;
    // Also where rows end in the middle of a vector.
    memset(s.total, 0, (size_t)(s.other - s.total) * sizeof(float));
    const fovea_recurrence_upstream *u = run->upstream;
    for (size_t j = 0; j < rows; j++) {
        size_t row = s.rows.rows[j];
        if (u->for_last != NULL) {
            memcpy(s.for_state + j * w->for_state, u->for_last + row * r->outputs, r->outputs * sizeof(float));
        }
        if (u->for_last_cell != NULL) {
            memcpy(s.for_cell + j * w->for_cell, u->for_last_cell + row * r->hidden, r->hidden * sizeof(float));
        }
    }
    return s;
}

// Adds a chunk's products to the gradients of the weights.
static void add_chunk(thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    size_t gates = gate_count(r->cell) * r->hidden, first = is_gru(r->cell) ? 2 * r->hidden : gates;
    float *recurrent = s->total + run->sum_places.recurrent_weights;
    if (s->filled == 0) return;
    if (run->gradients->input_weights != NULL) {
        fovea_add_products(
            s->filled, s->sums, w->sums, gates, s->inputs, w->inputs, r->inputs,
            s->total + run->sum_places.input_weights, w->inputs);
    }
    if (run->gradients->recurrent_weights != NULL) {
        fovea_add_products(
            s->filled, s->sums, w->sums, first, s->states, w->states, r->outputs, recurrent, w->states);
        if (is_gru(r->cell)) {
            const float *states = r->cell == fovea_cell_gru ? s->states : s->resets;
            fovea_add_products(
                s->filled, s->sums + 3 * r->hidden, w->sums, r->hidden, states, w->states, r->outputs,
                recurrent + first * w->states, w->states);
        }
    }
    if (run->o->projection != NULL) {
        fovea_add_products(
            s->filled, s->projected, w->for_state, r->outputs, s->unprojected, w->unprojected, r->hidden,
            s->total + run->sum_places.projection, w->unprojected);
    }
    s->filled = 0;
}

static const float *state_before(const thread_state *s, size_t place) {
    const fovea_recurrence *r = s->run->r;
    size_t before, row = s->rows.rows[place];
    return step_before(r, s->rows.lengths[place], s->t, &before)
        ? s->run->upstream->sequence + (before * r->batch + row) * r->outputs
        : s->run->o->state + row * r->outputs;
}

// The gradients of the gates' sums; rows of the chunk from `filled` on.
static void plain_step(const thread_state *s) {
    const fovea_recurrence *r = s->run->r;
    const row_widths *w = &s->run->widths;
    for (size_t j = 0; j < s->active; j++) {
        const float *state = s->run->upstream->sequence + (s->t * r->batch + s->rows.rows[j]) * r->outputs;
        fovea_plain_gradient(
            r->cell == fovea_cell_relu, r->hidden, state, s->for_state + j * w->for_state,
            s->sums + (s->filled + j) * w->sums);
        memset(s->for_state + j * w->for_state, 0, w->for_state * sizeof(float));
    }
}

// Takes the gradients of the states back through the projection, and keeps what its own gradient needs.
static void project_back(const thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    for (size_t j = 0; j < s->active; j++) {
        size_t place = (s->t * r->batch + s->rows.rows[j]) * r->hidden;
        fovea_unprojected_state(
            r->hidden, run->upstream->gates + 4 * place, run->upstream->cells + place,
            s->unprojected + (s->filled + j) * w->unprojected);
        float *projected = s->projected + (s->filled + j) * w->for_state;
        memcpy(projected, s->for_state + j * w->for_state, w->for_state * sizeof(float));
        s->rows.inputs[j] = projected;
    }
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.inputs, r->outputs}, (fovea_row_list){NULL, 0},
        run->packed + run->places.projection, r->hidden, NULL, 0, s->other, w->other);
}

static void lstm_step(const thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    bool is_projected = run->o->projection != NULL;
    if (is_projected) project_back(s);
    for (size_t j = 0; j < s->active; j++) {
        size_t before, number = s->rows.rows[j], place = (s->t * r->batch + number) * r->hidden;
        bool has_before = step_before(r, s->rows.lengths[j], s->t, &before);
        fovea_lstm_row row = {
            .gates = run->upstream->gates + 4 * place, .cell = run->upstream->cells + place,
            .before = has_before ? run->upstream->cells + (before * r->batch + number) * r->hidden
                                 : run->o->cell + number * r->hidden,
            .for_state = is_projected ? s->other + j * w->other : s->for_state + j * w->for_state,
            .peepholes = run->o->peepholes, .for_cell = s->for_cell + j * w->for_cell,
            .sums = s->sums + (s->filled + j) * w->sums, .for_peepholes = s->total + run->sum_places.peepholes};
        if (row.peepholes == NULL) {
            fovea_lstm_gradient(r->hidden, &row);
        } else {
            fovea_lstm_gradient_with_peepholes(r->hidden, &row);
        }
        memset(s->for_state + j * w->for_state, 0, w->for_state * sizeof(float));
    }
}

static fovea_gru_row gru_row_at(const thread_state *s, size_t j) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    return (fovea_gru_row){
        .gates = run->upstream->gates + 4 * (s->t * r->batch + s->rows.rows[j]) * r->hidden,
        .before = s->rows.states[j], .for_state = s->for_state + j * w->for_state,
        .sums = s->sums + (s->filled + j) * w->sums, .reset = s->resets + (s->filled + j) * w->states,
        .for_reset = s->other + j * w->other};
}

static void gru_step(const thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    bool resets_first = r->cell == fovea_cell_gru_reset_first;
    for (size_t j = 0; j < s->active; j++) {
        fovea_gru_row row = gru_row_at(s, j);
        fovea_gru_gradient(resets_first, r->hidden, &row);
        s->rows.inputs[j] = row.sums + 3 * r->hidden;
    }
    size_t stride = resets_first ? run->widths.other : run->widths.for_state;
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.inputs, r->hidden}, (fovea_row_list){NULL, 0},
        run->packed + run->places.new_state, r->outputs, resets_first ? NULL : s->for_state, stride,
        resets_first ? s->other : s->for_state, stride);
    if (!resets_first) return;
    for (size_t j = 0; j < s->active; j++) {
        fovea_gru_row row = gru_row_at(s, j);
        fovea_reset_gradient(r->hidden, &row);
    }
}

// Gradients of the inputs of a step; those of padding are 0.
static void input_gradients(const thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    if (run->gradients->x == NULL) return;
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.inputs, gate_count(r->cell) * r->hidden}, (fovea_row_list){NULL, 0},
        run->packed + run->places.input, r->inputs, NULL, 0, s->other, w->other);
    for (size_t j = 0; j < s->rows.count; j++) {
        float *row = run->gradients->x + (s->t * r->batch + s->rows.rows[j]) * r->inputs;
        if (j < s->active) {
            memcpy(row, s->other + j * w->other, r->inputs * sizeof(float));
        } else {
            memset(row, 0, r->inputs * sizeof(float));
        }
    }
}

static void step_back(thread_state *s) {
    const run *run = s->run;
    const fovea_recurrence *r = run->r;
    const row_widths *w = &run->widths;
    for (size_t j = 0; j < s->active; j++) {
        size_t place = s->t * r->batch + s->rows.rows[j];
        s->rows.states[j] = state_before(s, j);
        memcpy(
            s->inputs + (s->filled + j) * w->inputs, run->o->x + place * r->inputs, r->inputs * sizeof(float));
        memcpy(s->states + (s->filled + j) * w->states, s->rows.states[j], r->outputs * sizeof(float));
        if (run->upstream->for_sequence != NULL) {
            fovea_add_row(r->outputs, run->upstream->for_sequence + place * r->outputs, s->for_state + j * w->for_state);
        }
    }
    switch (r->cell) {
    case fovea_cell_tanh:
    case fovea_cell_relu: plain_step(s); break;
    case fovea_cell_lstm: lstm_step(s); break;
    case fovea_cell_gru:
    case fovea_cell_gru_reset_first: gru_step(s); break;
    }
    double *biases = (double *)(s->total + run->sum_places.biases);
    for (size_t j = 0; j < s->active; j++) {
        s->rows.inputs[j] = s->sums + (s->filled + j) * w->sums;
        fovea_add_in_double(sum_count(r->cell) * r->hidden, s->rows.inputs[j], biases);
    }
    size_t first = (is_gru(r->cell) ? 2 : gate_count(r->cell)) * r->hidden;
    fovea_multiply_panels(
        s->active, (fovea_row_list){s->rows.inputs, first}, (fovea_row_list){NULL, 0}, run->packed + run->places.state,
        r->outputs, s->for_state, w->for_state, s->for_state, w->for_state);
    input_gradients(s);
    s->filled += s->active;
    if (s->filled >= chunk_rows) add_chunk(s);
}

static void run_rows(size_t member, size_t members, const void *context) {
    const run *run = context;
    const fovea_recurrence *r = run->r;
    thread_state s = prepare(run, member, members);
    s.active = r->reversed ? s.rows.count : 0;
    for (size_t step = 0; step < r->steps; step++) {
        s.t = r->reversed ? step : r->steps - 1 - step;
        s.active = active_rows(&s.rows, s.t, s.active);
        step_back(&s);
    }
    add_chunk(&s);
    const row_widths *w = &run->widths;
    for (size_t j = 0; j < s.rows.count; j++) {
        size_t row = s.rows.rows[j];
        if (run->gradients->state != NULL) {
            memcpy(
                run->gradients->state + row * r->outputs, s.for_state + j * w->for_state, r->outputs * sizeof(float));
        }
        if (run->gradients->cell != NULL) {
            memcpy(run->gradients->cell + row * r->hidden, s.for_cell + j * w->for_cell, r->hidden * sizeof(float));
        }
    }
}

// MARK: The sums of all threads

static const float *total_of(const run *run, size_t member) {
    return run->scratch + member * run->share_count + row_share_count(run->r->batch);
}

// Adds up rows of the threads' sums, which end with whole vectors, in the order of the threads.
static void add_up(const run *run, size_t place, size_t rows, size_t columns, float *result) {
    if (result == NULL) return;
    for (size_t i = 0; i < rows; i++) {
        float *row = result + i * columns;
        memset(row, 0, columns * sizeof(float));
        for (size_t member = 0; member < run->members; member++) {
            fovea_add_row(columns, total_of(run, member) + place + i * fovea_padded(columns), row);
        }
    }
}

// A bias' gradient from the sums in double.
static void add_up_bias(const run *run, size_t first, size_t count, float *result) {
    for (size_t k = 0; k < count; k++) {
        double sum = 0;
        for (size_t member = 0; member < run->members; member++) {
            sum += ((const double *)(total_of(run, member) + run->sum_places.biases))[first + k];
        }
        result[k] = (float)sum;
    }
}

static void deliver(const run *run) {
    const fovea_recurrence *r = run->r;
    const fovea_recurrence_gradients *g = run->gradients;
    const sum_places *p = &run->sum_places;
    size_t gates = gate_count(r->cell) * r->hidden, first = is_gru(r->cell) ? 2 * r->hidden : gates;
    add_up(run, p->input_weights, gates, r->inputs, g->input_weights);
    add_up(run, p->recurrent_weights, gates, r->outputs, g->recurrent_weights);
    add_up(run, p->projection, r->outputs, r->hidden, g->projection);
    if (g->peepholes != NULL) {
        memset(g->peepholes, 0, 3 * r->hidden * sizeof(float));
        for (size_t member = 0; member < run->members; member++) {
            fovea_add_row(3 * r->hidden, total_of(run, member) + p->peepholes, g->peepholes);
        }
    }
    if (g->input_bias != NULL) add_up_bias(run, 0, gates, g->input_bias);
    if (g->recurrent_bias == NULL) return;
    add_up_bias(run, 0, first, g->recurrent_bias);
    if (is_gru(r->cell)) add_up_bias(run, 3 * r->hidden, r->hidden, g->recurrent_bias + first);
}

typedef struct {
    const run *run;
    // How many threads there were: known only while they run.
    size_t *members;
} team;

static void run_counted(size_t member, size_t members, const void *context) {
    const team *team = context;
    if (member == 0) *team->members = members;
    run run = *team->run;
    run.share_count = count_of_share(run.r, members);
    run_rows(member, members, &run);
}

void fovea_recurrence_gradient(
    const fovea_recurrence *r, const fovea_recurrence_operands *o, const fovea_recurrence_upstream *upstream,
    const fovea_recurrence_gradients *gradients, float *scratch) {
    packed_places p = places(r);
    size_t *order = (size_t *)scratch;
    order_rows(r, o->lengths, order);
    float *packed = scratch + row_order_count(r);
    pack(r, o, p, packed);
    run run = {.r = r, .o = o, .upstream = upstream, .gradients = gradients, .packed = packed, .places = p,
               .sum_places = sums_of(r), .widths = widths(r), .order = order, .scratch = packed + p.end};
    size_t members = 1;
    team team = {&run, &members};
    fovea_run_team(smaller(fovea_team_size(), r->batch), run_counted, &team);
    run.members = members;
    run.share_count = count_of_share(r, members);
    deliver(&run);
}
