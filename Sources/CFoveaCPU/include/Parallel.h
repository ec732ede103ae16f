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

/// The most threads that a team of the calling thread has.
size_t fovea_team_size(void);

/// One thread's share of work whose parts wait for each other; `context` is whatever the team was started with.
typedef void (*fovea_team_body)(size_t member, size_t members, const void *context);

/// Runs `body` on a team of at most `members` threads.
void fovea_run_team(size_t members, fovea_team_body body, const void *context);

/// Called by every member of a team: returns when all have called it.
void fovea_wait_for_team(void);

#endif
