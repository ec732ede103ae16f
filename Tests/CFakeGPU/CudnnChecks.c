// What the fake cuDNN demands of descriptors before it finalizes them. It is stricter than cuDNN, which lets much pass
// for which it later finds no engine.
#define _GNU_SOURCE
#include "Cudnn.h"

#define KIND(name) FOVEA_CUDNN_DESCRIPTOR_##name
#define ATTRIBUTE(name) FOVEA_CUDNN_ATTR_##name

static int refuse(const char *reason) { return fake_cudnn_error(FOVEA_CUDNN_STATUS_BAD_PARAM, "%s", reason); }

static int lacks(const struct fake_cudnn_descriptor *descriptor, const int *names, int count) {
    for (int i = 0; i < count; i++) {
        const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, names[i]);
        if (!attribute || attribute->count == 0) {
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM, "a descriptor of kind %d lacks attribute %d", descriptor->kind, names[i]);
        }
        if (attribute->holds_unfinalized) {
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM, "attribute %d was not finalized when it was set", names[i]);
        }
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}
#define LACKS(descriptor, ...)                                                                                         \
    lacks(descriptor, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static const int64_t *numbers(const struct fake_cudnn_descriptor *descriptor, int name, int64_t *count) {
    const struct fake_cudnn_attribute *attribute = fake_attribute(descriptor, name);
    *count = attribute->count;
    return attribute->elements;
}

static bool are_at_least(const int64_t *values, int64_t count, int64_t limit) {
    for (int64_t i = 0; i < count; i++) {
        if (values[i] < limit) return false;
    }
    return true;
}

static int check_tensor(const struct fake_cudnn_descriptor *tensor) {
    int code = LACKS(
        tensor, ATTRIBUTE(TENSOR_DATA_TYPE), ATTRIBUTE(TENSOR_DIMENSIONS), ATTRIBUTE(TENSOR_STRIDES),
        ATTRIBUTE(TENSOR_UNIQUE_ID), ATTRIBUTE(TENSOR_BYTE_ALIGNMENT));
    if (code) return code;
    int64_t rank, stride_count;
    const int64_t *dimensions = numbers(tensor, ATTRIBUTE(TENSOR_DIMENSIONS), &rank);
    const int64_t *strides = numbers(tensor, ATTRIBUTE(TENSOR_STRIDES), &stride_count);
    if (rank != stride_count) return refuse("a tensor has not as many strides as dimensions");
    if (!are_at_least(dimensions, rank, 1) || !are_at_least(strides, rank, 1)) {
        return refuse("a tensor's dimension or stride is below 1");
    }
    int64_t alignment = fake_number(tensor, ATTRIBUTE(TENSOR_BYTE_ALIGNMENT), 0);
    int64_t size = (int64_t)fake_element_size(fake_number(tensor, ATTRIBUTE(TENSOR_DATA_TYPE), -1));
    bool is_aligned = size == 0 || (alignment > 0 && alignment % size == 0);
    return is_aligned ? FOVEA_CUDNN_STATUS_SUCCESS : refuse("a tensor's alignment does not fit its type");
}

static int check_convolution(const struct fake_cudnn_descriptor *convolution) {
    static const int lists[] = {
        ATTRIBUTE(CONVOLUTION_PRE_PADDINGS), ATTRIBUTE(CONVOLUTION_POST_PADDINGS), ATTRIBUTE(CONVOLUTION_DILATIONS),
        ATTRIBUTE(CONVOLUTION_FILTER_STRIDES)};
    int code = LACKS(
        convolution, ATTRIBUTE(CONVOLUTION_COMP_TYPE), ATTRIBUTE(CONVOLUTION_CONV_MODE),
        ATTRIBUTE(CONVOLUTION_SPATIAL_DIMS), lists[0], lists[1], lists[2], lists[3]);
    if (code) return code;
    int64_t spatial = fake_number(convolution, ATTRIBUTE(CONVOLUTION_SPATIAL_DIMS), 0);
    if (spatial < 1 || spatial > fake_spatial_limit) return refuse("a convolution has from 1 to 3 spatial dimensions");
    for (int i = 0; i < 4; i++) {
        int64_t count;
        const int64_t *values = numbers(convolution, lists[i], &count);
        if (count != spatial) return refuse("a convolution's lists differ in length from its spatial dimensions");
        if (!are_at_least(values, count, i < 2 ? 0 : 1)) return refuse("a padding or stride is too small");
    }
    if (fake_number(convolution, ATTRIBUTE(CONVOLUTION_CONV_MODE), 0) != FOVEA_CUDNN_MODE_CROSS_CORRELATION) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake does not flip filters");
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int check_convolution_operation(const struct fake_cudnn_descriptor *operation, const int *names) {
    int code = lacks(operation, names, 4);
    if (code) return code;
    const struct fake_cudnn_descriptor *convolution = fake_part(operation, names[0], 0);
    int64_t ranks[3], spatial = fake_number(convolution, ATTRIBUTE(CONVOLUTION_SPATIAL_DIMS), 0), unused;
    const int64_t *dimensions[3];
    for (int i = 0; i < 3; i++) {
        dimensions[i] = numbers(fake_part(operation, names[i + 1], 0), ATTRIBUTE(TENSOR_DIMENSIONS), &ranks[i]);
        if (ranks[i] != spatial + 2) return refuse("a convolution's tensor has another rank than it");
    }
    const int64_t *x = dimensions[0], *w = dimensions[1], *y = dimensions[2];
    if (x[1] % w[1] != 0 || w[0] % (x[1] / w[1]) != 0) return refuse("a filter's channels do not divide those of x");
    if (x[0] != y[0] || w[0] != y[1]) return refuse("y has other images or channels than x and the filter give");
    const int64_t *pre = numbers(convolution, ATTRIBUTE(CONVOLUTION_PRE_PADDINGS), &unused);
    const int64_t *post = numbers(convolution, ATTRIBUTE(CONVOLUTION_POST_PADDINGS), &unused);
    const int64_t *dilations = numbers(convolution, ATTRIBUTE(CONVOLUTION_DILATIONS), &unused);
    const int64_t *strides = numbers(convolution, ATTRIBUTE(CONVOLUTION_FILTER_STRIDES), &unused);
    for (int64_t i = 0; i < spatial; i++) {
        int64_t free = x[i + 2] + pre[i] + post[i] - dilations[i] * (w[i + 2] - 1) - 1;
        if (free < 0 || free / strides[i] + 1 != y[i + 2]) {
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM, "spatial dimension %d of y is %lld", (int)i, (long long)y[i + 2]);
        }
    }
    if (fake_float(operation, names[4], 1) != 1 || fake_float(operation, names[5], 0) != 0) {
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake has alpha of 1 and beta of 0 only");
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int check_pointwise(const struct fake_cudnn_descriptor *pointwise) {
    int code = LACKS(pointwise, ATTRIBUTE(POINTWISE_MODE), ATTRIBUTE(POINTWISE_MATH_PREC));
    if (code) return code;
    switch (fake_number(pointwise, ATTRIBUTE(POINTWISE_MODE), -1)) {
    case FOVEA_CUDNN_POINTWISE_ADD:
    case FOVEA_CUDNN_POINTWISE_MUL:
    case FOVEA_CUDNN_POINTWISE_SUB:
    case FOVEA_CUDNN_POINTWISE_IDENTITY:
    case FOVEA_CUDNN_POINTWISE_RELU_FWD:
    case FOVEA_CUDNN_POINTWISE_RELU_BWD: return FOVEA_CUDNN_STATUS_SUCCESS;
    default: return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake lacks this pointwise mode");
    }
}

// Whether a tensor has a result's dimensions, or also 1 in place of some.
static bool fits(
    const struct fake_cudnn_descriptor *tensor, const struct fake_cudnn_descriptor *result, bool may_be_1) {
    int64_t rank, result_rank;
    const int64_t *dimensions = numbers(tensor, ATTRIBUTE(TENSOR_DIMENSIONS), &rank);
    const int64_t *wanted = numbers(result, ATTRIBUTE(TENSOR_DIMENSIONS), &result_rank);
    if (rank != result_rank) return false;
    for (int64_t i = 0; i < rank; i++) {
        if (dimensions[i] != wanted[i] && !(may_be_1 && dimensions[i] == 1)) return false;
    }
    return true;
}

static int check_pointwise_operation(const struct fake_cudnn_descriptor *operation) {
    int code = LACKS(operation, ATTRIBUTE(OPERATION_POINTWISE_PW_DESCRIPTOR));
    if (code) return code;
    const struct fake_cudnn_descriptor *pointwise =
        fake_part(operation, ATTRIBUTE(OPERATION_POINTWISE_PW_DESCRIPTOR), 0);
    int64_t mode = fake_number(pointwise, ATTRIBUTE(POINTWISE_MODE), -1);
    bool is_backward = mode == FOVEA_CUDNN_POINTWISE_RELU_BWD;
    bool is_unary = mode == FOVEA_CUDNN_POINTWISE_RELU_FWD || mode == FOVEA_CUDNN_POINTWISE_IDENTITY;
    int names[3] = {
        is_backward ? ATTRIBUTE(OPERATION_POINTWISE_DXDESC) : ATTRIBUTE(OPERATION_POINTWISE_YDESC),
        is_backward ? ATTRIBUTE(OPERATION_POINTWISE_DYDESC) : ATTRIBUTE(OPERATION_POINTWISE_XDESC),
        is_backward ? ATTRIBUTE(OPERATION_POINTWISE_XDESC) : ATTRIBUTE(OPERATION_POINTWISE_BDESC)};
    if ((code = lacks(operation, names, is_unary ? 2 : 3))) return code;
    const struct fake_cudnn_descriptor *result = fake_part(operation, names[0], 0);
    if (!fits(fake_part(operation, names[1], 0), result, false)) {
        return refuse("the first tensor of a pointwise operation has not the result's dimensions");
    }
    if (!is_unary && !fits(fake_part(operation, names[2], 0), result, true)) {
        return refuse("the second tensor of a pointwise operation cannot be broadcast to its result");
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

static int check_reduction_operation(const struct fake_cudnn_descriptor *operation) {
    int code = LACKS(
        operation, ATTRIBUTE(OPERATION_REDUCTION_DESC), ATTRIBUTE(OPERATION_REDUCTION_XDESC),
        ATTRIBUTE(OPERATION_REDUCTION_YDESC));
    if (code) return code;
    const struct fake_cudnn_descriptor *x = fake_part(operation, ATTRIBUTE(OPERATION_REDUCTION_XDESC), 0);
    bool is_valid = fits(fake_part(operation, ATTRIBUTE(OPERATION_REDUCTION_YDESC), 0), x, true);
    return is_valid ? FOVEA_CUDNN_STATUS_SUCCESS : refuse("a reduction's result does not fit its operand");
}

static int check_pack(const struct fake_cudnn_descriptor *pack) {
    int code = LACKS(pack, ATTRIBUTE(VARIANT_PACK_UNIQUE_IDS), ATTRIBUTE(VARIANT_PACK_DATA_POINTERS));
    if (code) return code;
    int64_t count, pointer_count;
    const int64_t *ids = numbers(pack, ATTRIBUTE(VARIANT_PACK_UNIQUE_IDS), &count);
    numbers(pack, ATTRIBUTE(VARIANT_PACK_DATA_POINTERS), &pointer_count);
    if (count != pointer_count) return refuse("a variant pack has not as many pointers as identifiers");
    for (int64_t i = 0; i < count; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (ids[i] != ids[j]) continue;
            return fake_cudnn_error(
                FOVEA_CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "identifier %lld is there twice", (long long)ids[i]);
        }
    }
    return FOVEA_CUDNN_STATUS_SUCCESS;
}

#define NAME(prefix, name) ATTRIBUTE(OPERATION_CONVOLUTION_##prefix##_##name)
#define NAMES(prefix, x, w, y)                                                                                         \
    NAME(prefix, CONV_DESC), NAME(prefix, x), NAME(prefix, w), NAME(prefix, y), NAME(prefix, ALPHA), NAME(prefix, BETA)

int fake_check_descriptor(const struct fake_cudnn_descriptor *descriptor) {
    // The convolution, x, w and y; alpha and beta.
    static const int forward[] = {NAMES(FORWARD, X, W, Y)};
    static const int data[] = {NAMES(BWD_DATA, DX, W, DY)};
    static const int filter[] = {NAMES(BWD_FILTER, X, DW, DY)};
    switch (descriptor->kind) {
    case KIND(TENSOR): return check_tensor(descriptor);
    case KIND(CONVOLUTION): return check_convolution(descriptor);
    case KIND(OPERATION_CONVOLUTION_FORWARD): return check_convolution_operation(descriptor, forward);
    case KIND(OPERATION_CONVOLUTION_BACKWARD_DATA): return check_convolution_operation(descriptor, data);
    case KIND(OPERATION_CONVOLUTION_BACKWARD_FILTER): return check_convolution_operation(descriptor, filter);
    case KIND(POINTWISE): return check_pointwise(descriptor);
    case KIND(OPERATION_POINTWISE): return check_pointwise_operation(descriptor);
    case KIND(REDUCTION): {
        int code = LACKS(descriptor, ATTRIBUTE(REDUCTION_OPERATOR), ATTRIBUTE(REDUCTION_COMP_TYPE));
        if (code || fake_number(descriptor, ATTRIBUTE(REDUCTION_OPERATOR), -1) == FOVEA_CUDNN_REDUCE_ADD) return code;
        return fake_cudnn_error(FOVEA_CUDNN_STATUS_NOT_SUPPORTED, "the fake has sums only");
    }
    case KIND(OPERATION_REDUCTION): return check_reduction_operation(descriptor);
    case KIND(OPERATIONGRAPH): return LACKS(descriptor, ATTRIBUTE(OPERATIONGRAPH_OPS));
    case KIND(VARIANT_PACK): return check_pack(descriptor);
    default: return FOVEA_CUDNN_STATUS_SUCCESS;
    }
}
