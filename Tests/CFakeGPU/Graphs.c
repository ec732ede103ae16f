#define _GNU_SOURCE
#include "State.h"

#include <stdlib.h>

// Of graphs and of their executable copies.
struct graph {
    struct fake_nodes nodes;
};

static long library_run_count;

long fake_library_run_count(void) { return library_run_count; }
void fake_reset_library_run_count(void) { library_run_count = 0; }

int fake_append(struct fake_nodes *nodes, const struct fake_work *work) {
    if (nodes->count == nodes->capacity) {
        size_t capacity = nodes->capacity ? 2 * nodes->capacity : 16;
        struct fake_work *larger = realloc(nodes->works, capacity * sizeof *larger);
        if (!larger) return fake_out_of_memory;
        nodes->works = larger;
        nodes->capacity = capacity;
    }
    nodes->works[nodes->count++] = *work;
    fake_retain_program(work->program);
    return fake_success;
}

void fake_free_nodes(struct fake_nodes *nodes) {
    for (size_t i = 0; i < nodes->count; i++) fake_release_program(nodes->works[i].program);
    free(nodes->works);
    *nodes = (struct fake_nodes){0};
}

// What touches memory that is not allocated fails as it does on a GPU: for ever.
int fake_run(const struct fake_work *work) {
    if (work->kind != fake_work_kernel) {
        bool is_library = work->kind == fake_work_library;
        library_run_count += is_library;
        if (is_library ? work->compute(work) : fake_move(work)) return fake_success;
        fake_set_sticky(fake_illegal_address);
        return fake_illegal_address;
    }
    const struct fake_function_content *function = fake_find(fake_function, work->function);
    return function ? fake_launch(function, work) : fake_invalid_handle;
}

static void *add(enum fake_kind kind, struct fake_nodes nodes) {
    struct graph *graph = malloc(sizeof *graph);
    if (graph) graph->nodes = nodes;
    void *handle = fake_add(kind, graph);
    if (!handle) fake_free_nodes(&nodes);
    return handle;
}

void *fake_add_graph(struct fake_nodes nodes) { return add(fake_graph, nodes); }

static void free_nodes(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    fake_free_nodes(&((struct graph *)content)->nodes);
}

void fake_reset_graphs(void) {
    fake_visit(fake_graph, free_nodes, NULL);
    fake_visit(fake_executable, free_nodes, NULL);
}

static int fake_cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags) {
    int code = FAKE_ENTER(cuGraphInstantiateWithFlags, fake_needs_context);
    if (!code && flags > 15) code = fake_invalid_value;
    const struct graph *content = code ? NULL : fake_find(fake_graph, graph);
    if (!code && !content) code = fake_invalid_handle;
    if (!code) {
        struct fake_nodes copy = {0};
        for (size_t i = 0; i < content->nodes.count && !code; i++) code = fake_append(&copy, &content->nodes.works[i]);
        *executable = code ? NULL : add(fake_executable, copy);
        if (!*executable) code = fake_out_of_memory;
    }
    return FAKE_LEAVE(cuGraphInstantiateWithFlags, code);
}

static int fake_cuGraphUpload(void *executable, void *stream) {
    int code = FAKE_ENTER(cuGraphUpload, fake_needs_context);
    if (!code && !fake_find(fake_executable, executable)) code = fake_invalid_handle;
    if (!code) code = fake_check_idle(stream);
    return FAKE_LEAVE(cuGraphUpload, code);
}

static int fake_cuGraphLaunch(void *executable, void *stream) {
    int code = FAKE_ENTER(cuGraphLaunch, fake_needs_context);
    const struct graph *content = code ? NULL : fake_find(fake_executable, executable);
    if (!code && !content) code = fake_invalid_handle;
    if (!code) code = fake_check_idle(stream);
    for (size_t i = 0; !code && i < content->nodes.count; i++) code = fake_run(&content->nodes.works[i]);
    return FAKE_LEAVE(cuGraphLaunch, code);
}

// The nodes are only good for being counted.
static int fake_cuGraphGetNodes(void *graph, void **nodes, size_t *count) {
    int code = FAKE_ENTER(cuGraphGetNodes, fake_needs_context);
    const struct graph *content = code ? NULL : fake_find(fake_graph, graph);
    if (!code && !content) code = fake_invalid_handle;
    if (!code) {
        for (size_t i = 0; nodes && i < *count; i++) {
            nodes[i] = i < content->nodes.count ? (void *)&content->nodes.works[i] : NULL;
        }
        if (!nodes || *count > content->nodes.count) *count = content->nodes.count;
    }
    return FAKE_LEAVE(cuGraphGetNodes, code);
}

static int destroy(enum fake_kind kind, void *handle, int code) {
    if (code && code != fake_sticky()) return code;
    struct graph *content = fake_find(kind, handle);
    if (!content) return code ? code : fake_invalid_handle;
    fake_free_nodes(&content->nodes);
    fake_remove(handle);
    return code;
}

static int fake_cuGraphExecDestroy(void *executable) {
    int code = FAKE_ENTER(cuGraphExecDestroy, fake_needs_context);
    return FAKE_LEAVE(cuGraphExecDestroy, destroy(fake_executable, executable, code));
}

static int fake_cuGraphDestroy(void *graph) {
    int code = FAKE_ENTER(cuGraphDestroy, fake_needs_context);
    return FAKE_LEAVE(cuGraphDestroy, destroy(fake_graph, graph, code));
}

void fake_fill_graphs(struct fovea_cuda_driver *calls) {
    calls->cuGraphInstantiateWithFlags = fake_cuGraphInstantiateWithFlags;
    calls->cuGraphUpload = fake_cuGraphUpload;
    calls->cuGraphLaunch = fake_cuGraphLaunch;
    calls->cuGraphGetNodes = fake_cuGraphGetNodes;
    calls->cuGraphExecDestroy = fake_cuGraphExecDestroy;
    calls->cuGraphDestroy = fake_cuGraphDestroy;
}
