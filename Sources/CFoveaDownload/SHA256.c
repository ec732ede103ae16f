#include <dlfcn.h>
#include <pthread.h>

#include "include/CFoveaDownload.h"

// The digests of OpenSSL's libcrypto, whose header is not needed to build.
static struct {
    bool is_open;
    void *(*MD_CTX_new)(void);
    void (*MD_CTX_free)(void *context);
    const void *(*sha256)(void);
    int (*DigestInit_ex)(void *context, const void *type, void *engine);
    int (*DigestUpdate)(void *context, const void *bytes, size_t count);
    int (*DigestFinal_ex)(void *context, unsigned char *sum, unsigned int *count);
} crypto;

static void open_crypto(void) {
    static const char *const names[] = {"libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.3.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (!library) return;
    // POSIX lets an object pointer become a function pointer only through memory.
#define FIND(function) (*(void **)&crypto.function = dlsym(library, "EVP_" #function))
    crypto.is_open = FIND(MD_CTX_new) && FIND(MD_CTX_free) && FIND(sha256) && FIND(DigestInit_ex)
        && FIND(DigestUpdate) && FIND(DigestFinal_ex);
#undef FIND
}

void *fovea_sha256_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_crypto);
    if (!crypto.is_open) return NULL;
    void *state = crypto.MD_CTX_new();
    if (state && !crypto.DigestInit_ex(state, crypto.sha256(), NULL)) {
        crypto.MD_CTX_free(state);
        return NULL;
    }
    return state;
}

bool fovea_sha256_add(void *state, const void *bytes, size_t count) {
    return crypto.DigestUpdate(state, bytes, count) == 1;
}

bool fovea_sha256_end(void *state, uint8_t sum[32]) {
    bool done = !sum || crypto.DigestFinal_ex(state, sum, NULL) == 1;
    crypto.MD_CTX_free(state);
    return done;
}
