#ifndef CFOVEACPU_PROCESSOR_VECTORS_H
#define CFOVEACPU_PROCESSOR_VECTORS_H

#include <stddef.h>

/// The number of float32 numbers in a vector of the widest instructions that the process may use: 16 with AVX-512, 8
/// with AVX2 and FMA, otherwise 4.
///
/// A limit on oneDNN's instructions (`DNNL_MAX_CPU_ISA`) holds for hand-written loops too.
size_t fovea_processor_lanes(void);

#endif
