#define _GNU_SOURCE
#include "State.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct module {
    void *library;
    struct fake_block *block;
};

// Whether code for an architecture runs on the device: it does on later ones of the same major number.
static bool runs_on_device(const char *digits) {
    int major = 0, minor = 0;
    const char *at = digits;
    for (; at[0] && at[0] != '\n' && at[1] != '\n'; at++) major = 10 * major + (at[0] - '0');
    if (at[0]) minor = at[0] - '0';
    return major == fake_settings()->capability_major && minor <= fake_settings()->capability_minor;
}

static int load(const char *image, void **handle) {
    size_t length = strlen(FAKE_IMAGE_MAGIC);
    if (!image || strncmp(image, FAKE_IMAGE_MAGIC, length) != 0) return fake_invalid_image;
    const char *path = strchr(image, '\n');
    if (!path) return fake_invalid_image;
    if (!runs_on_device(image + length)) return fake_no_binary;
    void *library = dlopen(path + 1, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fake_note_misuse("%s", dlerror());
        return fake_invalid_image;
    }
    struct module *module = malloc(sizeof *module);
    if (module) *module = (struct module){library, dlsym(library, "fake_gpu_block")};
    *handle = fake_add(fake_module, module);
    if (*handle) return fake_success;
    dlclose(library);
    return fake_out_of_memory;
}

static int fake_cuModuleLoadData(void **module, const void *image) {
    int code = FAKE_ENTER(cuModuleLoadData, fake_needs_context | fake_needs_no_capture);
    if (!code) code = load(image, module);
    return FAKE_LEAVE(cuModuleLoadData, code);
}

// Only the kernels, not what the library itself is linked with.
static int find_kernel(void *handle, const char *name, void **function) {
    struct module *module = fake_find(fake_module, handle);
    if (!module) return fake_invalid_handle;
    void *symbol = dlsym(module->library, name);
    Dl_info place, own;
    if (!symbol || symbol == module->block || !dladdr(symbol, &place) || !dladdr(module->block, &own) ||
        place.dli_fbase != own.dli_fbase) {
        return fake_not_found;
    }
    struct fake_function_content *content = malloc(sizeof *content + strlen(name) + 1);
    if (content) {
        content->module = handle;
        // ISO C does not convert between pointers to data and to functions.
        memcpy(&content->kernel, &symbol, sizeof symbol);
        content->block = module->block;
        strcpy(content->name, name);
    }
    *function = fake_add(fake_function, content);
    return *function ? fake_success : fake_out_of_memory;
}

static int fake_cuModuleGetFunction(void **function, void *module, const char *name) {
    int code = FAKE_ENTER(cuModuleGetFunction, fake_needs_context);
    if (!code) code = find_kernel(module, name, function);
    return FAKE_LEAVE(cuModuleGetFunction, code);
}

static void remove_function_of(const void *handle, void *content, void *module) {
    if (((struct fake_function_content *)content)->module == module) fake_remove(handle);
}

static int fake_cuModuleUnload(void *module) {
    int code = FAKE_ENTER(cuModuleUnload, fake_needs_context);
    if (!code || code == fake_sticky()) {
        struct module *content = fake_find(fake_module, module);
        if (content) {
            fake_visit(fake_function, remove_function_of, module);
            dlclose(content->library);
            fake_remove(module);
        } else if (!code) {
            code = fake_invalid_handle;
        }
    }
    return FAKE_LEAVE(cuModuleUnload, code);
}

static void close_library(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    dlclose(((struct module *)content)->library);
}

void fake_reset_modules(void) { fake_visit(fake_module, close_library, NULL); }

// The driver's limits of a launch.
static int check_launch(const char *name, const struct fake_work *work, size_t shared_count) {
    const unsigned *grid = work->grid, *block = work->block;
    for (int i = 0; i < 3; i++) {
        if (grid[i] > 0 && block[i] > 0) continue;
        fake_note_misuse("%s is launched with a dimension of 0", name);
        return fake_invalid_value;
    }
    if (block[0] > 1024 || block[1] > 1024 || block[2] > 64 || block[0] * block[1] * block[2] > 1024) {
        fake_note_misuse("%s is launched with blocks of %u x %u x %u threads", name, block[0], block[1], block[2]);
        return fake_invalid_value;
    }
    if (grid[0] > 0x7FFFFFFF || grid[1] > 65535 || grid[2] > 65535) {
        fake_note_misuse("%s is launched with a grid of %u x %u x %u blocks", name, grid[0], grid[1], grid[2]);
        return fake_invalid_value;
    }
    if (shared_count > 0) {
        fake_note_misuse("%s is launched with shared memory beyond its own, which the fake lacks", name);
        return fake_invalid_value;
    }
    return fake_success;
}

static int fake_cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared_count, void *stream, void **parameters, void **extra) {
    int code = FAKE_ENTER(cuLaunchKernel, fake_needs_context);
    if (!code && (!parameters || !parameters[0] || extra)) code = fake_invalid_value;
    const struct fake_function_content *content = code ? NULL : fake_find(fake_function, function);
    if (!code && !content) code = fake_invalid_handle;
    if (!code) {
        struct fake_work work = {
            .kind = fake_work_kernel, .function = function, .grid = {grid_x, grid_y, grid_z},
            .block = {block_x, block_y, block_z}};
        memcpy(&work.arguments, parameters[0], sizeof work.arguments);
        code = check_launch(content->name, &work, shared_count);
        if (code) fake_invalidate_captures();
        else code = fake_submit(&work, stream);
    }
    return FAKE_LEAVE(cuLaunchKernel, code);
}

void fake_fill_modules(struct fovea_cuda_driver *calls) {
    calls->cuModuleLoadData = fake_cuModuleLoadData;
    calls->cuModuleGetFunction = fake_cuModuleGetFunction;
    calls->cuModuleUnload = fake_cuModuleUnload;
    calls->cuLaunchKernel = fake_cuLaunchKernel;
}
