// Descriptors of the fake cuDNN: attributes by name, whatever they mean.
#define _GNU_SOURCE
#include "Cudnn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(name) FOVEA_CUDNN_DESCRIPTOR_##name
#define ATTRIBUTE(name) FOVEA_CUDNN_ATTR_##name
#define TYPE(name) FOVEA_CUDNN_TYPE_##name

enum { any_operation = -1, no_part = -2, text_limit = 1 << 20 };

/// What can be set of a kind of descriptors.
struct row {
    int kind, name, type, limit, part;
};
#define ROW(kind, name, type, limit) {KIND(kind), ATTRIBUTE(kind##_##name), TYPE(type), limit, no_part}
#define PART(kind, name, part) {KIND(kind), ATTRIBUTE(kind##_##name), TYPE(BACKEND_DESCRIPTOR), 1, KIND(part)}
#define CONVOLUTION_ROWS(kind, prefix, x, w, y)                                                                        \
    {KIND(kind), ATTRIBUTE(prefix##_CONV_DESC), TYPE(BACKEND_DESCRIPTOR), 1, KIND(CONVOLUTION)},                       \
    {KIND(kind), ATTRIBUTE(prefix##_##x), TYPE(BACKEND_DESCRIPTOR), 1, KIND(TENSOR)},                                  \
    {KIND(kind), ATTRIBUTE(prefix##_##w), TYPE(BACKEND_DESCRIPTOR), 1, KIND(TENSOR)},                                  \
    {KIND(kind), ATTRIBUTE(prefix##_##y), TYPE(BACKEND_DESCRIPTOR), 1, KIND(TENSOR)},                                  \
    {KIND(kind), ATTRIBUTE(prefix##_ALPHA), TYPE(FLOAT), 1, no_part},                                                  \
    {KIND(kind), ATTRIBUTE(prefix##_BETA), TYPE(FLOAT), 1, no_part}

static const struct row rows[] = {
    ROW(TENSOR, DATA_TYPE, DATA_TYPE, 1),
    ROW(TENSOR, DIMENSIONS, INT64, fake_rank_limit),
    ROW(TENSOR, STRIDES, INT64, fake_rank_limit),
    ROW(TENSOR, UNIQUE_ID, INT64, 1),
    ROW(TENSOR, BYTE_ALIGNMENT, INT64, 1),
    ROW(TENSOR, IS_VIRTUAL, BOOLEAN, 1),
    ROW(TENSOR, IS_BY_VALUE, BOOLEAN, 1),
    ROW(CONVOLUTION, COMP_TYPE, DATA_TYPE, 1),
    ROW(CONVOLUTION, CONV_MODE, CONVOLUTION_MODE, 1),
    ROW(CONVOLUTION, SPATIAL_DIMS, INT64, 1),
    ROW(CONVOLUTION, PRE_PADDINGS, INT64, fake_spatial_limit),
    ROW(CONVOLUTION, POST_PADDINGS, INT64, fake_spatial_limit),
    ROW(CONVOLUTION, DILATIONS, INT64, fake_spatial_limit),
    ROW(CONVOLUTION, FILTER_STRIDES, INT64, fake_spatial_limit),
    CONVOLUTION_ROWS(OPERATION_CONVOLUTION_FORWARD, OPERATION_CONVOLUTION_FORWARD, X, W, Y),
    CONVOLUTION_ROWS(OPERATION_CONVOLUTION_BACKWARD_DATA, OPERATION_CONVOLUTION_BWD_DATA, DX, W, DY),
    CONVOLUTION_ROWS(OPERATION_CONVOLUTION_BACKWARD_FILTER, OPERATION_CONVOLUTION_BWD_FILTER, X, DW, DY),
    ROW(POINTWISE, MODE, POINTWISE_MODE, 1),
    ROW(POINTWISE, MATH_PREC, DATA_TYPE, 1),
    ROW(POINTWISE, RELU_LOWER_CLIP, FLOAT, 1),
    ROW(POINTWISE, RELU_UPPER_CLIP, FLOAT, 1),
    ROW(POINTWISE, RELU_LOWER_CLIP_SLOPE, FLOAT, 1),
    PART(OPERATION_POINTWISE, PW_DESCRIPTOR, POINTWISE),
    PART(OPERATION_POINTWISE, XDESC, TENSOR),
    PART(OPERATION_POINTWISE, BDESC, TENSOR),
    PART(OPERATION_POINTWISE, YDESC, TENSOR),
    PART(OPERATION_POINTWISE, DXDESC, TENSOR),
    PART(OPERATION_POINTWISE, DYDESC, TENSOR),
    ROW(REDUCTION, OPERATOR, REDUCTION_OPERATOR_TYPE, 1),
    ROW(REDUCTION, COMP_TYPE, DATA_TYPE, 1),
    ROW(REDUCTION, IS_DETERMINISTIC, BOOLEAN, 1),
    PART(OPERATION_REDUCTION, DESC, REDUCTION),
    PART(OPERATION_REDUCTION, XDESC, TENSOR),
    PART(OPERATION_REDUCTION, YDESC, TENSOR),
    ROW(OPERATIONGRAPH, HANDLE, HANDLE, 1),
    {KIND(OPERATIONGRAPH), ATTRIBUTE(OPERATIONGRAPH_OPS), TYPE(BACKEND_DESCRIPTOR), fake_operation_limit,
        any_operation},
    ROW(DEVICEPROP, DEVICE_ID, INT32, 1),
    ROW(DEVICEPROP, HANDLE, HANDLE, 1),
    ROW(DEVICEPROP, JSON_REPRESENTATION, CHAR, text_limit),
    PART(ENGINEHEUR, OPERATION_GRAPH, OPERATIONGRAPH),
    ROW(ENGINEHEUR, MODE, HEUR_MODE, 1),
    ROW(ENGINEHEUR, SM_COUNT_TARGET, INT32, 1),
    PART(ENGINEHEUR, DEVICEPROP, DEVICEPROP),
    PART(ENGINE, OPERATION_GRAPH, OPERATIONGRAPH),
    ROW(ENGINE, GLOBAL_INDEX, INT64, 1),
    ROW(ENGINE, SM_COUNT_TARGET, INT32, 1),
    PART(ENGINE, DEVICEPROP, DEVICEPROP),
    PART(ENGINECFG, ENGINE, ENGINE),
    ROW(EXECUTION_PLAN, HANDLE, HANDLE, 1),
    {KIND(EXECUTION_PLAN), ATTRIBUTE(EXECUTION_PLAN_ENGINE_CONFIG), TYPE(BACKEND_DESCRIPTOR), 1, KIND(ENGINECFG)},
    ROW(EXECUTION_PLAN, JSON_REPRESENTATION, CHAR, text_limit),
    PART(EXECUTION_PLAN, DEVICEPROP, DEVICEPROP),
    ROW(VARIANT_PACK, UNIQUE_IDS, INT64, 64),
    ROW(VARIANT_PACK, DATA_POINTERS, VOID_PTR, 64),
    ROW(VARIANT_PACK, WORKSPACE, VOID_PTR, 1),
};
enum { row_count = sizeof rows / sizeof *rows };

static char last_error[512];

int fake_cudnn_error(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_error, sizeof last_error, format, arguments);
    va_end(arguments);
    return code;
}

static size_t size_of(int type) {
    switch (type) {
    case TYPE(BOOLEAN):
    case TYPE(CHAR): return 1;
    case TYPE(HANDLE):
    case TYPE(INT64):
    case TYPE(DOUBLE):
    case TYPE(VOID_PTR):
    case TYPE(BACKEND_DESCRIPTOR): return 8;
    default: return 4;
    }
}

struct fake_cudnn_descriptor *fake_new_descriptor(int kind) {
    struct fake_cudnn_descriptor *descriptor = calloc(1, sizeof *descriptor);
    if (!descriptor) return NULL;
    descriptor->references = 1;
    descriptor->kind = kind;
    return descriptor;
}

static void free_attribute(struct fake_cudnn_attribute *attribute) {
    struct fake_cudnn_descriptor **parts = attribute->elements;
    bool has_parts = attribute->type == TYPE(BACKEND_DESCRIPTOR);
    for (int64_t i = 0; has_parts && i < attribute->count; i++) fake_release_descriptor(parts[i]);
    free(attribute->elements);
}

void fake_release_descriptor(struct fake_cudnn_descriptor *descriptor) {
    if (!descriptor || --descriptor->references > 0) return;
    for (int i = 0; i < descriptor->attribute_count; i++) free_attribute(&descriptor->attributes[i]);
    fake_release_program(descriptor->program);
    free(descriptor);
}

// What a handle stands for: results replace it.
struct place {
    struct fake_cudnn_descriptor *descriptor;
};

struct fake_cudnn_descriptor *fake_descriptor_of(const void *handle) {
    struct place *place = fake_find(fake_cudnn_descriptor, handle);
    return place ? place->descriptor : NULL;
}

static void release_place(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    fake_release_descriptor(((struct place *)content)->descriptor);
}

void fake_reset_cudnn(void) {
    fake_visit(fake_cudnn_descriptor, release_place, NULL);
    last_error[0] = 0;
}

const struct fake_cudnn_attribute *fake_attribute(const struct fake_cudnn_descriptor *descriptor, int name) {
    for (int i = 0; descriptor && i < descriptor->attribute_count; i++) {
        if (descriptor->attributes[i].name == name) return &descriptor->attributes[i];
    }
    return NULL;
}

struct fake_cudnn_descriptor *fake_part(const struct fake_cudnn_descriptor *descriptor, int name, int64_t index) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    if (!attribute || attribute->type != TYPE(BACKEND_DESCRIPTOR) || index >= attribute->count) return NULL;
    return ((struct fake_cudnn_descriptor **)attribute->elements)[index];
}

int64_t fake_number(const struct fake_cudnn_descriptor *descriptor, int name, int64_t otherwise) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    if (!attribute || attribute->count < 1) return otherwise;
    size_t size = size_of(attribute->type);
    if (size == 8) return *(int64_t *)attribute->elements;
    return size == 4 ? *(int32_t *)attribute->elements : *(char *)attribute->elements;
}

float fake_float(const struct fake_cudnn_descriptor *descriptor, int name, float otherwise) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    if (!attribute || attribute->count < 1) return otherwise;
    return attribute->type == TYPE(DOUBLE) ? (float)*(double *)attribute->elements : *(float *)attribute->elements;
}

int fake_put(struct fake_cudnn_descriptor *descriptor, int name, int type, int64_t count, const void *elements) {
    size_t bytes = size_of(type) * (size_t)count;
    struct fake_cudnn_attribute *attribute = (struct fake_cudnn_attribute *)fake_attribute(descriptor, name);
    void *copy = malloc(bytes + 1);
    if (!copy || (!attribute && descriptor->attribute_count == fake_attribute_limit)) {
        free(copy);
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED, "the memory is used up");
    }
    if (bytes > 0) memcpy(copy, elements, bytes);
    bool holds_unfinalized = false;
    for (int64_t i = 0; type == TYPE(BACKEND_DESCRIPTOR) && i < count; i++) {
        struct fake_cudnn_descriptor *part = ((struct fake_cudnn_descriptor **)copy)[i];
        part->references++;
        holds_unfinalized = holds_unfinalized || !part->is_finalized;
    }
    if (attribute) free_attribute(attribute);
    else attribute = &descriptor->attributes[descriptor->attribute_count++];
    *attribute = (struct fake_cudnn_attribute){name, type, count, copy, holds_unfinalized};
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static const struct row *row_of(int kind, int name) {
    for (int i = 0; i < row_count; i++) {
        if (rows[i].kind == kind && rows[i].name == name) return &rows[i];
    }
    return NULL;
}

static bool is_operation(int kind) {
    return kind == KIND(OPERATION_CONVOLUTION_FORWARD) || kind == KIND(OPERATION_CONVOLUTION_BACKWARD_DATA) ||
           kind == KIND(OPERATION_CONVOLUTION_BACKWARD_FILTER) || kind == KIND(OPERATION_POINTWISE) ||
           kind == KIND(OPERATION_REDUCTION);
}

static int set_parts(
    struct fake_cudnn_descriptor *descriptor, const struct row *row, int64_t count, void *const *handles) {
    struct fake_cudnn_descriptor *parts[fake_operation_limit];
    for (int64_t i = 0; i < count; i++) {
        if (!handles[i]) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "element %d is null", (int)i);
        if (!(parts[i] = fake_descriptor_of(handles[i]))) {
            return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "element %d is not a descriptor", (int)i);
        }
        bool fits = row->part == any_operation ? is_operation(parts[i]->kind) : parts[i]->kind == row->part;
        if (!fits) {
            // cuDNN itself does not notice, and crashes later.
            fake_note_misuse("attribute %d is set to a descriptor of kind %d", row->name, parts[i]->kind);
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "attribute %d cannot be a descriptor of kind %d",
                row->name, parts[i]->kind);
        }
        if (row->part == any_operation && !parts[i]->is_finalized) {
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "operation %d is not finalized", (int)i);
        }
    }
    return fake_put(descriptor, row->name, row->type, count, parts);
}

static int set(struct fake_cudnn_descriptor *descriptor, int name, int type, int64_t count, const void *elements) {
    const struct row *row = row_of(descriptor->kind, name);
    if (descriptor->is_finalized) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "attribute %d is set after finalizing", name);
    }
    if (!row) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM, "descriptors of kind %d have no attribute %d to set", descriptor->kind, name);
    }
    if (type != row->type && !(row->type == TYPE(FLOAT) && type == TYPE(DOUBLE))) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "attribute %d is of type %d, and not %d", name, row->type,
            type);
    }
    if (count < 0 || count > row->limit || (row->limit == 1 && count != 1) || (count > 0 && !elements)) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM, "attribute %d cannot have %lld elements at %p", name, (long long)count,
            elements);
    }
    if (type == TYPE(BACKEND_DESCRIPTOR)) return set_parts(descriptor, row, count, elements);
    return fake_put(descriptor, name, type, count, elements);
}

// Descriptors are results of others by taking the place of what was created for them.
static int get_parts(const struct fake_cudnn_attribute *attribute, int64_t count, void **handles) {
    for (int64_t i = 0; i < count; i++) {
        struct place *place = handles[i] ? fake_find(fake_cudnn_descriptor, handles[i]) : NULL;
        struct fake_cudnn_descriptor *part = ((struct fake_cudnn_descriptor **)attribute->elements)[i];
        if (!place || place->descriptor->kind != part->kind) {
            fake_note_misuse("result %d has no descriptor of kind %d to replace", (int)i, part->kind);
            return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "element %d is not of kind %d", (int)i, part->kind);
        }
        part->references++;
        fake_release_descriptor(place->descriptor);
        place->descriptor = part;
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int get(struct fake_cudnn_descriptor *descriptor, int name, int type, int64_t requested, int64_t *count,
    void *elements) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    static const char no = 0;
    const struct fake_cudnn_attribute unset = {name, TYPE(BOOLEAN), 1, (void *)&no, false};
    bool is_flag = name == ATTRIBUTE(TENSOR_IS_VIRTUAL) || name == ATTRIBUTE(TENSOR_IS_BY_VALUE);
    if (!attribute && is_flag && descriptor->kind == KIND(TENSOR)) attribute = &unset;
    if (!descriptor->is_finalized) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_INITIALIZED, "attribute %d of what is not finalized", name);
    }
    if (!attribute) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "there is no attribute %d", name);
    if (attribute->type != type) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "attribute %d is of type %d, and not %d", name,
            attribute->type, type);
    }
    if (requested < 0 || (requested > 0 && !elements)) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "attribute %d has no place for its elements", name);
    }
    if (requested == 0) {
        // cuDNN counts candidates here that turn out not to fit, and are not among the results.
        if (count) *count = attribute->count + (name == ATTRIBUTE(ENGINEHEUR_RESULTS));
        return FOVEA_CUDNN_STATUS_SUCCESS;
    }
    if (type == TYPE(CHAR) && requested < attribute->count) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, "the text has %lld bytes", (long long)attribute->count);
    }
    int64_t given = requested < attribute->count ? requested : attribute->count;
    if (count) *count = given;
    if (type == TYPE(BACKEND_DESCRIPTOR)) return get_parts(attribute, given, elements);
    if (given > 0) memcpy(elements, attribute->elements, size_of(type) * (size_t)given);
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

// What a planned failure gives as its reason.
static int enter(enum fake_call call) {
    int code = fake_enter(call, fake_needs_nothing);
    return code ? fake_cudnn_error(code, "this failure was planned") : code;
}

static struct fake_cudnn_descriptor *find(const void *handle, int *code) {
    if (*code) return NULL;
    struct fake_cudnn_descriptor *descriptor = handle ? fake_descriptor_of(handle) : NULL;
    int reason = handle ? FOVEA_CUDNN_STATUS_BAD_PARAM : FOVEA_CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (!descriptor) *code = fake_cudnn_error(reason, "%p is not a descriptor", handle);
    return descriptor;
}

static int fake_cudnnBackendCreateDescriptor(int type, void **descriptor) {
    int code = enter(fake_number_cudnnBackendCreateDescriptor);
    bool is_known = false;
    for (int i = 0; i < row_count; i++) is_known = is_known || rows[i].kind == type;
    if (!code && !is_known) {
        code = fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake has no descriptors of kind %d", type);
    }
    if (!code) {
        struct place *place = malloc(sizeof *place);
        if (place) place->descriptor = fake_new_descriptor(type);
        *descriptor = fake_add(fake_cudnn_descriptor, place);
        if (!*descriptor) code = FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    }
    return FAKE_LEAVE(cudnnBackendCreateDescriptor, code);
}

static int fake_cudnnBackendDestroyDescriptor(void *handle) {
    int code = enter(fake_number_cudnnBackendDestroyDescriptor);
    struct fake_cudnn_descriptor *descriptor = find(handle, &code);
    if (descriptor) {
        fake_release_descriptor(descriptor);
        fake_remove(handle);
    }
    return FAKE_LEAVE(cudnnBackendDestroyDescriptor, code);
}

static int fake_cudnnBackendSetAttribute(void *handle, int name, int type, int64_t count, const void *elements) {
    int code = enter(fake_number_cudnnBackendSetAttribute);
    struct fake_cudnn_descriptor *descriptor = find(handle, &code);
    if (descriptor) code = set(descriptor, name, type, count, elements);
    return FAKE_LEAVE(cudnnBackendSetAttribute, code);
}

static int fake_cudnnBackendGetAttribute(
    void *handle, int name, int type, int64_t requested, int64_t *count, void *elements) {
    int code = enter(fake_number_cudnnBackendGetAttribute);
    struct fake_cudnn_descriptor *descriptor = find(handle, &code);
    if (descriptor) code = get(descriptor, name, type, requested, count, elements);
    return FAKE_LEAVE(cudnnBackendGetAttribute, code);
}

static int fake_cudnnBackendFinalize(void *handle) {
    int code = enter(fake_number_cudnnBackendFinalize);
    struct fake_cudnn_descriptor *descriptor = find(handle, &code);
    if (descriptor) code = fake_finalize(descriptor);
    return FAKE_LEAVE(cudnnBackendFinalize, code);
}

static void fake_cudnnGetLastErrorString(char *text, size_t size) {
    FAKE_ENTER(cudnnGetLastErrorString, fake_needs_nothing);
    if (text && size > 0) snprintf(text, size, "%s", last_error);
    last_error[0] = 0;
    FAKE_LEAVE(cudnnGetLastErrorString, fake_success);
}

void fake_fill_descriptors(struct fovea_cudnn *calls) {
    calls->cudnnBackendCreateDescriptor = fake_cudnnBackendCreateDescriptor;
    calls->cudnnBackendDestroyDescriptor = fake_cudnnBackendDestroyDescriptor;
    calls->cudnnBackendSetAttribute = fake_cudnnBackendSetAttribute;
    calls->cudnnBackendGetAttribute = fake_cudnnBackendGetAttribute;
    calls->cudnnBackendFinalize = fake_cudnnBackendFinalize;
    calls->cudnnGetLastErrorString = fake_cudnnGetLastErrorString;
}
