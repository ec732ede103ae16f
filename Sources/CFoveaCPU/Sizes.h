#ifndef CFOVEACPU_SIZES_H
#define CFOVEACPU_SIZES_H

#include <stddef.h>

static inline size_t smaller(size_t one, size_t other) { return one < other ? one : other; }

// count / size, rounded up: how many parts of a size cover a count.
static inline size_t divide_up(size_t count, size_t size) { return (count + size - 1) / size; }

#endif
