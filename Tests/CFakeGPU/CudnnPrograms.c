// What the graphs of the fake cuDNN compute, as numbers that can be written and read.
#define _GNU_SOURCE
#include "Cudnn.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(name) FOVEA_CUDNN_DESCRIPTOR_##name
#define ATTRIBUTE(name) FOVEA_CUDNN_ATTR_##name

void fake_retain_program(struct fake_cudnn_program *program) {
    if (program) program->references++;
}

void fake_release_program(struct fake_cudnn_program *program) {
    if (program && --program->references == 0) free(program);
}

struct fake_cudnn_program *fake_copy_program(const struct fake_cudnn_program *program, int64_t engine, int64_t device) {
    struct fake_cudnn_program *copy = malloc(sizeof *copy);
    if (!copy) return NULL;
    *copy = *program;
    copy->references = 1;
    copy->graph.engine = engine;
    copy->graph.device = device;
    return copy;
}

static void copy_numbers(const struct fake_cudnn_descriptor *descriptor, int name, int64_t *numbers) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    memcpy(numbers, attribute->elements, (size_t)attribute->count * sizeof *numbers);
}

// The place of a tensor, which is added if no other has its identifier; -1 with the code where that does not go.
static int64_t place_of(struct fake_cudnn_graph *graph, const struct fake_cudnn_descriptor *descriptor, int *code) {
    if (*code || !descriptor) return -1;
    struct fake_cudnn_tensor tensor = {
        .id = fake_number(descriptor, ATTRIBUTE(TENSOR_UNIQUE_ID), 0),
        .type = fake_number(descriptor, ATTRIBUTE(TENSOR_DATA_TYPE), 0),
        .rank = fake_attribute(descriptor, ATTRIBUTE(TENSOR_DIMENSIONS))->count,
        .is_virtual = fake_number(descriptor, ATTRIBUTE(TENSOR_IS_VIRTUAL), 0) != 0,
        .alignment = fake_number(descriptor, ATTRIBUTE(TENSOR_BYTE_ALIGNMENT), 1),
    };
    copy_numbers(descriptor, ATTRIBUTE(TENSOR_DIMENSIONS), tensor.dimensions);
    copy_numbers(descriptor, ATTRIBUTE(TENSOR_STRIDES), tensor.strides);
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        if (graph->tensors[i].id != tensor.id) continue;
        if (memcmp(&graph->tensors[i], &tensor, sizeof tensor) == 0) return i;
        *code = fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "different tensors have identifier %lld",
            (long long)tensor.id);
        return -1;
    }
    if (graph->tensor_count == fake_tensor_limit) {
        *code = fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake has graphs of 16 tensors at most");
        return -1;
    }
    graph->tensors[graph->tensor_count] = tensor;
    return graph->tensor_count++;
}

static int64_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static int read_operation(struct fake_cudnn_graph *graph, const struct fake_cudnn_descriptor *descriptor,
    struct fake_cudnn_operation *operation) {
    int names[3] = {0}, convolution_name = 0;
    *operation = (struct fake_cudnn_operation){.kind = descriptor->kind};
    switch (descriptor->kind) {
#define NAMES(name, first, second, result)                                                                             \
    names[0] = ATTRIBUTE(name##_##first), names[1] = ATTRIBUTE(name##_##second), names[2] = ATTRIBUTE(name##_##result)
    case KIND(OPERATION_CONVOLUTION_FORWARD):
        NAMES(OPERATION_CONVOLUTION_FORWARD, X, W, Y);
        convolution_name = ATTRIBUTE(OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
        break;
    case KIND(OPERATION_CONVOLUTION_BACKWARD_DATA):
        NAMES(OPERATION_CONVOLUTION_BWD_DATA, DY, W, DX);
        convolution_name = ATTRIBUTE(OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC);
        break;
    case KIND(OPERATION_CONVOLUTION_BACKWARD_FILTER):
        NAMES(OPERATION_CONVOLUTION_BWD_FILTER, DY, X, DW);
        convolution_name = ATTRIBUTE(OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC);
        break;
    case KIND(OPERATION_REDUCTION): NAMES(OPERATION_REDUCTION, XDESC, XDESC, YDESC); break;
    default: {
        const struct fake_cudnn_descriptor *pointwise =
            fake_part(descriptor, ATTRIBUTE(OPERATION_POINTWISE_PW_DESCRIPTOR), 0);
        operation->mode = fake_number(pointwise, ATTRIBUTE(POINTWISE_MODE), 0);
        operation->lower_clip = bits_of(fake_float(pointwise, ATTRIBUTE(POINTWISE_RELU_LOWER_CLIP), 0));
        operation->upper_clip = bits_of(fake_float(pointwise, ATTRIBUTE(POINTWISE_RELU_UPPER_CLIP), FLT_MAX));
        operation->slope = bits_of(fake_float(pointwise, ATTRIBUTE(POINTWISE_RELU_LOWER_CLIP_SLOPE), 0));
        if (operation->mode == FOVEA_CUDNN_POINTWISE_RELU_BWD) NAMES(OPERATION_POINTWISE, DYDESC, XDESC, DXDESC);
        else NAMES(OPERATION_POINTWISE, XDESC, BDESC, YDESC);
    }
    }
    const struct fake_cudnn_descriptor *convolution =
        convolution_name ? fake_part(descriptor, convolution_name, 0) : NULL;
    if (convolution) {
        copy_numbers(convolution, ATTRIBUTE(CONVOLUTION_PRE_PADDINGS), operation->pre_paddings);
        copy_numbers(convolution, ATTRIBUTE(CONVOLUTION_DILATIONS), operation->dilations);
        copy_numbers(convolution, ATTRIBUTE(CONVOLUTION_FILTER_STRIDES), operation->strides);
    }
    bool is_unary = operation->mode == FOVEA_CUDNN_POINTWISE_RELU_FWD ||
                    operation->mode == FOVEA_CUDNN_POINTWISE_IDENTITY || descriptor->kind == KIND(OPERATION_REDUCTION);
    int code = FOVEA_CUDNN_STATUS_SUCCESS;
    operation->inputs[0] = place_of(graph, fake_part(descriptor, names[0], 0), &code);
    operation->inputs[1] = is_unary ? -1 : place_of(graph, fake_part(descriptor, names[1], 0), &code);
    operation->output = place_of(graph, fake_part(descriptor, names[2], 0), &code);
    return code;
}

// Puts the operations into an order in which tensors are written before they are read.
static int order(struct fake_cudnn_graph *graph, const struct fake_cudnn_operation *operations, int64_t count) {
    bool waits[fake_tensor_limit] = {false}, read[fake_tensor_limit] = {false}, done[fake_operation_limit] = {false};
    for (int64_t i = 0; i < count; i++) {
        int64_t output = operations[i].output;
        if (waits[output]) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "two operations have one result");
        waits[output] = true;
        for (int j = 0; j < 2; j++) {
            if (operations[i].inputs[j] >= 0) read[operations[i].inputs[j]] = true;
        }
    }
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        if (!graph->tensors[i].is_virtual || waits[i]) continue;
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM, "nothing writes virtual tensor %lld", (long long)graph->tensors[i].id);
    }
    for (bool changes = true; changes;) {
        changes = false;
        for (int64_t i = 0; i < count; i++) {
            const int64_t *inputs = operations[i].inputs;
            if (done[i] || waits[inputs[0]] || (inputs[1] >= 0 && waits[inputs[1]])) continue;
            graph->operations[graph->operation_count++] = operations[i];
            done[i] = changes = true;
            waits[operations[i].output] = false;
        }
    }
    if (graph->operation_count < count) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "the operations wait for each other");
    }
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        if (!graph->tensors[i].is_virtual || read[i]) continue;
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_BAD_PARAM, "nothing reads virtual tensor %lld", (long long)graph->tensors[i].id);
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

int fake_make_program(const struct fake_cudnn_descriptor *descriptor, struct fake_cudnn_program **program) {
    struct fake_cudnn_program *made = calloc(1, sizeof *made);
    if (!made) return FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    made->references = 1;
    struct fake_cudnn_operation operations[fake_operation_limit];
    int64_t count = fake_attribute(descriptor, ATTRIBUTE(OPERATIONGRAPH_OPS))->count;
    int code = FOVEA_CUDNN_STATUS_SUCCESS;
    for (int64_t i = 0; i < count && !code; i++) {
        code = read_operation(&made->graph, fake_part(descriptor, ATTRIBUTE(OPERATIONGRAPH_OPS), i), &operations[i]);
    }
    if (!code) code = order(&made->graph, operations, count);
    if (code) fake_release_program(made);
    else *program = made;
    return code;
}

enum { number_count = sizeof(struct fake_cudnn_graph) / sizeof(int64_t) };
_Static_assert(sizeof(struct fake_cudnn_graph) % sizeof(int64_t) == 0, "a graph is nothing but numbers");

// With this at the end a text that was damaged is noticed, as far as it still has the form.
static uint64_t checksum(const int64_t *numbers) {
    uint64_t sum = 14695981039346656037u;
    for (int i = 0; i < number_count; i++) sum = (sum ^ (uint64_t)numbers[i]) * 1099511628211u;
    return sum;
}

char *fake_program_text(const struct fake_cudnn_program *program) {
    const int64_t *numbers = (const int64_t *)&program->graph;
    size_t room = number_count * 22 + 128;
    char *text = malloc(room);
    if (!text) return NULL;
    size_t length = (size_t)snprintf(
        text, room, "{\"cudnnVersion\":%d,\"sum\":\"%016llx\",\"graph\":[", fake_cudnn_version,
        (unsigned long long)checksum(numbers));
    // Most numbers are zeros: what is written is a place and a number for each of the others.
    const char *comma = "";
    for (int i = 0; i < number_count; i++) {
        if (numbers[i] == 0) continue;
        length += (size_t)snprintf(text + length, room - length, "%s%d,%lld", comma, i, (long long)numbers[i]);
        comma = ",";
    }
    snprintf(text + length, room - length, "]}");
    return text;
}

static const char *after(const char *text, const char *key) {
    const char *found = strstr(text, key);
    return found ? found + strlen(key) : NULL;
}

static int read_text(const char *text, int64_t *numbers) {
    const char *version = after(text, "\"cudnnVersion\":"), *sum = after(text, "\"sum\":\"");
    const char *at = after(text, "\"graph\":[");
    if (!version || !sum || !at) return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "the plan's text lacks a key");
    if (strtol(version, NULL, 10) != fake_cudnn_version) {
        return fake_cudnn_error(
            FOVEA_CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH, "the plan's text is of version %.8s", version);
    }
    for (bool is_more = true; is_more;) {
        char *end = NULL;
        long place = strtol(at, &end, 10);
        if (end == at || *end != ',' || place < 0 || place >= number_count) break;
        at = end + 1;
        numbers[place] = strtoll(at, &end, 10);
        if (end == at) break;
        is_more = *end == ',';
        at = end + is_more;
    }
    if (strcmp(at, "]}") != 0 || strtoull(sum, NULL, 16) != checksum(numbers)) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "the plan's text is damaged");
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

int fake_read_program(const char *text, size_t length, struct fake_cudnn_program **program) {
    struct fake_cudnn_program *read = calloc(1, sizeof *read);
    char *copy = strndup(text, length);
    int code = FOVEA_CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    if (read && copy) {
        read->references = 1;
        code = read_text(copy, (int64_t *)&read->graph);
    }
    free(copy);
    if (code) free(read);
    else *program = read;
    return code;
}
