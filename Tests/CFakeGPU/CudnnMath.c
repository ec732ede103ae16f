// What the plans of the fake cuDNN compute. Each tensor is unpacked into floats with its second dimension innermost,
// the channels, so that the loops of convolutions run over what lies side by side.
#define _GNU_SOURCE
#include "Cudnn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(name) FOVEA_CUDNN_DESCRIPTOR_##name

size_t fake_element_size(int64_t type) {
    if (type == FOVEA_CUDNN_DATA_FLOAT) return 4;
    return type == FOVEA_CUDNN_DATA_BFLOAT16 ? 2 : 0;
}

static float float_of(int64_t bits) {
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

float fake_widen(uint16_t value) { return float_of((int64_t)value << 16); }

// To the nearest, and of two to the even one.
uint16_t fake_narrow(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static int64_t element_count(const struct fake_cudnn_tensor *tensor) {
    int64_t count = 1;
    for (int64_t i = 0; i < tensor->rank; i++) count *= tensor->dimensions[i];
    return count;
}

// The dimensions from the outermost of the unpacked floats to the innermost.
static int64_t dimension_at(const struct fake_cudnn_tensor *tensor, int64_t level) {
    if (tensor->rank < 3 || level == 0) return level;
    return level == tensor->rank - 1 ? 1 : level + 1;
}

static void count_up(const struct fake_cudnn_tensor *tensor, int64_t *indices) {
    for (int64_t level = tensor->rank - 1; level >= 0; level--) {
        int64_t dimension = dimension_at(tensor, level);
        if (++indices[dimension] < tensor->dimensions[dimension]) return;
        indices[dimension] = 0;
    }
}

// The strides of a tensor's floats; 0 for dimensions of 1, along which they are broadcast.
static void find_strides(const struct fake_cudnn_tensor *tensor, int64_t *strides) {
    int64_t stride = 1;
    for (int64_t level = tensor->rank - 1; level >= 0; level--) {
        int64_t dimension = dimension_at(tensor, level);
        strides[dimension] = tensor->dimensions[dimension] == 1 ? 0 : stride;
        stride *= tensor->dimensions[dimension];
    }
}

static int64_t place_of(const int64_t *indices, const int64_t *strides, int64_t rank) {
    int64_t place = 0;
    for (int64_t i = 0; i < rank; i++) place += indices[i] * strides[i];
    return place;
}

static void unpack(const struct fake_cudnn_tensor *tensor, const void *memory, float *values) {
    int64_t indices[fake_rank_limit] = {0}, count = element_count(tensor);
    for (int64_t i = 0; i < count; i++, count_up(tensor, indices)) {
        int64_t place = place_of(indices, tensor->strides, tensor->rank);
        bool is_float = tensor->type == FOVEA_CUDNN_DATA_FLOAT;
        values[i] = is_float ? ((const float *)memory)[place] : fake_widen(((const uint16_t *)memory)[place]);
    }
}

static void pack(const struct fake_cudnn_tensor *tensor, const float *values, void *memory) {
    int64_t indices[fake_rank_limit] = {0}, count = element_count(tensor);
    for (int64_t i = 0; i < count; i++, count_up(tensor, indices)) {
        int64_t place = place_of(indices, tensor->strides, tensor->rank);
        if (tensor->type == FOVEA_CUDNN_DATA_FLOAT) ((float *)memory)[place] = values[i];
        else ((uint16_t *)memory)[place] = fake_narrow(values[i]);
    }
}

struct geometry {
    int64_t images, channels, filters, group_channels, group_filters;
    int64_t x[fake_spatial_limit], w[fake_spatial_limit], y[fake_spatial_limit];
    int64_t padding[fake_spatial_limit], dilation[fake_spatial_limit], stride[fake_spatial_limit];
};

// With three spatial dimensions, the first of which may be 1.
static struct geometry geometry_of(const struct fake_cudnn_tensor *x, const struct fake_cudnn_tensor *w,
    const struct fake_cudnn_tensor *y, const struct fake_cudnn_operation *operation) {
    struct geometry geometry = {
        .images = x->dimensions[0], .channels = x->dimensions[1], .filters = w->dimensions[0],
        .group_channels = w->dimensions[1],
        .group_filters = w->dimensions[0] / (x->dimensions[1] / w->dimensions[1])};
    int64_t missing = fake_spatial_limit + 2 - x->rank;
    for (int64_t i = 0; i < fake_spatial_limit; i++) {
        bool is_there = i >= missing;
        int64_t from = i - missing;
        geometry.x[i] = is_there ? x->dimensions[from + 2] : 1;
        geometry.w[i] = is_there ? w->dimensions[from + 2] : 1;
        geometry.y[i] = is_there ? y->dimensions[from + 2] : 1;
        geometry.padding[i] = is_there ? operation->pre_paddings[from] : 0;
        geometry.dilation[i] = is_there ? operation->dilations[from] : 1;
        geometry.stride[i] = is_there ? operation->strides[from] : 1;
    }
    return geometry;
}

static void split(int64_t index, const int64_t *dimensions, int64_t *indices) {
    for (int i = fake_spatial_limit - 1; i >= 0; i--) {
        indices[i] = index % dimensions[i];
        index /= dimensions[i];
    }
}

static int64_t volume(const int64_t *dimensions) { return dimensions[0] * dimensions[1] * dimensions[2]; }

// Where in x a filter's tap lies that gives a place of y; -1 in the padding.
static int64_t tap(const struct geometry *geometry, int64_t y_index, int64_t w_index) {
    int64_t y[fake_spatial_limit], w[fake_spatial_limit], place = 0;
    split(y_index, geometry->y, y);
    split(w_index, geometry->w, w);
    for (int i = 0; i < fake_spatial_limit; i++) {
        int64_t x = y[i] * geometry->stride[i] - geometry->padding[i] + w[i] * geometry->dilation[i];
        if (x < 0 || x >= geometry->x[i]) return -1;
        place = place * geometry->x[i] + x;
    }
    return place;
}

// The pixels of y in order, and for each the taps: what is summed into one number is always summed in this order.
static void convolve(const struct geometry *geometry, int64_t kind, float *x, float *w, float *y) {
    int64_t x_size = volume(geometry->x), w_size = volume(geometry->w), y_size = volume(geometry->y);
    int64_t channels = geometry->group_channels;
    for (int64_t pixel = 0; pixel < geometry->images * y_size; pixel++) {
        for (int64_t t = 0; t < w_size; t++) {
            int64_t place = tap(geometry, pixel % y_size, t);
            if (place < 0) continue;
            float *image = x + (pixel / y_size * x_size + place) * geometry->channels;
            for (int64_t filter = 0; filter < geometry->filters; filter++) {
                float *values = image + filter / geometry->group_filters * channels;
                float *weights = w + (filter * w_size + t) * channels;
                float *result = y + pixel * geometry->filters + filter;
                if (kind == KIND(OPERATION_CONVOLUTION_FORWARD)) {
                    float sum = 0;
                    for (int64_t i = 0; i < channels; i++) sum += values[i] * weights[i];
                    *result += sum;
                } else if (kind == KIND(OPERATION_CONVOLUTION_BACKWARD_DATA)) {
                    for (int64_t i = 0; i < channels; i++) values[i] += *result * weights[i];
                } else {
                    for (int64_t i = 0; i < channels; i++) weights[i] += *result * values[i];
                }
            }
        }
    }
}

static void run_convolution(const struct fake_cudnn_graph *graph, const struct fake_cudnn_operation *operation,
    float *const *values) {
    int64_t first = operation->inputs[0], second = operation->inputs[1], x = first, w = second, y = operation->output;
    if (operation->kind == KIND(OPERATION_CONVOLUTION_BACKWARD_DATA)) x = operation->output, y = first;
    if (operation->kind == KIND(OPERATION_CONVOLUTION_BACKWARD_FILTER)) x = second, w = operation->output, y = first;
    const struct fake_cudnn_tensor *tensors = graph->tensors;
    struct geometry geometry = geometry_of(&tensors[x], &tensors[w], &tensors[y], operation);
    convolve(&geometry, operation->kind, values[x], values[w], values[y]);
}

// NaN stays NaN, unless a test wants it to be lost.
static float apply(const struct fake_cudnn_operation *operation, float first, float second) {
    float lower = float_of(operation->lower_clip), upper = float_of(operation->upper_clip);
    float slope = float_of(operation->slope);
    switch (operation->mode) {
    case FOVEA_CUDNN_POINTWISE_ADD: return first + second;
    case FOVEA_CUDNN_POINTWISE_SUB: return first - second;
    case FOVEA_CUDNN_POINTWISE_MUL: return first * second;
    case FOVEA_CUDNN_POINTWISE_RELU_FWD:
        if (first != first && fake_settings()->rectifiers_lose_nan) return lower;
        if (first <= lower) return lower + slope * (first - lower);
        return first >= upper ? upper : first;
    // The first is the result's gradient.
    case FOVEA_CUDNN_POINTWISE_RELU_BWD:
        if (second <= lower) return slope * first;
        return second >= upper ? 0 : first;
    default: return first;
    }
}

// Over the larger of the tensors: a reduction's operand, else the result.
static void run_elements(const struct fake_cudnn_graph *graph, const struct fake_cudnn_operation *operation,
    float *const *values) {
    bool reduces = operation->kind == KIND(OPERATION_REDUCTION);
    int64_t first = operation->inputs[0], second = operation->inputs[1];
    const struct fake_cudnn_tensor *result = &graph->tensors[operation->output], *whole = &graph->tensors[first];
    int64_t strides[3][fake_rank_limit] = {{0}}, indices[fake_rank_limit] = {0}, count = element_count(whole);
    find_strides(whole, strides[0]);
    if (second >= 0) find_strides(&graph->tensors[second], strides[1]);
    find_strides(result, strides[2]);
    for (int64_t i = 0; i < count; i++, count_up(whole, indices)) {
        float value = values[first][place_of(indices, strides[0], whole->rank)];
        float other = second >= 0 ? values[second][place_of(indices, strides[1], whole->rank)] : 0;
        float *place = &values[operation->output][place_of(indices, strides[2], whole->rank)];
        *place = reduces ? *place + value : apply(operation, value, other);
    }
}

static void run_operation(const struct fake_cudnn_graph *graph, const struct fake_cudnn_operation *operation,
    float *const *values) {
    bool is_pointwise = operation->kind == KIND(OPERATION_POINTWISE);
    if (is_pointwise || operation->kind == KIND(OPERATION_REDUCTION)) run_elements(graph, operation, values);
    else run_convolution(graph, operation, values);
    const struct fake_cudnn_tensor *result = &graph->tensors[operation->output];
    if (result->type != FOVEA_CUDNN_DATA_BFLOAT16) return;
    int64_t count = element_count(result);
    float *rounded = values[operation->output];
    for (int64_t i = 0; i < count; i++) rounded[i] = fake_widen(fake_narrow(rounded[i]));
}

static bool check_memory(const struct fake_cudnn_graph *graph, const struct fake_work *work) {
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        const struct fake_cudnn_tensor *tensor = &graph->tensors[i];
        if (tensor->is_virtual) continue;
        int64_t last = 0;
        for (int64_t d = 0; d < tensor->rank; d++) last += (tensor->dimensions[d] - 1) * tensor->strides[d];
        char use[64];
        snprintf(use, sizeof use, "tensor %lld of a plan of cuDNN has", (long long)tensor->id);
        size_t count = (size_t)(last + 1) * fake_element_size(tensor->type);
        if (!fake_check_range(work->arguments.pointers[i], count, use)) return false;
    }
    return work->count == 0 || fake_check_range(work->address, work->count, "the workspace of a plan of cuDNN has");
}

// Engines leave anything in the workspace: what overlaps with it has to be noticed.
static void soil_workspace(const struct fake_work *work) {
    if (work->count > 0) memset((void *)(uintptr_t)work->address, 0xFF, work->count);
}

bool fake_compute_graph(const struct fake_work *work) {
    const struct fake_cudnn_graph *graph = &work->program->graph;
    if (!check_memory(graph, work)) return false;
    soil_workspace(work);
    float *values[fake_tensor_limit] = {NULL};
    bool is_result[fake_tensor_limit] = {false};
    for (int64_t i = 0; i < graph->operation_count; i++) is_result[graph->operations[i].output] = true;
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        const struct fake_cudnn_tensor *tensor = &graph->tensors[i];
        values[i] = calloc((size_t)element_count(tensor), sizeof(float));
        if (!values[i]) abort();
        if (!is_result[i]) unpack(tensor, (const void *)(uintptr_t)work->arguments.pointers[i], values[i]);
    }
    for (int64_t i = 0; i < graph->operation_count; i++) run_operation(graph, &graph->operations[i], values);
    for (int64_t i = 0; i < graph->tensor_count; i++) {
        const struct fake_cudnn_tensor *tensor = &graph->tensors[i];
        void *memory = (void *)(uintptr_t)work->arguments.pointers[i];
        if (is_result[i] && !tensor->is_virtual) pack(tensor, values[i], memory);
        free(values[i]);
    }
    soil_workspace(work);
    return true;
}
