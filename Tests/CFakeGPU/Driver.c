#define _GNU_SOURCE
#include "State.h"

#include <stdio.h>
#include <string.h>

struct context {
    long retained;
};
static struct context contexts[fake_device_limit];

// A reset makes the threads' contexts invalid by counting this up.
static unsigned generation = 1;
static _Thread_local unsigned current_generation;
static _Thread_local int current_device;

int fake_current_device(void) {
    return current_generation == generation && contexts[current_device].retained > 0 ? current_device : -1;
}

long fake_retained_contexts(void) {
    long sum = 0;
    for (int device = 0; device < fake_device_limit; device++) sum += contexts[device].retained;
    return sum;
}

void fake_reset_devices(void) {
    memset(contexts, 0, sizeof contexts);
    generation++;
}

static int check_device(int device) {
    return device >= 0 && device < fake_settings()->device_count ? fake_success : fake_invalid_device;
}

static int fake_cuInit(unsigned flags) {
    int code = FAKE_ENTER(cuInit, fake_needs_nothing);
    if (!code && flags != 0) code = fake_invalid_value;
    if (!code) code = fake_settings()->init_result;
    if (!code) fake_set_initialized();
    return FAKE_LEAVE(cuInit, code);
}

static int fake_cuDriverGetVersion(int *version) {
    int code = FAKE_ENTER(cuDriverGetVersion, fake_needs_nothing);
    if (!code) *version = fake_settings()->driver_version;
    return FAKE_LEAVE(cuDriverGetVersion, code);
}

struct error {
    int code;
    const char *name, *text;
};

static const struct error errors[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "an argument is invalid"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "the memory is used up"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "the driver is not initialized"},
    {4, "CUDA_ERROR_DEINITIALIZED", "the driver is shutting down"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "the library is a stub"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "the device is busy or unavailable"},
    {100, "CUDA_ERROR_NO_DEVICE", "there is no device"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "there is no device of this number"},
    {200, "CUDA_ERROR_INVALID_IMAGE", "the image of the module is invalid"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "the context is invalid"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "the module was compiled for another device"},
    {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "an error of the memory could not be corrected"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the driver is older than the compiler"},
    {304, "CUDA_ERROR_OPERATING_SYSTEM", "a call of the operating system failed"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "the handle is invalid"},
    {401, "CUDA_ERROR_ILLEGAL_STATE", "the state does not allow this"},
    {500, "CUDA_ERROR_NOT_FOUND", "there is nothing of this name"},
    {600, "CUDA_ERROR_NOT_READY", "the work is not done yet"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "a kernel used memory that is not allocated"},
    {701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "the launch needs too many resources"},
    {702, "CUDA_ERROR_LAUNCH_TIMEOUT", "the kernel took too long"},
    {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "the context is destroyed"},
    {716, "CUDA_ERROR_MISALIGNED_ADDRESS", "a kernel used an address that is not aligned"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "a kernel failed"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "this is not supported"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY", "the system is not ready"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "the driver and its library do not match"},
    {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "a capture does not allow this"},
    {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "an error made the capture invalid"},
    {906, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "the capture would wait for the default stream"},
    {999, "CUDA_ERROR_UNKNOWN", "an error that is not known"},
};

static const struct error *error_of(int code) {
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].code == code) return &errors[i];
    }
    return NULL;
}

static int fake_cuGetErrorName(int error, const char **name) {
    int code = FAKE_ENTER(cuGetErrorName, fake_needs_nothing);
    const struct error *found = error_of(error);
    if (!code && !found) code = fake_invalid_value;
    *name = code ? NULL : found->name;
    return FAKE_LEAVE(cuGetErrorName, code);
}

static int fake_cuGetErrorString(int error, const char **text) {
    int code = FAKE_ENTER(cuGetErrorString, fake_needs_nothing);
    const struct error *found = error_of(error);
    if (!code && !found) code = fake_invalid_value;
    *text = code ? NULL : found->text;
    return FAKE_LEAVE(cuGetErrorString, code);
}

static int fake_cuDeviceGetCount(int *count) {
    int code = FAKE_ENTER(cuDeviceGetCount, fake_needs_init);
    if (!code) *count = fake_settings()->device_count;
    return FAKE_LEAVE(cuDeviceGetCount, code);
}

static int fake_cuDeviceGet(int *device, int ordinal) {
    int code = FAKE_ENTER(cuDeviceGet, fake_needs_init);
    if (!code) code = check_device(ordinal);
    if (!code) *device = ordinal;
    return FAKE_LEAVE(cuDeviceGet, code);
}

static int fake_cuDeviceGetName(char *name, int size, int device) {
    int code = FAKE_ENTER(cuDeviceGetName, fake_needs_init);
    if (!code) code = check_device(device);
    if (!code && size < 1) code = fake_invalid_value;
    if (!code) snprintf(name, (size_t)size, "Fake GPU");
    return FAKE_LEAVE(cuDeviceGetName, code);
}

static int attribute_value(int attribute, int *value) {
    switch (attribute) {
    case 1: *value = 1024; return fake_success;
    case 8: *value = 49152; return fake_success;
    case 10: *value = 32; return fake_success;
    case 16: *value = fake_settings()->multiprocessors; return fake_success;
    case 75: *value = fake_settings()->capability_major; return fake_success;
    case 76: *value = fake_settings()->capability_minor; return fake_success;
    case 97: *value = 232448; return fake_success;
    default: return fake_invalid_value;
    }
}

static int fake_cuDeviceGetAttribute(int *value, int attribute, int device) {
    int code = FAKE_ENTER(cuDeviceGetAttribute, fake_needs_init);
    if (!code) code = check_device(device);
    if (!code) code = attribute_value(attribute, value);
    return FAKE_LEAVE(cuDeviceGetAttribute, code);
}

static int fake_cuDeviceTotalMem_v2(size_t *count, int device) {
    int code = FAKE_ENTER(cuDeviceTotalMem_v2, fake_needs_init);
    if (!code) code = check_device(device);
    if (!code) *count = fake_settings()->total_memory;
    return FAKE_LEAVE(cuDeviceTotalMem_v2, code);
}

static int fake_cuDevicePrimaryCtxRetain(void **context, int device) {
    int code = FAKE_ENTER(cuDevicePrimaryCtxRetain, fake_needs_init);
    if (!code) code = check_device(device);
    if (!code) {
        contexts[device].retained++;
        *context = &contexts[device];
    }
    return FAKE_LEAVE(cuDevicePrimaryCtxRetain, code);
}

static int fake_cuDevicePrimaryCtxRelease_v2(int device) {
    int code = FAKE_ENTER(cuDevicePrimaryCtxRelease_v2, fake_needs_init);
    if (!code || code == fake_sticky()) {
        int result = check_device(device);
        if (!result && contexts[device].retained == 0) {
            fake_note_misuse("the context of device %d is released and not retained", device);
            result = fake_invalid_context;
        }
        if (!result) contexts[device].retained--;
        if (!code) code = result;
    }
    return FAKE_LEAVE(cuDevicePrimaryCtxRelease_v2, code);
}

static int fake_cuCtxSetCurrent(void *context) {
    int code = FAKE_ENTER(cuCtxSetCurrent, fake_needs_init);
    if (!code && !context) {
        current_generation = 0;
    } else if (!code) {
        int device = 0;
        while (device < fake_device_limit && context != &contexts[device]) device++;
        if (device < fake_device_limit && contexts[device].retained > 0) {
            current_device = device;
            current_generation = generation;
        } else {
            fake_note_misuse("%p is not a context", context);
            code = fake_invalid_context;
        }
    }
    return FAKE_LEAVE(cuCtxSetCurrent, code);
}

void fake_fill_devices(struct fovea_cuda_driver *calls) {
    calls->cuInit = fake_cuInit;
    calls->cuDriverGetVersion = fake_cuDriverGetVersion;
    calls->cuGetErrorName = fake_cuGetErrorName;
    calls->cuGetErrorString = fake_cuGetErrorString;
    calls->cuDeviceGetCount = fake_cuDeviceGetCount;
    calls->cuDeviceGet = fake_cuDeviceGet;
    calls->cuDeviceGetName = fake_cuDeviceGetName;
    calls->cuDeviceGetAttribute = fake_cuDeviceGetAttribute;
    calls->cuDeviceTotalMem_v2 = fake_cuDeviceTotalMem_v2;
    calls->cuDevicePrimaryCtxRetain = fake_cuDevicePrimaryCtxRetain;
    calls->cuDevicePrimaryCtxRelease_v2 = fake_cuDevicePrimaryCtxRelease_v2;
    calls->cuCtxSetCurrent = fake_cuCtxSetCurrent;
}

struct fovea_cuda_driver fake_gpu_driver(void) {
    struct fovea_cuda_driver calls = {0};
    fake_fill_devices(&calls);
    fake_fill_memory(&calls);
    fake_fill_streams(&calls);
    fake_fill_graphs(&calls);
    fake_fill_modules(&calls);
    return calls;
}
