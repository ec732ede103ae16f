// libcurl and libcrypto, opened when they are first needed: the calls that a checked download takes.
#ifndef CFOVEADOWNLOAD_H
#define CFOVEADOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A file to request over HTTP, and what receives it.
struct fovea_request {
    const char *url;
    /// The first byte wanted. Where it is 0, the whole file is.
    int64_t offset;
    /// The ETag that the file must still have for `offset` to count; null where it is not known.
    const char *etag;
    /// The number of seconds without a byte after which the transfer ends.
    long patience;
    void *context;
    /// Receives each line of the header, also of those of redirections. Not terminated by zero.
    void (*header)(void *context, const char *line, size_t count);
    /// Receives a piece of the content with the response's status; false ends the transfer.
    bool (*content)(void *context, long status, const uint8_t *bytes, size_t count);
};

/// The size of the buffer for libcurl's message.
#define FOVEA_MESSAGE_SIZE 256

/// Whether libcurl can be opened.
bool fovea_has_curl(void);

/// Sends the request and receives the response, following redirections within HTTP and HTTPS.
///
/// Returns libcurl's code, 0 for a response that was received whole, and sets `status` to the response's (0 where there
/// was none). `message` says more where the code is not 0. libcurl must be there.
int fovea_send(const struct fovea_request *request, long *status, char message[FOVEA_MESSAGE_SIZE]);

/// Begins a SHA-256 sum; null where libcrypto cannot be opened or has no memory.
void *fovea_sha256_begin(void);
bool fovea_sha256_add(void *state, const void *bytes, size_t count);
/// Writes the sum where `sum` is not null, and releases what it took.
bool fovea_sha256_end(void *state, uint8_t sum[32]);

#endif
