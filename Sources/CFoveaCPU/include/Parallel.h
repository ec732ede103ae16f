#ifndef CFOVEACPU_PARALLEL_H
#define CFOVEACPU_PARALLEL_H

#include <stddef.h>

/// Sets how many threads the calling thread's OpenMP team has: oneDNN's primitives and the loops below.
void fovea_set_thread_count(int count);

/// A part [begin, end) of a loop; `context` is whatever the loop was started with.
typedef void (*fovea_loop_body)(size_t begin, size_t end, const void *context);

/// Runs a loop of `count` iterations on the OpenMP team, in one contiguous part per thread; on the calling thread alone
/// when there are fewer than two parts of `grain` iterations. Which thread runs which part depends on `count` and the
/// number of threads only.
void fovea_parallel_for(size_t count, size_t grain, fovea_loop_body body, const void *context);

#endif
