#define _GNU_SOURCE
#include "State.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct program {
    char *source, *image, *log;
};

static const int architectures[] = {75, 80, 86, 89, 90, 100, 120};
enum { architecture_count = sizeof architectures / sizeof *architectures, option_limit = 64, option_size = 256 };

/// The options for clang, and the architecture.
struct options {
    char texts[option_limit][option_size];
    const char *pointers[option_limit];
    int count;
    int architecture;
    // Only `sm_` gives code for a GPU: `compute_` would give PTX.
    bool is_binary;
};

static const char *after(const char *text, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool add_option(struct options *options, const char *prefix, const char *value) {
    if (options->count == option_limit) return false;
    char *text = options->texts[options->count];
    if (snprintf(text, option_size, "%s%s", prefix, value) >= option_size) return false;
    options->pointers[options->count++] = text;
    return true;
}

static bool read_architecture(struct options *options, const char *value) {
    const char *binary = after(value, "sm_"), *virtual = after(value, "compute_");
    const char *digits = binary ? binary : virtual;
    if (!digits) return false;
    char *end = NULL;
    long number = strtol(digits, &end, 10);
    // Of `sm_90a` only the number counts.
    if (*end == 'a' || *end == 'f') end++;
    for (int i = 0; i < architecture_count && !*end; i++) {
        if (number != architectures[i]) continue;
        options->architecture = (int)number;
        options->is_binary = binary != NULL;
        return true;
    }
    return false;
}

static bool read_option(struct options *options, const char *option) {
    const char *value;
    if ((value = after(option, "--gpu-architecture="))) return read_architecture(options, value);
    if ((value = after(option, "--fmad="))) {
        return strcmp(value, "true") == 0 ||
               (strcmp(value, "false") == 0 && add_option(options, "-ffp-contract=", "off"));
    }
    if ((value = after(option, "--define-macro="))) return *value && add_option(options, "-D", value);
    if ((value = after(option, "-D"))) return *value && add_option(options, "-D", value);
    if ((value = after(option, "--std="))) return add_option(options, "-std=", value);
    return strcmp(option, "--minimal") == 0 || after(option, "--ptxas-options=") != NULL;
}

static void discard_results(struct program *program) {
    free(program->image);
    free(program->log);
    program->image = program->log = NULL;
}

static int compile(struct program *program, int option_count, const char *const *texts) {
    discard_results(program);
    struct options *options = calloc(1, sizeof *options);
    if (!options) return 1;
    options->architecture = architectures[0];
    for (int i = 0; i < option_count; i++) {
        if (texts[i] && read_option(options, texts[i])) continue;
        if (asprintf(&program->log, "nvrtc: error: invalid option: %s\n", texts[i] ? texts[i] : "") < 0) {
            program->log = NULL;
        }
        free(options);
        return fake_nvrtc_invalid_option;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", 10 * options->architecture);
    const char *path = NULL;
    int code = add_option(options, "-D__CUDA_ARCH__=", number) ? fake_success : fake_nvrtc_invalid_option;
    if (!code) code = fake_compile(program->source, options->pointers, options->count, &path, &program->log);
    if (!code && options->is_binary &&
        asprintf(&program->image, FAKE_IMAGE_MAGIC "%d\n%s", options->architecture, path) < 0) {
        program->image = NULL;
        code = 1;
    }
    free(options);
    return code;
}

static void free_program(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    struct program *program = content;
    discard_results(program);
    free(program->source);
}

void fake_reset_programs(void) { fake_visit(fake_program, free_program, NULL); }

static int fake_nvrtcVersion(int *major, int *minor) {
    int code = FAKE_ENTER(nvrtcVersion, fake_needs_nothing);
    if (!code) {
        *major = 13;
        *minor = 0;
    }
    return FAKE_LEAVE(nvrtcVersion, code);
}

static const char *fake_nvrtcGetErrorString(int error) {
    static const char *const names[] = {
        "NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
        "NVRTC_ERROR_INVALID_INPUT", "NVRTC_ERROR_INVALID_PROGRAM", "NVRTC_ERROR_INVALID_OPTION",
        "NVRTC_ERROR_COMPILATION", "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE"};
    FAKE_ENTER(nvrtcGetErrorString, fake_needs_nothing);
    FAKE_LEAVE(nvrtcGetErrorString, fake_success);
    bool is_known = error >= 0 && (size_t)error < sizeof names / sizeof *names;
    return is_known ? names[error] : "NVRTC_ERROR unknown";
}

static int fake_nvrtcGetNumSupportedArchs(int *count) {
    int code = FAKE_ENTER(nvrtcGetNumSupportedArchs, fake_needs_nothing);
    if (!code) *count = architecture_count;
    return FAKE_LEAVE(nvrtcGetNumSupportedArchs, code);
}

static int fake_nvrtcGetSupportedArchs(int *numbers) {
    int code = FAKE_ENTER(nvrtcGetSupportedArchs, fake_needs_nothing);
    if (!code) memcpy(numbers, architectures, sizeof architectures);
    return FAKE_LEAVE(nvrtcGetSupportedArchs, code);
}

static int fake_nvrtcCreateProgram(void **handle, const char *source, const char *name, int header_count,
    const char *const *headers, const char *const *names) {
    (void)name, (void)headers, (void)names;
    int code = FAKE_ENTER(nvrtcCreateProgram, fake_needs_nothing);
    if (!code && (!source || header_count != 0)) code = fake_nvrtc_invalid_input;
    if (!code) {
        struct program *program = calloc(1, sizeof *program);
        if (program) program->source = strdup(source);
        *handle = fake_add(fake_program, program);
        if (!*handle) code = 1;
    }
    return FAKE_LEAVE(nvrtcCreateProgram, code);
}

static int fake_nvrtcCompileProgram(void *handle, int option_count, const char *const *options) {
    int code = FAKE_ENTER(nvrtcCompileProgram, fake_needs_nothing);
    struct program *program = code ? NULL : fake_find(fake_program, handle);
    if (!code) code = program ? compile(program, option_count, options) : fake_nvrtc_invalid_program;
    return FAKE_LEAVE(nvrtcCompileProgram, code);
}

static int fake_nvrtcGetProgramLogSize(void *handle, size_t *count) {
    int code = FAKE_ENTER(nvrtcGetProgramLogSize, fake_needs_nothing);
    const struct program *program = code ? NULL : fake_find(fake_program, handle);
    if (!code && !program) code = fake_nvrtc_invalid_program;
    if (!code) *count = (program->log ? strlen(program->log) : 0) + 1;
    return FAKE_LEAVE(nvrtcGetProgramLogSize, code);
}

static int fake_nvrtcGetProgramLog(void *handle, char *log) {
    int code = FAKE_ENTER(nvrtcGetProgramLog, fake_needs_nothing);
    const struct program *program = code ? NULL : fake_find(fake_program, handle);
    if (!code && !program) code = fake_nvrtc_invalid_program;
    if (!code) strcpy(log, program->log ? program->log : "");
    return FAKE_LEAVE(nvrtcGetProgramLog, code);
}

// The image's size is with the zero that ends it, or 0 where nothing was compiled for a GPU.
static int fake_nvrtcGetCUBINSize(void *handle, size_t *count) {
    int code = FAKE_ENTER(nvrtcGetCUBINSize, fake_needs_nothing);
    const struct program *program = code ? NULL : fake_find(fake_program, handle);
    if (!code && !program) code = fake_nvrtc_invalid_program;
    if (!code) *count = program->image ? strlen(program->image) + 1 : 0;
    return FAKE_LEAVE(nvrtcGetCUBINSize, code);
}

static int fake_nvrtcGetCUBIN(void *handle, char *image) {
    int code = FAKE_ENTER(nvrtcGetCUBIN, fake_needs_nothing);
    const struct program *program = code ? NULL : fake_find(fake_program, handle);
    if (!code && (!program || !program->image)) code = fake_nvrtc_invalid_program;
    if (!code) strcpy(image, program->image);
    return FAKE_LEAVE(nvrtcGetCUBIN, code);
}

static int fake_nvrtcDestroyProgram(void **handle) {
    int code = FAKE_ENTER(nvrtcDestroyProgram, fake_needs_nothing);
    struct program *program = code ? NULL : fake_find(fake_program, *handle);
    if (!code && !program) code = fake_nvrtc_invalid_program;
    if (!code) {
        free_program(NULL, program, NULL);
        fake_remove(*handle);
        *handle = NULL;
    }
    return FAKE_LEAVE(nvrtcDestroyProgram, code);
}

struct fovea_nvrtc fake_gpu_nvrtc(void) {
    return (struct fovea_nvrtc){
        .nvrtcVersion = fake_nvrtcVersion,
        .nvrtcGetErrorString = fake_nvrtcGetErrorString,
        .nvrtcGetNumSupportedArchs = fake_nvrtcGetNumSupportedArchs,
        .nvrtcGetSupportedArchs = fake_nvrtcGetSupportedArchs,
        .nvrtcCreateProgram = fake_nvrtcCreateProgram,
        .nvrtcCompileProgram = fake_nvrtcCompileProgram,
        .nvrtcGetProgramLogSize = fake_nvrtcGetProgramLogSize,
        .nvrtcGetProgramLog = fake_nvrtcGetProgramLog,
        .nvrtcGetCUBINSize = fake_nvrtcGetCUBINSize,
        .nvrtcGetCUBIN = fake_nvrtcGetCUBIN,
        .nvrtcDestroyProgram = fake_nvrtcDestroyProgram,
    };
}
