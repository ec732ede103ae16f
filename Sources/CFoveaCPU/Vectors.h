#ifndef CFOVEACPU_VECTORS_H
#define CFOVEACPU_VECTORS_H

// What the loops share that the compiler turns into vector instructions.

#include <stdint.h>

#include "ProcessorVectors.h"

// Defines a function that is compiled for several instruction sets, and runs as the best one that the process may use:
//
//     WIDE_VECTORS(scale, (size_t count, float *elements), (count, elements)) { … }
//
// Such a function must contain its loops itself: what it calls is compiled for the lowest instruction set unless it is
// inlined. The compiler's own choice (`target_clones`) looks at the processor alone, not at what limits oneDNN.
#define WIDE_VECTORS(name, parameters, arguments) COMPILED_FOR_EACH(static, name, parameters, arguments)

// The same for functions that a header declares.
#define EXPORTED_WIDE_VECTORS(name, parameters, arguments) COMPILED_FOR_EACH(, name, parameters, arguments)

// The bodies of `fovea_parallel_for` and `fovea_run_team`.
#define WIDE_LOOP(name) WIDE_VECTORS(name, (size_t begin, size_t end, const void *context), (begin, end, context))
#define WIDE_TEAM(name) \
    WIDE_VECTORS(name, (size_t member, size_t members, const void *context), (member, members, context))

#if defined(__x86_64__)
#define COMPILED_FOR_EACH(visibility, name, parameters, arguments) \
    ALWAYS_INLINE void name##_for_any parameters; \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static void name##_for_16 parameters { \
        name##_for_any arguments; \
    } \
    __attribute__((target("avx2,fma"))) static void name##_for_8 parameters { name##_for_any arguments; } \
    static void name##_for_4 parameters { name##_for_any arguments; } \
    visibility void name parameters { \
        switch (fovea_processor_lanes()) { \
        case 16: name##_for_16 arguments; break; \
        case 8: name##_for_8 arguments; break; \
        default: name##_for_4 arguments; \
        } \
    } \
    ALWAYS_INLINE void name##_for_any parameters
#else
#define COMPILED_FOR_EACH(visibility, name, parameters, arguments) visibility void name parameters
#endif

// For a part of such a function: it is compiled for the instruction set of its caller.
#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Before a loop over vectors that are to stay in registers: they do only if the loop is unrolled.
#define UNROLL _Pragma("clang loop unroll(full)")

// Before a loop over elements whose results may lie where an operand does: each depends on its own element alone. Without
// it the compiled loop looks whether the two overlap, and where they do it takes one element at a time.
#define EACH_ELEMENT _Pragma("clang loop vectorize(assume_safety)")

// How far ahead a loop over memory fetches what it reads, in floats, and what it reads and writes at the same time. The
// processor fetches ahead too, but only to the end of a page of 4 KiB.
enum { read_ahead = 2048, write_ahead = 1024 };

// The floats in the widest vector of any processor; the compiler splits it into narrower ones where it has to.
enum { vector_lanes = 16 };

// Functions take it by pointer: how it is passed by value depends on the instruction set.
typedef float vector __attribute__((vector_size(vector_lanes * sizeof(float)), may_alias));

// The lanes of vectors for which a comparison holds, as bits that are all 1 or all 0.
typedef int32_t mask __attribute__((vector_size(vector_lanes * sizeof(int32_t)), may_alias));

// Half of a vector.
typedef float half_vector __attribute__((vector_size(vector_lanes / 2 * sizeof(float)), may_alias));

// A vector at an address that need not be a multiple of its size.
typedef float unaligned_vector __attribute__((vector_size(vector_lanes * sizeof(float)), aligned(4), may_alias));

// The sum of a vector's lanes. Adds halves: in a sum from lane to lane each addition would wait for the one before.
ALWAYS_INLINE float sum_of_lanes(const vector *v) {
    vector sum = *v;
    sum += __builtin_shufflevector(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    sum += __builtin_shufflevector(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    sum += __builtin_shufflevector(sum, sum, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    return sum[0] + sum[1];
}

#endif
