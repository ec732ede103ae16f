#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "include/CFoveaDownload.h"

// libcurl's interface is stable since 2006 (libcurl.so.4): these are the numbers of its curl.h, which is not needed to
// build.
enum {
    option_write_data = 10001,
    option_url = 10002,
    option_error_buffer = 10010,
    option_low_speed_limit = 19,
    option_low_speed_time = 20,
    option_user_agent = 10018,
    option_http_header = 10023,
    option_header_data = 10029,
    option_follow_location = 52,
    option_maximum_redirections = 68,
    option_connect_timeout = 78,
    option_no_signal = 99,
    option_protocols = 181,
    option_redirection_protocols = 182,
    option_write_function = 20011,
    option_header_function = 20079,
    option_range = 10007,
    information_response_code = 0x200002,
    protocols_http_and_https = 3,
    global_default = 3,
    out_of_memory = 27,
};

struct list;

static struct {
    bool is_open;
    int (*global_init)(long flags);
    void *(*easy_init)(void);
    int (*easy_setopt)(void *handle, int option, ...);
    int (*easy_perform)(void *handle);
    int (*easy_getinfo)(void *handle, int information, ...);
    void (*easy_cleanup)(void *handle);
    const char *(*easy_strerror)(int code);
    struct list *(*slist_append)(struct list *list, const char *text);
    void (*slist_free_all)(struct list *list);
} curl;

static void open_curl(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (!library) return;
    // POSIX lets an object pointer become a function pointer only through memory.
#define FIND(function) (*(void **)&curl.function = dlsym(library, "curl_" #function))
    curl.is_open = FIND(global_init) && FIND(easy_init) && FIND(easy_setopt) && FIND(easy_perform)
        && FIND(easy_getinfo) && FIND(easy_cleanup) && FIND(easy_strerror) && FIND(slist_append)
        && FIND(slist_free_all) && curl.global_init(global_default) == 0;
#undef FIND
}

bool fovea_has_curl(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_curl);
    return curl.is_open;
}

/// What the two functions below need.
struct transfer {
    const struct fovea_request *request;
    void *handle;
};

static size_t receive_header(char *line, size_t size, size_t count, void *context) {
    const struct transfer *transfer = context;
    transfer->request->header(transfer->request->context, line, size * count);
    return size * count;
}

static size_t receive_content(char *bytes, size_t size, size_t count, void *context) {
    const struct transfer *transfer = context;
    long status = 0;
    curl.easy_getinfo(transfer->handle, information_response_code, &status);
    bool goes_on =
        transfer->request->content(transfer->request->context, status, (const uint8_t *)bytes, size * count);
    // Any other number than that received ends the transfer.
    return goes_on ? size * count : size * count + 1;
}

int fovea_send(const struct fovea_request *request, long *status, char message[FOVEA_MESSAGE_SIZE]) {
    *status = 0;
    message[0] = 0;
    struct transfer transfer = {request, curl.easy_init()};
    void *handle = transfer.handle;
    if (!handle) return out_of_memory;
    curl.easy_setopt(handle, option_error_buffer, message);
    curl.easy_setopt(handle, option_url, request->url);
    curl.easy_setopt(handle, option_user_agent, "fovea");
    curl.easy_setopt(handle, option_no_signal, 1L);
    curl.easy_setopt(handle, option_protocols, (long)protocols_http_and_https);
    curl.easy_setopt(handle, option_redirection_protocols, (long)protocols_http_and_https);
    curl.easy_setopt(handle, option_follow_location, 1L);
    curl.easy_setopt(handle, option_maximum_redirections, 10L);
    curl.easy_setopt(handle, option_connect_timeout, request->patience);
    curl.easy_setopt(handle, option_low_speed_limit, 1L);
    curl.easy_setopt(handle, option_low_speed_time, request->patience);
    curl.easy_setopt(handle, option_header_function, receive_header);
    curl.easy_setopt(handle, option_header_data, &transfer);
    curl.easy_setopt(handle, option_write_function, receive_content);
    curl.easy_setopt(handle, option_write_data, &transfer);

    struct list *headers = NULL;
    if (request->offset > 0) {
        char text[1200];
        snprintf(text, sizeof text, "%lld-", (long long)request->offset);
        curl.easy_setopt(handle, option_range, text);
        if (request->etag) {
            snprintf(text, sizeof text, "If-Range: %.1000s", request->etag);
            headers = curl.slist_append(NULL, text);
            curl.easy_setopt(handle, option_http_header, headers);
        }
    }
    int code = curl.easy_perform(handle);
    curl.easy_getinfo(handle, information_response_code, status);
    if (code != 0 && message[0] == 0) snprintf(message, FOVEA_MESSAGE_SIZE, "%s", curl.easy_strerror(code));
    curl.easy_cleanup(handle);
    curl.slist_free_all(headers);
    return code;
}
