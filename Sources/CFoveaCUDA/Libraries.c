#define _GNU_SOURCE
#include "CFoveaCUDA.h"

#include <dlfcn.h>
#include <string.h>

#define CALL_NAME(result, name, parameters) #name,

static const char *const driver_names[] = {FOVEA_CUDA_DRIVER_CALLS(CALL_NAME)};
static const char *const nvrtc_names[] = {FOVEA_NVRTC_CALLS(CALL_NAME)};
static const char *const cudnn_names[] = {FOVEA_CUDNN_CALLS(CALL_NAME)};
static const char *const cublaslt_names[] = {FOVEA_CUBLASLT_CALLS(CALL_NAME)};

/// A table of calls is nothing but their addresses, in the order of the names.
static const char *fill(void *handle, void **calls, const char *const *names, size_t count) {
    for (size_t index = 0; index < count; index++) {
        calls[index] = dlsym(handle, names[index]);
        if (!calls[index]) return names[index];
    }
    return NULL;
}

#define FILL(handle, calls, names)                                                                                     \
    _Static_assert(sizeof *calls == sizeof names, "a table has a place for each name");                                \
    return fill(handle, (void **)calls, names, sizeof names / sizeof *names)

const char *fovea_fill_driver(void *handle, struct fovea_cuda_driver *calls) { FILL(handle, calls, driver_names); }
const char *fovea_fill_nvrtc(void *handle, struct fovea_nvrtc *calls) { FILL(handle, calls, nvrtc_names); }
const char *fovea_fill_cudnn(void *handle, struct fovea_cudnn *calls) { FILL(handle, calls, cudnn_names); }
const char *fovea_fill_cublaslt(void *handle, struct fovea_cublaslt *calls) { FILL(handle, calls, cublaslt_names); }

bool fovea_library_path(const void *function, char *path, size_t size) {
    Dl_info info;
    if (!dladdr(function, &info) || !info.dli_fname || strlen(info.dli_fname) >= size) return false;
    strcpy(path, info.dli_fname);
    return true;
}
