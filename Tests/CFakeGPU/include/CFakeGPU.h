// A GPU that is not there: tables of the calls of NVIDIA's driver and of its run-time compiler that run kernels on the
// processor, so that tests can compare numbers, plan failures, and see what a program forgets to free.
#ifndef CFAKEGPU_H
#define CFAKEGPU_H

#include <stdbool.h>
#include <stddef.h>

#include "CFoveaCUDA.h"

struct fake_gpu_settings {
    int device_count;
    int capability_major, capability_minor;
    int driver_version;
    /// How much the live allocations of a device may hold, in the bytes that were asked for.
    size_t total_memory;
    /// What `cuInit` returns. It is not derived from the number of devices, although the driver's is 100 without any.
    int init_result;
    int multiprocessors;
    /// Whether the rectifiers of cuDNN's plans make 0 of NaN.
    bool rectifiers_lose_nan;
};

struct fake_gpu_settings fake_gpu_defaults(void);

/// Everything back to the beginning, with the default settings. Compiled kernels stay cached.
/// Handles from before are invalid, and no thread has a context.
void fake_gpu_reset(void);
/// What the calls tell about the devices from now on.
void fake_gpu_configure(struct fake_gpu_settings settings);

struct fovea_cuda_driver fake_gpu_driver(void);
struct fovea_nvrtc fake_gpu_nvrtc(void);
/// Graphs of at most one convolution, and of pointwise operations and reductions, run with the numbers of f32 and bf16.
/// The numbers of its enumerations are in `CuDNNConstants.h`.
struct fovea_cudnn fake_gpu_cudnn(void);
struct fovea_cublaslt fake_gpu_cublaslt(void);

/// The call of this name, of any library, fails once, after this many successful ones; 0 means the next one.
/// The failed call has no effect, but that 700, 716 and 719 are returned from then on by nearly all of the driver's
/// calls: frees after that still take things off the books, so that leaks can be seen.
void fake_gpu_fail(const char *call, int after, int code);
/// How often a call was made, whatever it returned.
long fake_gpu_calls(const char *call);
/// How many kernels ran, by themselves or as parts of graphs.
long fake_gpu_launches(void);
/// How many plans of cuDNN and products of cuBLASLt ran likewise. They are no launches.
long fake_gpu_library_runs(void);

/// The live allocations of the devices' memory.
long fake_gpu_allocations(void);
size_t fake_gpu_allocated_bytes(void);
/// The live things of a kind: "stream", "event", "module", "graph", "graph-exec", "program", "host" (allocations of the
/// host's pinned memory), "cudnn" and "cublaslt" (their handles), "cudnn-descriptor" and "cublaslt-descriptor" (layouts
/// and preferences too), or "context" (retained and not released as often).
long fake_gpu_live(const char *kind);

/// What was done first of all that must not be done, or null. The text is valid until the next reset.
const char *fake_gpu_misuse(void);

#endif
