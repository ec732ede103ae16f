#include "Primitives.h"

#include <stddef.h>

static const dnnl_memory_desc_t *if_present(const dnnl_memory_desc_t *descriptor) {
    return descriptor->ndims == 0 ? NULL : descriptor;
}

static dnnl_status_t make(
    fovea_context context, dnnl_status_t status, const void *operation, const_dnnl_primitive_desc_t forward,
    dnnl_primitive_desc_t *made) {
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(made, operation, context.attributes, context.engine, forward);
}

dnnl_status_t fovea_make_attributes(
    fovea_context context, bool adds_to_result, dnnl_alg_kind_t activation, float alpha, float beta,
    dnnl_primitive_attr_t *made) {
    dnnl_status_t status = dnnl_primitive_attr_clone(made, context.attributes);
    if (status != dnnl_success) return status;
    dnnl_post_ops_t following = NULL;
    status = dnnl_post_ops_create(&following);
    if (status == dnnl_success && adds_to_result) status = dnnl_post_ops_append_sum(following, 1);
    if (status == dnnl_success && activation != dnnl_alg_kind_undef) {
        status = dnnl_post_ops_append_eltwise(following, 1, activation, alpha, beta);
    }
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*made, following);
    if (following != NULL) dnnl_post_ops_destroy(following);
    return status;
}

dnnl_status_t fovea_matrix_multiplication(
    fovea_context context, dnnl_memory_desc_t left, dnnl_memory_desc_t right, dnnl_memory_desc_t bias,
    dnnl_memory_desc_t result, dnnl_alg_kind_t activation, float alpha, float beta, dnnl_primitive_desc_t *made) {
    dnnl_matmul_desc_t operation;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = dnnl_matmul_desc_init(&operation, &left, &right, if_present(&bias), &result);
    if (status == dnnl_success) status = fovea_make_attributes(context, false, activation, alpha, beta, &attributes);
    if (status == dnnl_success) {
        status = dnnl_primitive_desc_create(made, &operation, attributes, context.engine, NULL);
    }
    if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t fovea_elementwise_forward(
    fovea_context context, dnnl_alg_kind_t algorithm, float alpha, float beta, dnnl_memory_desc_t data,
    dnnl_primitive_desc_t *made) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status =
        dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_training, algorithm, &data, alpha, beta);
    return make(context, status, &operation, NULL, made);
}

dnnl_status_t fovea_elementwise_backward(
    fovea_context context, dnnl_alg_kind_t algorithm, float alpha, float beta, dnnl_memory_desc_t data,
    dnnl_memory_desc_t gradient, const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *made) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_backward_desc_init(&operation, algorithm, &gradient, &data, alpha, beta);
    return make(context, status, &operation, forward, made);
}

dnnl_status_t fovea_binary(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t left, dnnl_memory_desc_t right,
    dnnl_memory_desc_t result, dnnl_primitive_desc_t *made) {
    dnnl_binary_desc_t operation;
    dnnl_status_t status = dnnl_binary_desc_init(&operation, algorithm, &left, &right, &result);
    return make(context, status, &operation, NULL, made);
}

dnnl_status_t fovea_pooling_forward(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t images, dnnl_memory_desc_t results,
    fovea_window window, dnnl_primitive_desc_t *made) {
    dnnl_pooling_v2_desc_t operation;
    dnnl_status_t status = dnnl_pooling_v2_forward_desc_init(
        &operation, dnnl_forward_training, algorithm, &images, &results, window.stride, window.kernel,
        window.dilation, window.before, window.after);
    return make(context, status, &operation, NULL, made);
}

dnnl_status_t fovea_pooling_backward(
    fovea_context context, dnnl_alg_kind_t algorithm, dnnl_memory_desc_t images, dnnl_memory_desc_t results,
    fovea_window window, const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *made) {
    dnnl_pooling_v2_desc_t operation;
    dnnl_status_t status = dnnl_pooling_v2_backward_desc_init(
        &operation, algorithm, &images, &results, window.stride, window.kernel, window.dilation, window.before,
        window.after);
    return make(context, status, &operation, forward, made);
}

dnnl_status_t fovea_reorder(
    fovea_context context, dnnl_memory_desc_t from, dnnl_memory_desc_t to, dnnl_primitive_desc_t *made) {
    return dnnl_reorder_primitive_desc_create(made, &from, context.engine, &to, context.engine, context.attributes);
}

dnnl_status_t fovea_batch_normalization_forward(
    fovea_context context, dnnl_prop_kind_t kind, dnnl_memory_desc_t images, float epsilon, unsigned flags,
    dnnl_primitive_desc_t *made) {
    dnnl_batch_normalization_desc_t operation;
    dnnl_status_t status = dnnl_batch_normalization_forward_desc_init(&operation, kind, &images, epsilon, flags);
    return make(context, status, &operation, NULL, made);
}

dnnl_status_t fovea_concatenation(
    fovea_context context, const dnnl_memory_desc_t *operands, int count, int axis, dnnl_primitive_desc_t *made) {
    return dnnl_concat_primitive_desc_create(made, NULL, count, axis, operands, context.attributes, context.engine);
}
