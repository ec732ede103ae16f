#include "Convolution.h"

#include <stddef.h>
#include <string.h>

static dnnl_status_t forward(
    const fovea_convolution *c, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    dnnl_convolution_desc_t *operation) {
    const dnnl_memory_desc_t *bias = c->bias.ndims == 0 ? NULL : &c->bias;
    return dnnl_dilated_convolution_forward_desc_init(
        operation, kind, algorithm, &c->images, &c->filters, bias, &c->results, c->window.stride, c->window.dilation,
        c->window.before, c->window.after);
}

static dnnl_status_t describe(
    const fovea_convolution *c, dnnl_alg_kind_t algorithm, dnnl_convolution_desc_t *operation) {
    const fovea_window *window = &c->window;
    switch (c->kind) {
    case dnnl_backward_data:
        return dnnl_dilated_convolution_backward_data_desc_init(
            operation, algorithm, &c->images, &c->filters, &c->results, window->stride, window->dilation,
            window->before, window->after);
    case dnnl_backward_weights:
        return dnnl_dilated_convolution_backward_weights_desc_init(
            operation, algorithm, &c->images, &c->filters, c->bias.ndims == 0 ? NULL : &c->bias, &c->results,
            window->stride, window->dilation, window->before, window->after);
    default: return forward(c, c->kind, algorithm, operation);
    }
}

static bool is_named(const_dnnl_primitive_desc_t descriptor, const char *name) {
    const char *own = NULL;
    return name != NULL
        && dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &own) == dnnl_success && own != NULL
        && strcmp(own, name) == 0;
}

static dnnl_status_t fetch(
    const dnnl_convolution_desc_t *operation, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine,
    const_dnnl_primitive_desc_t hint, const char *last, dnnl_primitive_desc_t *found, int capacity, int *count) {
    dnnl_primitive_desc_iterator_t candidates = NULL;
    dnnl_status_t status = dnnl_primitive_desc_iterator_create(&candidates, operation, attributes, engine, hint);
    *count = 0;
    if (status != dnnl_success) return dnnl_unimplemented;
    while (status == dnnl_success) {
        found[*count] = dnnl_primitive_desc_iterator_fetch(candidates);
        if (found[*count] == NULL) {
            status = dnnl_out_of_memory;
            break;
        }
        ++*count;
        if (*count == capacity || is_named(found[*count - 1], last)) break;
        status = dnnl_primitive_desc_iterator_next(candidates);
    }
    dnnl_primitive_desc_iterator_destroy(candidates);
    return *count > 0 ? dnnl_success : status;
}

static dnnl_status_t fetch_first(
    const dnnl_convolution_desc_t *operation, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine,
    dnnl_primitive_desc_t *made) {
    int count;
    return fetch(operation, attributes, engine, NULL, NULL, made, 1, &count);
}

dnnl_status_t fovea_convolution_implementations(
    fovea_context context, const fovea_convolution *c, dnnl_alg_kind_t algorithm, const char *last,
    dnnl_primitive_desc_t *found, int capacity, int *count) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = describe(c, algorithm, &operation);
    *count = 0;
    if (status != dnnl_success) return status;
    if (c->kind != dnnl_backward_data && c->kind != dnnl_backward_weights) {
        dnnl_primitive_attr_t attributes = NULL;
        status = fovea_make_attributes(
            context, c->adds_to_result, c->activation, c->alpha, c->beta, &attributes);
        if (status == dnnl_success) {
            status = fetch(&operation, attributes, context.engine, NULL, last, found, capacity, count);
        }
        if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
        return status;
    }
    // oneDNN takes the forward convolution as a hint for a gradient.
    dnnl_convolution_desc_t hint_operation;
    dnnl_primitive_desc_t hint = NULL;
    status = forward(c, dnnl_forward_training, algorithm, &hint_operation);
    if (status == dnnl_success) status = fetch_first(&hint_operation, context.attributes, context.engine, &hint);
    if (status == dnnl_success) {
        status = fetch(&operation, context.attributes, context.engine, hint, last, found, capacity, count);
    }
    if (hint != NULL) dnnl_primitive_desc_destroy(hint);
    return status;
}

static dnnl_status_t append_activation(dnnl_post_ops_t following, dnnl_alg_kind_t activation, float alpha, float beta) {
    if (activation == dnnl_alg_kind_undef) return dnnl_success;
    return dnnl_post_ops_append_eltwise(following, 1, activation, alpha, beta);
}

dnnl_status_t fovea_pointwise_depthwise_convolution(
    fovea_context context, const fovea_convolution *pointwise, int64_t stride, bool has_bias, dnnl_alg_kind_t activation,
    float alpha, float beta, dnnl_primitive_desc_t *made) {
    dnnl_convolution_desc_t operation;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t following = NULL;
    dnnl_data_type_t bias = has_bias ? dnnl_f32 : dnnl_data_type_undef;
    dnnl_status_t status = describe(pointwise, dnnl_convolution_direct, &operation);
    if (status == dnnl_success) status = dnnl_primitive_attr_clone(&attributes, context.attributes);
    if (status == dnnl_success) status = dnnl_post_ops_create(&following);
    if (status == dnnl_success) {
        status = append_activation(following, pointwise->activation, pointwise->alpha, pointwise->beta);
    }
    if (status == dnnl_success) {
        status = stride == 1
            ? dnnl_post_ops_append_dw_k3s1p1(following, dnnl_f32, bias, dnnl_f32, 0, 0, NULL)
            : dnnl_post_ops_append_dw_k3s2p1(following, dnnl_f32, bias, dnnl_f32, 0, 0, NULL);
    }
    if (status == dnnl_success) status = append_activation(following, activation, alpha, beta);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, following);
    if (status == dnnl_success) status = fetch_first(&operation, attributes, context.engine, made);
    if (following != NULL) dnnl_post_ops_destroy(following);
    if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
    return status;
}
