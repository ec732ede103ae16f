// The calls of NVIDIA's libraries that Fovea makes, opened at run time: no header of theirs is needed to build.
#ifndef CFOVEACUDA_H
#define CFOVEACUDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The calls of a library: a row for each, with its result, name and parameters. The names are those of the symbols: the
/// plain names of some of the driver's calls are interfaces of 32-bit times.
#define FOVEA_CUDA_DRIVER_CALLS(CALL)                                                                                  \
    CALL(int, cuInit, (unsigned flags))                                                                                \
    CALL(int, cuDriverGetVersion, (int *version))                                                                      \
    CALL(int, cuGetErrorName, (int code, const char **name))                                                           \
    CALL(int, cuGetErrorString, (int code, const char **text))                                                         \
    CALL(int, cuDeviceGetCount, (int *count))                                                                          \
    CALL(int, cuDeviceGet, (int *device, int ordinal))                                                                 \
    CALL(int, cuDeviceGetName, (char *name, int size, int device))                                                     \
    CALL(int, cuDeviceGetAttribute, (int *value, int attribute, int device))                                           \
    CALL(int, cuDeviceTotalMem_v2, (size_t *count, int device))                                                        \
    CALL(int, cuDevicePrimaryCtxRetain, (void **context, int device))                                                  \
    CALL(int, cuDevicePrimaryCtxRelease_v2, (int device))                                                              \
    CALL(int, cuCtxSetCurrent, (void *context))                                                                        \
    CALL(int, cuMemAlloc_v2, (uint64_t *address, size_t count))                                                        \
    CALL(int, cuMemFree_v2, (uint64_t address))                                                                        \
    CALL(int, cuMemGetInfo_v2, (size_t *available, size_t *total))                                                     \
    CALL(int, cuMemHostAlloc, (void **memory, size_t count, unsigned flags))                                           \
    CALL(int, cuMemFreeHost, (void *memory))                                                                           \
    CALL(int, cuMemsetD8Async, (uint64_t address, unsigned char value, size_t count, void *stream))                    \
    CALL(int, cuMemcpyHtoDAsync_v2, (uint64_t address, const void *memory, size_t count, void *stream))                \
    CALL(int, cuMemcpyDtoHAsync_v2, (void *memory, uint64_t address, size_t count, void *stream))                      \
    CALL(int, cuMemcpyDtoDAsync_v2, (uint64_t address, uint64_t source, size_t count, void *stream))                   \
    CALL(int, cuModuleLoadData, (void **module, const void *image))                                                    \
    CALL(int, cuModuleGetFunction, (void **function, void *module, const char *name))                                  \
    CALL(int, cuModuleUnload, (void *module))                                                                          \
    CALL(int, cuLaunchKernel,                                                                                          \
        (void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,        \
            unsigned block_z, unsigned shared_count, void *stream, void **parameters, void **extra))                   \
    CALL(int, cuStreamCreate, (void **stream, unsigned flags))                                                         \
    CALL(int, cuStreamDestroy_v2, (void *stream))                                                                      \
    CALL(int, cuStreamSynchronize, (void *stream))                                                                     \
    CALL(int, cuStreamBeginCapture_v2, (void *stream, int mode))                                                       \
    CALL(int, cuStreamEndCapture, (void *stream, void **graph))                                                        \
    CALL(int, cuStreamWaitEvent, (void *stream, void *event, unsigned flags))                                          \
    CALL(int, cuEventCreate, (void **event, unsigned flags))                                                           \
    CALL(int, cuEventDestroy_v2, (void *event))                                                                        \
    CALL(int, cuEventRecord, (void *event, void *stream))                                                              \
    CALL(int, cuEventSynchronize, (void *event))                                                                       \
    CALL(int, cuEventElapsedTime, (float *milliseconds, void *start, void *end))                                       \
    CALL(int, cuGraphInstantiateWithFlags, (void **executable, void *graph, unsigned long long flags))                 \
    CALL(int, cuGraphUpload, (void *executable, void *stream))                                                         \
    CALL(int, cuGraphLaunch, (void *executable, void *stream))                                                         \
    CALL(int, cuGraphGetNodes, (void *graph, void **nodes, size_t *count))                                             \
    CALL(int, cuGraphExecDestroy, (void *executable))                                                                  \
    CALL(int, cuGraphDestroy, (void *graph))

#define FOVEA_NVRTC_CALLS(CALL)                                                                                        \
    CALL(int, nvrtcVersion, (int *major, int *minor))                                                                  \
    CALL(const char *, nvrtcGetErrorString, (int code))                                                                \
    CALL(int, nvrtcGetNumSupportedArchs, (int *count))                                                                 \
    CALL(int, nvrtcGetSupportedArchs, (int *architectures))                                                            \
    CALL(int, nvrtcCreateProgram,                                                                                      \
        (void **program, const char *source, const char *name, int header_count, const char *const *headers,           \
            const char *const *names))                                                                                 \
    CALL(int, nvrtcCompileProgram, (void *program, int option_count, const char *const *options))                      \
    CALL(int, nvrtcGetProgramLogSize, (void *program, size_t *count))                                                  \
    CALL(int, nvrtcGetProgramLog, (void *program, char *log))                                                          \
    CALL(int, nvrtcGetCUBINSize, (void *program, size_t *count))                                                       \
    CALL(int, nvrtcGetCUBIN, (void *program, char *image))                                                             \
    CALL(int, nvrtcDestroyProgram, (void **program))

#define FOVEA_CUDNN_CALLS(CALL)                                                                                        \
    CALL(size_t, cudnnGetVersion, (void))                                                                              \
    CALL(const char *, cudnnGetErrorString, (int code))                                                                \
    CALL(void, cudnnGetLastErrorString, (char *text, size_t size))                                                     \
    CALL(int, cudnnCreate, (void **handle))                                                                            \
    CALL(int, cudnnDestroy, (void *handle))                                                                            \
    CALL(int, cudnnSetStream, (void *handle, void *stream))                                                            \
    CALL(int, cudnnBackendCreateDescriptor, (int type, void **descriptor))                                             \
    CALL(int, cudnnBackendDestroyDescriptor, (void *descriptor))                                                       \
    CALL(int, cudnnBackendSetAttribute, (void *descriptor, int name, int type, int64_t count, const void *elements))   \
    CALL(int, cudnnBackendGetAttribute,                                                                                \
        (void *descriptor, int name, int type, int64_t requested, int64_t *count, void *elements))                     \
    CALL(int, cudnnBackendFinalize, (void *descriptor))                                                                \
    CALL(int, cudnnBackendExecute, (void *handle, void *plan, void *pack))

#define FOVEA_CUBLASLT_CALLS(CALL)                                                                                     \
    CALL(size_t, cublasLtGetVersion, (void))                                                                           \
    CALL(int, cublasLtCreate, (void **handle))                                                                         \
    CALL(int, cublasLtDestroy, (void *handle))                                                                         \
    CALL(int, cublasLtMatmulDescCreate, (void **descriptor, int compute_type, int scale_type))                         \
    CALL(int, cublasLtMatmulDescDestroy, (void *descriptor))                                                           \
    CALL(int, cublasLtMatmulDescSetAttribute, (void *descriptor, int name, const void *value, size_t count))           \
    CALL(int, cublasLtMatrixLayoutCreate,                                                                              \
        (void **layout, int type, uint64_t rows, uint64_t columns, int64_t leading_dimension))                         \
    CALL(int, cublasLtMatrixLayoutDestroy, (void *layout))                                                             \
    CALL(int, cublasLtMatmulPreferenceCreate, (void **preference))                                                     \
    CALL(int, cublasLtMatmulPreferenceDestroy, (void *preference))                                                     \
    CALL(int, cublasLtMatmulPreferenceSetAttribute, (void *preference, int name, const void *value, size_t count))     \
    CALL(int, cublasLtMatmulAlgoGetHeuristic,                                                                          \
        (void *handle, void *descriptor, void *a, void *b, void *c, void *d, void *preference, int requested,          \
            struct fovea_cublaslt_choice *choices, int *count))                                                        \
    CALL(int, cublasLtMatmul,                                                                                          \
        (void *handle, void *descriptor, const void *alpha, uint64_t a, void *layout_a, uint64_t b, void *layout_b,    \
            const void *beta, uint64_t c, void *layout_c, uint64_t d, void *layout_d, const void *algorithm,           \
            uint64_t workspace, size_t workspace_count, void *stream))

/// What cuBLASLt's heuristic returns: `cublasLtMatmulHeuristicResult_t`.
struct fovea_cublaslt_choice {
    uint64_t algorithm[8];
    size_t workspace_count;
    int status;
    float waves;
    int reserved[4];
};

#define FOVEA_CALL_POINTER(result, name, parameters) result(*name) parameters;

/// The driver's calls (`libcuda.so.1`).
struct fovea_cuda_driver {
    FOVEA_CUDA_DRIVER_CALLS(FOVEA_CALL_POINTER)
};
/// The compiler's calls (`libnvrtc.so`).
struct fovea_nvrtc {
    FOVEA_NVRTC_CALLS(FOVEA_CALL_POINTER)
};
/// cuDNN's calls (`libcudnn.so.9`).
struct fovea_cudnn {
    FOVEA_CUDNN_CALLS(FOVEA_CALL_POINTER)
};
/// cuBLASLt's calls (`libcublasLt.so`).
struct fovea_cublaslt {
    FOVEA_CUBLASLT_CALLS(FOVEA_CALL_POINTER)
};

/// Fills a table with a library's calls; the name of the first that it lacks, or null. `handle` is what `dlopen` gave.
const char *fovea_fill_driver(void *handle, struct fovea_cuda_driver *calls);
const char *fovea_fill_nvrtc(void *handle, struct fovea_nvrtc *calls);
const char *fovea_fill_cudnn(void *handle, struct fovea_cudnn *calls);
const char *fovea_fill_cublaslt(void *handle, struct fovea_cublaslt *calls);

/// The file that a function was loaded from, written into `path` with a zero behind it; false where nobody knows.
bool fovea_library_path(const void *function, char *path, size_t size);

/// The one parameter of every kernel of Fovea's own, passed by value. `KernelSource.swift` declares the same to NVRTC.
struct fovea_kernel_arguments {
    uint64_t pointers[32];
    int64_t numbers[24];
    float scalars[16];
};

#include "CuDNNConstants.h"

#endif
