#ifndef CFOVEACPU_VECTORS_H
#define CFOVEACPU_VECTORS_H

// What the loops share that the compiler turns into vector instructions.

// Compiles a function for several instruction sets; the loader picks the best one that the processor supports. Such a
// function must contain its loops itself: what it calls is compiled for the lowest instruction set unless it is
// inlined.
#if defined(__x86_64__) && defined(__linux__)
#define WIDE_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE_VECTORS
#endif

// For a part of such a function: it is compiled for the instruction set of its caller.
#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Before a loop over vectors that are to stay in registers: they do only if the loop is unrolled.
#define UNROLL _Pragma("clang loop unroll(full)")

// The floats in the widest vector of any processor; the compiler splits it into narrower ones where it has to.
enum { vector_lanes = 16 };

// Functions take it by pointer: how it is passed by value depends on the instruction set.
typedef float vector __attribute__((vector_size(vector_lanes * sizeof(float)), may_alias));

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
