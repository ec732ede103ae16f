// Handles of the fake cuDNN, its engines and plans, and their execution.
#define _GNU_SOURCE
#include "Cudnn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(name) FOVEA_CUDNN_DESCRIPTOR_##name
#define ATTRIBUTE(name) FOVEA_CUDNN_ATTR_##name
#define TYPE(name) FOVEA_CUDNN_TYPE_##name

enum { engine_count = 2 };
// Engine 0 has no notes; engine 1 has tensor cores, and needs no workspace.
static const int64_t workspace_sizes[engine_count] = {1024, 0};

static int64_t own_device(void) {
    return 100 * fake_settings()->capability_major + 10 * fake_settings()->capability_minor;
}

// The device that a descriptor's properties or handle name, else that of the thread's context; -1 where there is none.
static int64_t device_of(const struct fake_cudnn_descriptor *descriptor, int properties_name) {
    const struct fake_cudnn_descriptor *properties = fake_part(descriptor, properties_name, 0);
    if (!properties) return fake_current_device() >= 0 ? own_device() : -1;
    const struct fake_cudnn_attribute *text = fake_attribute(properties, ATTRIBUTE(DEVICEPROP_JSON_REPRESENTATION));
    char *copy = text ? strndup(text->elements, (size_t)text->count) : NULL;
    const char *found = copy ? strstr(copy, "\"deviceVer\":") : NULL;
    int64_t device = found ? strtol(found + strlen("\"deviceVer\":"), NULL, 10) : -1;
    free(copy);
    return device;
}

static int put_text(struct fake_cudnn_descriptor *descriptor, int name, const char *text) {
    return fake_put(descriptor, name, TYPE(CHAR), (int64_t)strlen(text), text);
}

static int finalize_properties(struct fake_cudnn_descriptor *properties) {
    const struct fake_cudnn_attribute *text = fake_attribute(properties, ATTRIBUTE(DEVICEPROP_JSON_REPRESENTATION));
    if (text) {
        static const char *const keys[] = {"\"deviceVer\":", "\"multiProcessorCount\":", "\"maxGridSize\":"};
        char *copy = strndup(text->elements, (size_t)text->count);
        int code = FOVEA_CUDNN_STATUS_SUCCESS;
        for (int i = 0; i < 3 && !code; i++) {
            if (copy && copy[0] == '{' && strstr(copy, keys[i])) continue;
            code = fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "the properties' text lacks %s", keys[i]);
        }
        free(copy);
        return code;
    }
    int64_t device = fake_number(properties, ATTRIBUTE(DEVICEPROP_DEVICE_ID), 0);
    if (fake_current_device() < 0 || device < 0 || device >= fake_settings()->device_count) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_INITIALIZED, "there is no device to ask for its properties");
    }
    char made[512];
    snprintf(
        made, sizeof made,
        "{\"maxGridSize\":[2147483647,65535,65535],\"maxBlockSize\":[1024,1024,64],\"multiProcessorCount\":%d,"
        "\"warpSize\":32,\"totalGlobalMem\":%zu,\"cudaDeviceId\":%d,\"deviceVer\":%d,\"driverVer\":%d,"
        "\"deviceName\":\"Fake GPU\"}",
        fake_settings()->multiprocessors, fake_settings()->total_memory, (int)device, (int)own_device(),
        fake_settings()->driver_version);
    return put_text(properties, ATTRIBUTE(DEVICEPROP_JSON_REPRESENTATION), made);
}

static int finalize_graph(struct fake_cudnn_descriptor *graph) {
    int code = fake_make_program(graph, &graph->program);
    int64_t count = engine_count;
    return code ? code : fake_put(graph, ATTRIBUTE(OPERATIONGRAPH_ENGINE_GLOBAL_COUNT), TYPE(INT64), 1, &count);
}

// Whether there are engines for a graph.
static int check_support(const struct fake_cudnn_graph *graph) {
    int convolutions = 0;
    for (int64_t i = 0; i < graph->operation_count; i++) {
        int64_t kind = graph->operations[i].kind;
        convolutions += kind != KIND(OPERATION_POINTWISE) && kind != KIND(OPERATION_REDUCTION);
    }
    if (convolutions > 1) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN, "the graph has several convolutions");
    }
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        if (fake_element_size(graph->tensors[i].type) > 0) continue;
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "the fake has no tensors of type %d",
            (int)graph->tensors[i].type);
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int finish_engine(
    struct fake_cudnn_descriptor *engine, const struct fake_cudnn_descriptor *graph, int64_t device) {
    static const int notes[] = {FOVEA_CUDNN_NUMERICAL_NOTE_TENSOR_CORE};
    int64_t index = fake_number(engine, ATTRIBUTE(ENGINE_GLOBAL_INDEX), -1);
    if (device < 0) return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_INITIALIZED, "there is no device for an engine");
    if (!graph || !graph->program) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "an engine lacks its graph");
    if (index < 0 || index >= engine_count) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "no engine has this index");
    }
    int code = check_support(&graph->program->graph);
    if (!code) code = fake_put(engine, ATTRIBUTE(ENGINE_NUMERICAL_NOTE), TYPE(NUMERICAL_NOTE), index == 1, notes);
    if (!code) code = fake_put(engine, ATTRIBUTE(ENGINE_BEHAVIOR_NOTE), TYPE(BEHAVIOR_NOTE), 0, NULL);
    if (!code && !(engine->program = fake_copy_program(graph->program, index, device))) {
        code = FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    }
    engine->is_finalized = !code;
    return code;
}

static int finalize_configuration(struct fake_cudnn_descriptor *configuration) {
    const struct fake_cudnn_descriptor *engine = fake_part(configuration, ATTRIBUTE(ENGINECFG_ENGINE), 0);
    if (!engine || !engine->is_finalized) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "a configuration lacks its finalized engine");
    }
    configuration->program = engine->program;
    fake_retain_program(configuration->program);
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int finalize_heuristic(struct fake_cudnn_descriptor *heuristic) {
    const struct fake_cudnn_descriptor *graph = fake_part(heuristic, ATTRIBUTE(ENGINEHEUR_OPERATION_GRAPH), 0);
    if (!graph || !graph->is_finalized || !fake_attribute(heuristic, ATTRIBUTE(ENGINEHEUR_MODE))) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "a heuristic lacks its finalized graph or its mode");
    }
    int64_t device = device_of(heuristic, ATTRIBUTE(ENGINEHEUR_DEVICEPROP));
    struct fake_cudnn_descriptor *results[engine_count] = {NULL};
    int code = FOVEA_CUDNN_STATUS_SUCCESS;
    for (int64_t i = 0; i < engine_count && !code; i++) {
        struct fake_cudnn_descriptor *engine = fake_new_descriptor(KIND(ENGINE));
        results[i] = fake_new_descriptor(KIND(ENGINECFG));
        if (!engine || !results[i]) code = FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
        if (!code) code = fake_put(engine, ATTRIBUTE(ENGINE_GLOBAL_INDEX), TYPE(INT64), 1, &i);
        if (!code) code = finish_engine(engine, graph, device);
        if (!code) code = fake_put(results[i], ATTRIBUTE(ENGINECFG_ENGINE), TYPE(BACKEND_DESCRIPTOR), 1, &engine);
        if (!code) code = finalize_configuration(results[i]);
        if (!code) results[i]->is_finalized = true;
        fake_release_descriptor(engine);
    }
    if (!code) {
        code = fake_put(heuristic, ATTRIBUTE(ENGINEHEUR_RESULTS), TYPE(BACKEND_DESCRIPTOR), engine_count, results);
    }
    for (int i = 0; i < engine_count; i++) fake_release_descriptor(results[i]);
    return code;
}

// A plan of a text, which has to be of this very device.
static int read_plan(struct fake_cudnn_descriptor *plan, const struct fake_cudnn_attribute *text) {
    bool has_properties = fake_attribute(plan, ATTRIBUTE(EXECUTION_PLAN_DEVICEPROP)) != NULL;
    if (!has_properties && !fake_attribute(plan, ATTRIBUTE(EXECUTION_PLAN_HANDLE))) {
        fake_note_misuse("a plan is read without a device's properties and without a handle, which crashes cuDNN");
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "a plan's text needs properties or a handle");
    }
    int code = fake_read_program(text->elements, (size_t)text->count, &plan->program);
    if (code) return code;
    if (plan->program->graph.device == device_of(plan, ATTRIBUTE(EXECUTION_PLAN_DEVICEPROP))) return code;
    return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH, "the plan's text is of another device");
}

static int finalize_plan(struct fake_cudnn_descriptor *plan) {
    if (fake_capture_forbids()) {
        fake_note_misuse("a plan is made while a stream captures");
        fake_invalidate_captures();
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, "a stream captures");
    }
    const struct fake_cudnn_descriptor *configuration = fake_part(plan, ATTRIBUTE(EXECUTION_PLAN_ENGINE_CONFIG), 0);
    const struct fake_cudnn_attribute *text = fake_attribute(plan, ATTRIBUTE(EXECUTION_PLAN_JSON_REPRESENTATION));
    int code = FOVEA_CUDNN_STATUS_SUCCESS;
    if (text) {
        code = read_plan(plan, text);
    } else if (configuration && configuration->is_finalized) {
        plan->program = configuration->program;
        fake_retain_program(plan->program);
    } else {
        code = fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a plan lacks its finalized configuration");
    }
    if (code) return code;
    char *written = fake_program_text(plan->program);
    if (!written) return FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    code = put_text(plan, ATTRIBUTE(EXECUTION_PLAN_JSON_REPRESENTATION), written);
    free(written);
    const int64_t *size = &workspace_sizes[plan->program->graph.engine];
    return code ? code : fake_put(plan, ATTRIBUTE(EXECUTION_PLAN_WORKSPACE_SIZE), TYPE(INT64), 1, size);
}

int fake_finalize(struct fake_cudnn_descriptor *descriptor) {
    if (descriptor->is_finalized) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "it is finalized already");
    int code = fake_check_descriptor(descriptor);
    if (code) return code;
    // What an attempt that failed left behind.
    fake_release_program(descriptor->program);
    descriptor->program = NULL;
    switch (descriptor->kind) {
    case KIND(DEVICEPROP): code = finalize_properties(descriptor); break;
    case KIND(OPERATIONGRAPH): code = finalize_graph(descriptor); break;
    case KIND(ENGINE):
        code = finish_engine(
            descriptor, fake_part(descriptor, ATTRIBUTE(ENGINE_OPERATION_GRAPH), 0),
            device_of(descriptor, ATTRIBUTE(ENGINE_DEVICEPROP)));
        break;
    case KIND(ENGINECFG): code = finalize_configuration(descriptor); break;
    case KIND(ENGINEHEUR): code = finalize_heuristic(descriptor); break;
    case KIND(EXECUTION_PLAN): code = finalize_plan(descriptor); break;
    default: break;
    }
    descriptor->is_finalized = !code;
    return code;
}

struct handle {
    int device;
    void *stream;
};

// What every call with a handle begins with.
static int enter(enum fake_call call) {
    int code = fake_enter(call, fake_needs_nothing);
    if (code) return fake_cudnn_error(code, "this failure was planned");
    if (fake_sticky()) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, "error %d before", fake_sticky());
    }
    if (fake_current_device() >= 0) return code;
    fake_note_misuse("a call of cuDNN on a thread without a context");
    return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_INITIALIZED, "the thread has no context");
}

static struct handle *find(const void *handle, int *code) {
    struct handle *found = *code ? NULL : fake_find(fake_cudnn_handle, handle);
    if (!*code && found && found->device != fake_current_device()) {
        fake_note_misuse("handle %p of cuDNN belongs to another device than the thread's context", handle);
        found = NULL;
    }
    if (!*code && !found) *code = fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "%p is not a handle", handle);
    return found;
}

static int fake_cudnnCreate(void **handle) {
    int code = enter(fake_number_cudnnCreate);
    if (!code && fake_capture_forbids()) {
        fake_note_misuse("cudnnCreate while a stream captures");
        fake_invalidate_captures();
        code = fake_cudnn_error(FOVEA_CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, "a stream captures");
    }
    struct handle *content = code ? NULL : calloc(1, sizeof *content);
    if (content) content->device = fake_current_device();
    if (!code && !(*handle = fake_add(fake_cudnn_handle, content))) {
        code = FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    }
    return FAKE_LEAVE(cudnnCreate, code);
}

// After an error that ends the context this still takes the handle off the books.
static int fake_cudnnDestroy(void *handle) {
    int code = fake_enter(fake_number_cudnnDestroy, fake_needs_nothing);
    if (!code && fake_find(fake_cudnn_handle, handle)) fake_remove(handle);
    else if (!code) code = fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "%p is not a handle", handle);
    return FAKE_LEAVE(cudnnDestroy, code);
}

static int fake_cudnnSetStream(void *handle, void *stream) {
    int code = enter(fake_number_cudnnSetStream);
    struct handle *content = find(handle, &code);
    if (content && stream && !fake_find(fake_stream, stream)) {
        code = fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "%p is not a stream", stream);
    }
    if (!code) content->stream = stream;
    return FAKE_LEAVE(cudnnSetStream, code);
}

// The pointers of a plan's tensors in a pack.
static int bind(
    const struct fake_cudnn_graph *graph, const struct fake_cudnn_descriptor *pack, struct fake_work *work) {
    const struct fake_cudnn_attribute *ids = fake_attribute(pack, ATTRIBUTE(VARIANT_PACK_UNIQUE_IDS));
    const struct fake_cudnn_attribute *pointers = fake_attribute(pack, ATTRIBUTE(VARIANT_PACK_DATA_POINTERS));
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        const struct fake_cudnn_tensor *tensor = &graph->tensors[i];
        if (tensor->is_virtual) continue;
        int64_t place = 0;
        while (place < ids->count && ((int64_t *)ids->elements)[place] != tensor->id) place++;
        if (place == ids->count) {
            return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "the pack lacks tensor %lld", (long long)tensor->id);
        }
        uint64_t pointer = ((uint64_t *)pointers->elements)[place];
        if (pointer % (uint64_t)tensor->alignment != 0) {
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "tensor %lld is at 0x%llx", (long long)tensor->id,
                (unsigned long long)pointer);
        }
        work->arguments.pointers[i] = pointer;
    }
    work->address = (uint64_t)fake_number(pack, ATTRIBUTE(VARIANT_PACK_WORKSPACE), 0);
    work->count = (size_t)workspace_sizes[graph->engine];
    if (work->count == 0 || work->address) return FOVEA_CUDNN_STATUS_SUCCESS;
    return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "the pack lacks the workspace");
}

static int execute(const struct handle *handle, const void *plan_handle, const void *pack_handle) {
    const struct fake_cudnn_descriptor *plan = plan_handle ? fake_descriptor_of(plan_handle) : NULL;
    const struct fake_cudnn_descriptor *pack = pack_handle ? fake_descriptor_of(pack_handle) : NULL;
    if (!plan || !pack || plan->kind != KIND(EXECUTION_PLAN) || pack->kind != KIND(VARIANT_PACK)) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "what is executed is not a plan with a pack");
    }
    if (!plan->is_finalized || !pack->is_finalized) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "the plan or the pack is not finalized");
    }
    if (plan->program->graph.device != own_device()) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH, "the plan is for another device");
    }
    struct fake_work work = {.kind = fake_work_library, .compute = fake_compute_graph, .program = plan->program};
    int code = bind(&plan->program->graph, pack, &work);
    if (code) return code;
    code = fake_submit(&work, handle->stream);
    int reason = fake_sticky() ? FOVEA_CUDNN_STATUS_EXECUTION_FAILED : FOVEA_CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER;
    return code ? fake_cudnn_error(reason, "the driver returned %d", code) : code;
}

static int fake_cudnnBackendExecute(void *handle, void *plan, void *pack) {
    int code = enter(fake_number_cudnnBackendExecute);
    const struct handle *content = find(handle, &code);
    if (content) code = execute(content, plan, pack);
    return FAKE_LEAVE(cudnnBackendExecute, code);
}

// A planned failure's code is the version.
static size_t fake_cudnnGetVersion(void) {
    int version = FAKE_ENTER(cudnnGetVersion, fake_needs_nothing);
    FAKE_LEAVE(cudnnGetVersion, version);
    return version ? (size_t)version : fake_cudnn_version;
}

static const char *fake_cudnnGetErrorString(int error) {
    static const char *const categories[] = {
        "CUDNN_STATUS_SUCCESS", "CUDNN_STATUS_NOT_INITIALIZED", "CUDNN_STATUS_BAD_PARAM", "CUDNN_STATUS_NOT_SUPPORTED",
        "CUDNN_STATUS_INTERNAL_ERROR", "CUDNN_STATUS_EXECUTION_FAILED"};
    FAKE_ENTER(cudnnGetErrorString, fake_needs_nothing);
    FAKE_LEAVE(cudnnGetErrorString, fake_success);
    return error >= 0 && error < 6000 ? categories[error / 1000] : "CUDNN_UNKNOWN_STATUS";
}

struct fovea_cudnn fake_gpu_cudnn(void) {
    struct fovea_cudnn calls = {
        .cudnnGetVersion = fake_cudnnGetVersion,
        .cudnnGetErrorString = fake_cudnnGetErrorString,
        .cudnnCreate = fake_cudnnCreate,
        .cudnnDestroy = fake_cudnnDestroy,
        .cudnnSetStream = fake_cudnnSetStream,
        .cudnnBackendExecute = fake_cudnnBackendExecute,
    };
    fake_fill_descriptors(&calls);
    return calls;
}
