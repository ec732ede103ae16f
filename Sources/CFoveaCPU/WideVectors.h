#ifndef CFOVEACPU_WIDE_VECTORS_H
#define CFOVEACPU_WIDE_VECTORS_H

// Compiles a function for several instruction sets; the loader takes the best that the processor has. Such a function
// must contain its loops itself: what it calls is compiled for the lowest instruction set unless it is inlined.
#if defined(__x86_64__) && defined(__linux__)
#define WIDE_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE_VECTORS
#endif

#endif
