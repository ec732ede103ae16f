#include "ProcessorVectors.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdatomic.h>
#include <stdbool.h>

static bool includes(dnnl_cpu_isa_t all, dnnl_cpu_isa_t wanted) { return (all & wanted) == wanted; }

size_t fovea_processor_lanes(void) {
    // Threads that ask at the same time find the same.
    static atomic_size_t known;
    size_t lanes = atomic_load_explicit(&known, memory_order_relaxed);
    if (lanes != 0) return lanes;
    dnnl_cpu_isa_t instructions = dnnl_get_effective_cpu_isa();
    lanes = includes(instructions, dnnl_cpu_isa_avx512_core) ? 16 : includes(instructions, dnnl_cpu_isa_avx2) ? 8 : 4;
    atomic_store_explicit(&known, lanes, memory_order_relaxed);
    return lanes;
}
