// A fake cuBLASLt: products of matrices that lie column after column.
#define _GNU_SOURCE
#include "State.h"

#include "CuDNNConstants.h"

#include <stdlib.h>
#include <string.h>

enum { operand_count = 4, algorithm_mark = 0xFA4E, default_alignment = 256 };
// The numbers of a product's work.
enum {
    rows_at,
    columns_at,
    depth_at,
    transposes_a_at,
    transposes_b_at,
    epilogue_at,
    bias_type_at,
    types_at,
    strides_at = types_at + operand_count,
};
// Its pointers: the operands a, b, c and d come first.
enum { bias_at = 4 };

struct product {
    int32_t transposes_a, transposes_b, epilogue;
    // -1 stands for the result's.
    int32_t bias_type;
    uint64_t bias;
};
struct layout {
    int type;
    uint64_t rows, columns;
    int64_t leading_dimension;
};
struct preference {
    uint64_t workspace_count;
    uint32_t alignments[operand_count];
};
struct descriptor {
    enum { is_product, is_layout, is_preference } what;
    union {
        struct product product;
        struct layout layout;
        struct preference preference;
    };
};
struct handle {
    int device;
};

static struct descriptor *find(const void *handle, int what) {
    struct descriptor *descriptor = fake_find(fake_cublaslt_descriptor, handle);
    if (!descriptor || (int)descriptor->what == what) return descriptor;
    static const char *const names[] = {"product", "layout", "preference"};
    fake_note_misuse("%p of cuBLASLt is a %s, and not a %s", handle, names[descriptor->what], names[what]);
    return NULL;
}

static int add(const struct descriptor *descriptor, void **handle) {
    struct descriptor *content = malloc(sizeof *content);
    if (content) *content = *descriptor;
    *handle = fake_add(fake_cublaslt_descriptor, content);
    return *handle ? FOVEA_CUBLAS_STATUS_SUCCESS : FOVEA_CUBLAS_STATUS_ALLOC_FAILED;
}

static int destroy(int code, void *handle, int what) {
    if (code) return code;
    if (!find(handle, what)) return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    fake_remove(handle);
    return code;
}

static size_t size_of(int type) {
    if (type == FOVEA_CUDA_R_32F) return 4;
    return type == FOVEA_CUDA_R_16BF ? 2 : 0;
}

// A planned failure's code is the version.
static size_t fake_cublasLtGetVersion(void) {
    int version = FAKE_ENTER(cublasLtGetVersion, fake_needs_nothing);
    FAKE_LEAVE(cublasLtGetVersion, version);
    return version ? (size_t)version : 130100;
}

// What calls that use the device begin with.
static int enter(enum fake_call call) {
    int code = fake_enter(call, fake_needs_nothing);
    if (!code && fake_sticky()) code = FOVEA_CUBLAS_STATUS_EXECUTION_FAILED;
    if (code || fake_current_device() >= 0) return code;
    fake_note_misuse("a call of cuBLASLt on a thread without a context");
    return FOVEA_CUBLAS_STATUS_NOT_INITIALIZED;
}

static int check_handle(const void *handle, int code) {
    const struct handle *found = code ? NULL : fake_find(fake_cublaslt_handle, handle);
    if (found && found->device != fake_current_device()) {
        fake_note_misuse("handle %p of cuBLASLt belongs to another device than the thread's context", handle);
        found = NULL;
    }
    return code || found ? code : FOVEA_CUBLAS_STATUS_NOT_INITIALIZED;
}

static int check_no_capture(const char *call, int code) {
    if (code || !fake_capture_forbids()) return code;
    fake_note_misuse("%s while a stream captures", call);
    fake_invalidate_captures();
    return FOVEA_CUBLAS_STATUS_INTERNAL_ERROR;
}

static int fake_cublasLtCreate(void **handle) {
    int code = check_no_capture("cublasLtCreate", enter(fake_number_cublasLtCreate));
    struct handle *content = code ? NULL : malloc(sizeof *content);
    if (content) content->device = fake_current_device();
    if (!code && !(*handle = fake_add(fake_cublaslt_handle, content))) code = FOVEA_CUBLAS_STATUS_ALLOC_FAILED;
    return FAKE_LEAVE(cublasLtCreate, code);
}

// After an error that ends the context this still takes the handle off the books.
static int fake_cublasLtDestroy(void *handle) {
    int code = FAKE_ENTER(cublasLtDestroy, fake_needs_nothing);
    if (!code && fake_find(fake_cublaslt_handle, handle)) fake_remove(handle);
    else if (!code) code = FOVEA_CUBLAS_STATUS_NOT_INITIALIZED;
    return FAKE_LEAVE(cublasLtDestroy, code);
}

static int fake_cublasLtMatmulDescCreate(void **descriptor, int compute_type, int scale_type) {
    int code = FAKE_ENTER(cublasLtMatmulDescCreate, fake_needs_nothing);
    bool is_known = compute_type == FOVEA_CUBLAS_COMPUTE_32F || compute_type == FOVEA_CUBLAS_COMPUTE_32F_FAST_TF32;
    if (!code && (!is_known || scale_type != FOVEA_CUDA_R_32F)) code = FOVEA_CUBLAS_STATUS_NOT_SUPPORTED;
    struct descriptor content = {
        .what = is_product,
        .product = {.epilogue = FOVEA_CUBLASLT_EPILOGUE_DEFAULT, .bias_type = -1}};
    if (!code) code = add(&content, descriptor);
    return FAKE_LEAVE(cublasLtMatmulDescCreate, code);
}

static int fake_cublasLtMatmulDescDestroy(void *descriptor) {
    int code = FAKE_ENTER(cublasLtMatmulDescDestroy, fake_needs_nothing);
    return FAKE_LEAVE(cublasLtMatmulDescDestroy, destroy(code, descriptor, is_product));
}

static int store(void *place, size_t size, const void *value, size_t count) {
    if (!place || !value || count != size) return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    memcpy(place, value, size);
    return FOVEA_CUBLAS_STATUS_SUCCESS;
}

static int set_product(struct product *product, int name, const void *value, size_t count) {
    int32_t *place = NULL;
    switch (name) {
    case FOVEA_CUBLASLT_DESC_TRANSA: place = &product->transposes_a; break;
    case FOVEA_CUBLASLT_DESC_TRANSB: place = &product->transposes_b; break;
    case FOVEA_CUBLASLT_DESC_EPILOGUE: place = &product->epilogue; break;
    case FOVEA_CUBLASLT_DESC_BIAS_DATA_TYPE: place = &product->bias_type; break;
    case FOVEA_CUBLASLT_DESC_BIAS_POINTER: return store(&product->bias, sizeof product->bias, value, count);
    default: break;
    }
    return store(place, sizeof *place, value, count);
}

static int fake_cublasLtMatmulDescSetAttribute(void *descriptor, int name, const void *value, size_t count) {
    int code = FAKE_ENTER(cublasLtMatmulDescSetAttribute, fake_needs_nothing);
    struct descriptor *content = code ? NULL : find(descriptor, is_product);
    if (!code) code = content ? set_product(&content->product, name, value, count) : FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    return FAKE_LEAVE(cublasLtMatmulDescSetAttribute, code);
}

static int fake_cublasLtMatrixLayoutCreate(
    void **layout, int type, uint64_t rows, uint64_t columns, int64_t leading_dimension) {
    int code = FAKE_ENTER(cublasLtMatrixLayoutCreate, fake_needs_nothing);
    struct descriptor content = {.what = is_layout, .layout = {type, rows, columns, leading_dimension}};
    bool is_valid = rows > 0 && columns > 0 && leading_dimension >= (int64_t)rows;
    if (!code && !is_valid) code = FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    if (!code) code = add(&content, layout);
    return FAKE_LEAVE(cublasLtMatrixLayoutCreate, code);
}

static int fake_cublasLtMatrixLayoutDestroy(void *layout) {
    int code = FAKE_ENTER(cublasLtMatrixLayoutDestroy, fake_needs_nothing);
    return FAKE_LEAVE(cublasLtMatrixLayoutDestroy, destroy(code, layout, is_layout));
}

static int fake_cublasLtMatmulPreferenceCreate(void **preference) {
    int code = FAKE_ENTER(cublasLtMatmulPreferenceCreate, fake_needs_nothing);
    struct descriptor content = {.what = is_preference};
    for (int i = 0; i < operand_count; i++) content.preference.alignments[i] = default_alignment;
    if (!code) code = add(&content, preference);
    return FAKE_LEAVE(cublasLtMatmulPreferenceCreate, code);
}

static int fake_cublasLtMatmulPreferenceDestroy(void *preference) {
    int code = FAKE_ENTER(cublasLtMatmulPreferenceDestroy, fake_needs_nothing);
    return FAKE_LEAVE(cublasLtMatmulPreferenceDestroy, destroy(code, preference, is_preference));
}

static int set_preference(struct preference *preference, int name, const void *value, size_t count) {
    int operand = name - FOVEA_CUBLASLT_PREFERENCE_MIN_ALIGNMENT_A_BYTES;
    if (name == FOVEA_CUBLASLT_PREFERENCE_MAX_WORKSPACE_BYTES) {
        return store(&preference->workspace_count, sizeof preference->workspace_count, value, count);
    }
    if (operand < 0 || operand >= operand_count) return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    return store(&preference->alignments[operand], sizeof preference->alignments[operand], value, count);
}

static int fake_cublasLtMatmulPreferenceSetAttribute(void *preference, int name, const void *value, size_t count) {
    int code = FAKE_ENTER(cublasLtMatmulPreferenceSetAttribute, fake_needs_nothing);
    struct descriptor *content = code ? NULL : find(preference, is_preference);
    if (!code && !content) code = FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    if (!code) code = set_preference(&content->preference, name, value, count);
    return FAKE_LEAVE(cublasLtMatmulPreferenceSetAttribute, code);
}

// The numbers of the work that a product is; 0, or the code.
static int prepare(const void *handle, void *const *layouts, struct fake_work *work) {
    const struct descriptor *descriptor = find(handle, is_product);
    if (!descriptor) return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    const struct product *product = &descriptor->product;
    struct layout operands[operand_count];
    int64_t *numbers = work->arguments.numbers;
    for (int i = 0; i < operand_count; i++) {
        const struct descriptor *layout = find(layouts[i], is_layout);
        if (!layout) return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
        operands[i] = layout->layout;
        numbers[types_at + i] = operands[i].type;
        numbers[strides_at + i] = operands[i].leading_dimension;
    }
    const struct layout *a = &operands[0], *b = &operands[1], *c = &operands[2], *d = &operands[3];
    bool transposes_a = product->transposes_a == FOVEA_CUBLAS_OP_T;
    bool transposes_b = product->transposes_b == FOVEA_CUBLAS_OP_T;
    uint64_t rows = transposes_a ? a->columns : a->rows, depth = transposes_a ? a->rows : a->columns;
    uint64_t columns = transposes_b ? b->rows : b->columns;
    if ((transposes_b ? b->columns : b->rows) != depth || d->rows != rows || d->columns != columns || c->rows != rows ||
        c->columns != columns) {
        return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    }
    bool has_types = size_of(a->type) > 0 && a->type == b->type && c->type == d->type && size_of(d->type) > 0 &&
                     (a->type == FOVEA_CUDA_R_16BF || d->type == FOVEA_CUDA_R_32F);
    int rest = product->epilogue & ~(FOVEA_CUBLASLT_EPILOGUE_RELU_BIAS | FOVEA_CUBLASLT_EPILOGUE_DEFAULT);
    int bias_type = product->bias_type < 0 ? d->type : product->bias_type;
    has_types = has_types && size_of(bias_type) > 0;
    if (!has_types || rest || product->epilogue == 0) return FOVEA_CUBLAS_STATUS_NOT_SUPPORTED;
    numbers[rows_at] = (int64_t)rows, numbers[columns_at] = (int64_t)columns, numbers[depth_at] = (int64_t)depth;
    numbers[transposes_a_at] = transposes_a, numbers[transposes_b_at] = transposes_b;
    numbers[epilogue_at] = product->epilogue, numbers[bias_type_at] = bias_type;
    work->arguments.pointers[bias_at] = product->bias;
    return FOVEA_CUBLAS_STATUS_SUCCESS;
}

// What an algorithm was chosen for: it must not be used for anything else.
static uint64_t checksum(const struct fake_work *work) {
    uint64_t sum = 14695981039346656037u;
    for (int i = 0; i < strides_at + operand_count; i++) {
        sum = (sum ^ (uint64_t)work->arguments.numbers[i]) * 1099511628211u;
    }
    return sum;
}

static int fake_cublasLtMatmulAlgoGetHeuristic(void *handle, void *descriptor, void *a, void *b, void *c, void *d,
    void *preference, int requested, struct fovea_cublaslt_choice *choices, int *count) {
    int code = check_handle(handle, enter(fake_number_cublasLtMatmulAlgoGetHeuristic));
    code = check_no_capture("cublasLtMatmulAlgoGetHeuristic", code);
    const struct descriptor *content = code ? NULL : find(preference, is_preference);
    if (!code && (!content || requested < 1 || !choices || !count)) code = FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    struct fake_work work = {.kind = fake_work_library};
    if (!code) {
        *count = 0;
        code = prepare(descriptor, (void *[]){a, b, c, d}, &work);
    }
    if (!code) {
        *count = 1;
        choices[0] = (struct fovea_cublaslt_choice){.algorithm = {algorithm_mark, checksum(&work)}, .waves = 1};
        for (int i = 0; i < operand_count; i++) choices[0].algorithm[2 + i] = content->preference.alignments[i];
    }
    return FAKE_LEAVE(cublasLtMatmulAlgoGetHeuristic, code);
}

static float read_number(uint64_t address, int64_t type, int64_t index) {
    const void *memory = (const void *)(uintptr_t)address;
    return type == FOVEA_CUDA_R_32F ? ((const float *)memory)[index] : fake_widen(((const uint16_t *)memory)[index]);
}

static void write_number(uint64_t address, int64_t type, int64_t index, float value) {
    void *memory = (void *)(uintptr_t)address;
    if (type == FOVEA_CUDA_R_32F) ((float *)memory)[index] = value;
    else ((uint16_t *)memory)[index] = fake_narrow(value);
}

static bool check_memory(const struct fake_work *work) {
    static const char *const uses[] = {"matrix A of cuBLASLt has", "matrix B has", "matrix C has", "matrix D has"};
    const int64_t *numbers = work->arguments.numbers;
    int64_t m = numbers[rows_at], n = numbers[columns_at], k = numbers[depth_at];
    int64_t shapes[operand_count][2] = {{m, k}, {k, n}, {m, n}, {m, n}};
    for (int i = 0; i < operand_count; i++) {
        bool is_transposed = (i == 0 && numbers[transposes_a_at]) || (i == 1 && numbers[transposes_b_at]);
        int64_t rows = shapes[i][is_transposed], columns = shapes[i][!is_transposed];
        size_t count = (size_t)((columns - 1) * numbers[strides_at + i] + rows) * size_of((int)numbers[types_at + i]);
        bool is_used = i != 2 || work->arguments.scalars[1] != 0;
        if (is_used && !fake_check_range(work->arguments.pointers[i], count, uses[i])) return false;
    }
    size_t bias_count = (size_t)m * size_of((int)numbers[bias_type_at]);
    bool has_bias = numbers[epilogue_at] & FOVEA_CUBLASLT_EPILOGUE_BIAS;
    return !has_bias || fake_check_range(work->arguments.pointers[bias_at], bias_count, "the bias of cuBLASLt has");
}

static bool multiply(const struct fake_work *work) {
    if (!check_memory(work)) return false;
    const struct fovea_kernel_arguments *arguments = &work->arguments;
    const int64_t *numbers = arguments->numbers, *types = numbers + types_at, *strides = numbers + strides_at;
    const uint64_t *pointers = arguments->pointers;
    int64_t a_row = numbers[transposes_a_at] ? strides[0] : 1, a_depth = numbers[transposes_a_at] ? 1 : strides[0];
    int64_t b_depth = numbers[transposes_b_at] ? strides[1] : 1, b_column = numbers[transposes_b_at] ? 1 : strides[1];
    for (int64_t column = 0; column < numbers[columns_at]; column++) {
        for (int64_t row = 0; row < numbers[rows_at]; row++) {
            float sum = 0;
            for (int64_t i = 0; i < numbers[depth_at]; i++) {
                float left = read_number(pointers[0], types[0], row * a_row + i * a_depth);
                sum += left * read_number(pointers[1], types[1], i * b_depth + column * b_column);
            }
            sum *= arguments->scalars[0];
            float beta = arguments->scalars[1];
            if (beta != 0) sum += beta * read_number(pointers[2], types[2], row + column * strides[2]);
            if (numbers[epilogue_at] & FOVEA_CUBLASLT_EPILOGUE_BIAS) {
                sum += read_number(pointers[bias_at], numbers[bias_type_at], row);
            }
            if ((numbers[epilogue_at] & FOVEA_CUBLASLT_EPILOGUE_RELU) && sum <= 0) sum = 0;
            write_number(pointers[3], types[3], row + column * strides[3], sum);
        }
    }
    return true;
}

// Without an algorithm cuBLASLt asks its heuristic, which expects pointers that are aligned as well as can be.
static int check_algorithm(const struct fake_work *work, const uint64_t *algorithm) {
    if (algorithm && (algorithm[0] != algorithm_mark || algorithm[1] != checksum(work))) {
        fake_note_misuse("an algorithm of cuBLASLt is used for a product that it was not chosen for");
        return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    }
    for (int i = 0; algorithm && i < operand_count; i++) {
        bool is_used = i != 2 || work->arguments.scalars[1] != 0;
        if (is_used && algorithm[2 + i] > 0 && work->arguments.pointers[i] % algorithm[2 + i] != 0) {
            return FOVEA_CUBLAS_STATUS_INVALID_VALUE;
        }
    }
    bool has_bias = work->arguments.numbers[epilogue_at] & FOVEA_CUBLASLT_EPILOGUE_BIAS;
    bool lacks_bias = has_bias && !work->arguments.pointers[bias_at];
    return lacks_bias ? FOVEA_CUBLAS_STATUS_INVALID_VALUE : FOVEA_CUBLAS_STATUS_SUCCESS;
}

static int fake_cublasLtMatmul(void *handle, void *descriptor, const void *alpha, uint64_t a, void *layout_a,
    uint64_t b, void *layout_b, const void *beta, uint64_t c, void *layout_c, uint64_t d, void *layout_d,
    const void *algorithm, uint64_t workspace, size_t workspace_count, void *stream) {
    (void)workspace, (void)workspace_count;
    int code = check_handle(handle, enter(fake_number_cublasLtMatmul));
    if (!code && (!alpha || !beta)) code = FOVEA_CUBLAS_STATUS_INVALID_VALUE;
    struct fake_work work = {
        .kind = fake_work_library, .compute = multiply, .arguments = {.pointers = {a, b, c, d}}};
    if (!code) code = prepare(descriptor, (void *[]){layout_a, layout_b, layout_c, layout_d}, &work);
    if (!code) {
        work.arguments.scalars[0] = *(const float *)alpha;
        work.arguments.scalars[1] = *(const float *)beta;
        code = check_algorithm(&work, algorithm);
    }
    if (!code && fake_submit(&work, stream)) code = FOVEA_CUBLAS_STATUS_EXECUTION_FAILED;
    return FAKE_LEAVE(cublasLtMatmul, code);
}

#define CALL_ENTRY(result, name, parameters) .name = fake_##name,

struct fovea_cublaslt fake_gpu_cublaslt(void) { return (struct fovea_cublaslt){FOVEA_CUBLASLT_CALLS(CALL_ENTRY)}; }
