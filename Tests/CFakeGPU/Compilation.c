// Compiles kernels for the processor with clang, and keeps what it compiled until the process ends.
#define _GNU_SOURCE
#include "State.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { path_size = 512, option_limit = 64 };

struct library {
    // The source and the options: the same ones give the same library.
    char *key;
    char *log;
    char path[path_size];
    struct library *next;
};

static struct library *libraries;
static char folder[path_size / 2];
static unsigned file_count;

static void remove_folder(void) {
    char path[path_size];
    for (unsigned i = 0; i < file_count; i++) {
        for (int kind = 0; kind < 3; kind++) {
            snprintf(path, sizeof path, "%s/%u.%s", folder, i, (const char *[]){"cu", "so", "log"}[kind]);
            unlink(path);
        }
    }
    snprintf(path, sizeof path, "%s/prelude.h", folder);
    unlink(path);
    rmdir(folder);
}

static bool write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file) return false;
    bool is_written = fputs(text, file) >= 0;
    return fclose(file) == 0 && is_written;
}

static bool make_folder(void) {
    if (folder[0]) return true;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/fake-gpu-XXXXXX", parent && parent[0] ? parent : "/tmp");
    if (!mkdtemp(folder)) {
        folder[0] = 0;
        return false;
    }
    atexit(remove_folder);
    char path[path_size];
    snprintf(path, sizeof path, "%s/prelude.h", folder);
    return write_file(path, fake_prelude);
}

static bool is_clang(const char *directory, size_t length, char *path) {
    struct stat info;
    int count = snprintf(path, path_size, "%.*s/clang", (int)length, directory);
    return count < path_size && stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static bool find_clang(char *path) {
    const char *wanted = getenv("FOVEA_FAKE_CLANG");
    if (wanted) return is_clang(wanted, strlen(wanted), path);
    const char *places[] = {getenv("PATH"), "/opt/swift/usr/bin:/usr/bin"};
    for (int i = 0; i < 2; i++) {
        for (const char *at = places[i]; at && *at; at += strcspn(at, ":"), at += *at == ':') {
            if (is_clang(at, strcspn(at, ":"), path)) return true;
        }
    }
    return false;
}

// The status of clang, whose output goes to a file; -1 where it could not be run.
static int run_clang(char *const *arguments, const char *log) {
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return -1;
    pid_t process;
    int status = -1;
    bool is_ready = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0) == 0 &&
                    posix_spawn_file_actions_addopen(&actions, 1, log, 01101, 0600) == 0 &&
                    posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0;
    if (is_ready && posix_spawn(&process, arguments[0], &actions, NULL, arguments, environ) == 0) {
        while (waitpid(process, &status, 0) < 0) {
            if (errno == EINTR) continue;
            status = -1;
            break;
        }
    }
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t count = 0;
    FILE *memory = open_memstream(&text, &count);
    for (int byte; memory && file && (byte = getc(file)) != EOF;) putc(byte, memory);
    if (memory) fclose(memory);
    if (file) fclose(file);
    return text;
}

static char *make_key(const char *source, const char *const *options, int option_count) {
    char *key = NULL;
    size_t count = 0;
    FILE *memory = open_memstream(&key, &count);
    if (!memory) return NULL;
    for (int i = 0; i < option_count; i++) fprintf(memory, "%s\n", options[i]);
    fprintf(memory, "\n%s", source);
    fclose(memory);
    return key;
}

static const char *const fixed_options[] = {
    "-x", "c++", "-std=c++17", "-O1", "-fPIC", "-shared", "-fno-exceptions", "-fno-rtti", "-nostdlib++",
    "-ffp-contract=on", "-fno-strict-aliasing", "-Wall", "-Werror=return-type",
    // A source that needs a header would compile here and not for a GPU.
    "-nostdinc", "-nostdinc++", "-fvisibility=hidden", "-include"};
enum { fixed_count = sizeof fixed_options / sizeof *fixed_options };

static int build(const char *source, const char *const *options, int option_count, struct library *library) {
    char clang[path_size], prelude[path_size], text[path_size], log[path_size];
    if (!make_folder() || !find_clang(clang)) {
        library->log = strdup(folder[0] ? "there is no clang" : "there is no folder for temporary files");
        return fake_nvrtc_compilation;
    }
    unsigned number = file_count++;
    snprintf(prelude, sizeof prelude, "%s/prelude.h", folder);
    snprintf(text, sizeof text, "%s/%u.cu", folder, number);
    snprintf(log, sizeof log, "%s/%u.log", folder, number);
    snprintf(library->path, sizeof library->path, "%s/%u.so", folder, number);
    char *arguments[1 + fixed_count + 1 + option_limit + 5] = {clang};
    int count = 1;
    for (int i = 0; i < fixed_count; i++) arguments[count++] = (char *)(uintptr_t)fixed_options[i];
    arguments[count++] = prelude;
    for (int i = 0; i < option_count; i++) arguments[count++] = (char *)(uintptr_t)options[i];
    char output[] = "-o", mathematics[] = "-lm";
    arguments[count++] = output;
    arguments[count++] = library->path;
    arguments[count++] = text;
    arguments[count++] = mathematics;
    int status = write_file(text, source) ? run_clang(arguments, log) : -1;
    library->log = read_file(log);
    unlink(log);
    unlink(text);
    return status == 0 ? fake_success : fake_nvrtc_compilation;
}

int fake_compile(const char *source, const char *const *options, int option_count, const char **path, char **log) {
    *log = NULL;
    if (option_count > option_limit) return fake_nvrtc_invalid_option;
    struct library *library = calloc(1, sizeof *library);
    if (library) library->key = make_key(source, options, option_count);
    if (!library || !library->key) {
        free(library);
        return 1;
    }
    for (const struct library *known = libraries; known; known = known->next) {
        if (strcmp(known->key, library->key) != 0) continue;
        free(library->key);
        free(library);
        *path = known->path;
        *log = known->log ? strdup(known->log) : NULL;
        return fake_success;
    }
    int code = build(source, options, option_count, library);
    *log = library->log ? strdup(library->log) : NULL;
    if (code) {
        free(library->log);
        free(library->key);
        free(library);
        return code;
    }
    library->next = libraries;
    libraries = library;
    *path = library->path;
    return fake_success;
}
