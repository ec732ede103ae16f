#ifndef CFOVEACPU_CEILINGS_H
#define CFOVEACPU_CEILINGS_H

#include <stddef.h>

/// Multiplies and adds float32 numbers in registers with all threads, as fast as the processor can.
///
/// - Returns: Number of operations, two for each multiply-add.
double fovea_multiply_and_add(size_t rounds);

/// Doubles the elements of an array a few times with all threads: each pass reads and writes each of them once.
void fovea_stream(float *elements, size_t count, size_t passes);

/// Begins work on all threads that is none, and waits for them, so many times.
void fovea_synchronize(size_t times);

#endif
