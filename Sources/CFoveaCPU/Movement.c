#include "Movement.h"

#include <string.h>

#include "Parallel.h"
#include "Vectors.h"

typedef struct {
    const fovea_view *view;
    const uint32_t *from;
    uint32_t *to;
} task;

// Copies lines of the last axis; the number of a line, taken apart by the sizes of the other axes, gives its place.
WIDE_LOOP(copy_lines) {
    const task *t = context;
    const fovea_view *view = t->view;
    int last = view->rank - 1;
    size_t length = view->sizes[last], stride = view->strides[last];
    for (size_t line = begin; line < end; line++) {
        size_t rest = line, offset = 0;
        for (int axis = last - 1; axis >= 0; axis--) {
            offset += rest % view->sizes[axis] * view->strides[axis];
            rest /= view->sizes[axis];
        }
        const uint32_t *from = t->from + offset;
        uint32_t *to = t->to + line * length;
        if (stride == 0) {
            uint32_t value = *from;
            for (size_t i = 0; i < length; i++) to[i] = value;
        } else if (stride == 1) {
            for (size_t i = 0; i < length; i++) to[i] = from[i];
        } else {
            for (size_t i = 0; i < length; i++) to[i] = from[i * stride];
        }
    }
}

void fovea_copy_view(const fovea_view *view, const uint32_t *from, uint32_t *to) {
    size_t lines = 1;
    for (int axis = 0; axis + 1 < view->rank; axis++) lines *= view->sizes[axis];
    task t = {view, from, to};
    fovea_parallel_for(lines, 1 + 16384 / (view->sizes[view->rank - 1] + 1), copy_lines, &t);
}

WIDE_LOOP(read_part) {
    const volatile char *bytes = context;
    // Reading one byte of a cache line brings in all of it.
    for (size_t line = begin; line < end; line++) (void)bytes[line * 64];
}

void fovea_read(const void *memory, size_t byte_count) {
    fovea_parallel_for(byte_count / 64, 1024, read_part, memory);
}

typedef struct {
    size_t batch, count;
    const size_t *sizes;
    const uint32_t *const *parts;
    uint32_t *joined;
} joining;

// Writes the elements [begin, end) of the joined tensor.
static void join_part(size_t begin, size_t end, const void *context) {
    const joining *j = context;
    size_t start = 0;
    for (size_t image = 0; image < j->batch; image++) {
        for (size_t i = 0; i < j->count; i++) {
            size_t size = j->sizes[i];
            size_t first = begin > start ? begin - start : 0, last = end > start ? end - start : 0;
            if (last > size) last = size;
            if (first < last) {
                const uint32_t *from = j->parts[i] + image * size + first;
                memcpy(j->joined + start + first, from, (last - first) * sizeof(uint32_t));
            }
            start += size;
        }
    }
}

void fovea_join(
    size_t batch, size_t count, const size_t *sizes, const uint32_t *const *parts, uint32_t *joined) {
    joining j = {batch, count, sizes, parts, joined};
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += sizes[i];
    fovea_parallel_for(batch * total, 16384, join_part, &j);
}
