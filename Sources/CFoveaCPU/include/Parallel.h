#ifndef CFOVEACPU_PARALLEL_H
#define CFOVEACPU_PARALLEL_H

#include <stddef.h>

/// Sets how many threads the calling thread's OpenMP team has, for oneDNN's primitives and the loops below.
void fovea_set_thread_count(int count);

/// Runs the iterations [begin, end) of a loop; `context` is what the loop was started with.
typedef void (*fovea_loop_body)(size_t begin, size_t end, const void *context);

/// Runs a loop of `count` iterations on the OpenMP team, in one contiguous part per thread, or on the calling thread
/// alone if there are fewer than two parts of `grain` iterations. Which thread runs which part depends only on `count`,
/// `grain` and the number of threads.
void fovea_parallel_for(size_t count, size_t grain, fovea_loop_body body, const void *context);

/// Maximum number of threads in a team of the calling thread.
size_t fovea_team_size(void);

/// Does one thread's share of work whose parts wait for each other; `context` is what the team was started with.
typedef void (*fovea_team_body)(size_t member, size_t members, const void *context);

/// Runs `body` on a team of at most `members` threads.
void fovea_run_team(size_t members, fovea_team_body body, const void *context);

/// Every member of a team calls this; it returns when all have.
void fovea_wait_for_team(void);

#endif
