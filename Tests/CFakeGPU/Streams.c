#define _GNU_SOURCE
#include "State.h"

#include <stdlib.h>
#include <time.h>

struct stream {
    int device;
    unsigned flags;
    bool is_capturing, is_invalidated;
    int mode;
    // Of the thread that began the capture.
    const void *thread;
    struct fake_nodes nodes;
};
struct event {
    int device;
    unsigned flags;
    bool is_recorded;
    struct timespec time;
};

enum { nonblocking = 1, mode_global = 0, mode_thread = 1, mode_relaxed = 2, event_without_timing = 2 };

static int capture_count;
// A thread's place of this stands for the thread.
static _Thread_local char thread_mark;

static struct stream *stream_of(const void *handle) {
    struct stream *stream = fake_find(fake_stream, handle);
    if (!stream || stream->device == fake_current_device() || fake_sticky()) return stream;
    fake_note_misuse("stream %p belongs to another device than the thread's context", handle);
    return NULL;
}

static void check_forbids(const void *handle, void *content, void *data) {
    (void)handle;
    const struct stream *stream = content;
    if (!stream->is_capturing || stream->mode == mode_relaxed) return;
    if (stream->mode == mode_global || stream->thread == &thread_mark) *(bool *)data = true;
}

bool fake_capture_forbids(void) {
    bool forbids = false;
    if (capture_count > 0) fake_visit(fake_stream, check_forbids, &forbids);
    return forbids;
}

static void invalidate(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    struct stream *stream = content;
    if (stream->is_capturing) stream->is_invalidated = true;
}

void fake_invalidate_captures(void) {
    if (capture_count > 0) fake_visit(fake_stream, invalidate, NULL);
}

static void check_implicit(const void *handle, void *content, void *data) {
    (void)handle;
    const struct stream *stream = content;
    if (stream->is_capturing && !(stream->flags & nonblocking)) *(bool *)data = true;
}

// The default stream waits for all others that do not forbid it, which those that capture cannot do.
static int check_default_stream(void) {
    bool waits = false;
    if (capture_count > 0) fake_visit(fake_stream, check_implicit, &waits);
    if (!waits) return fake_success;
    fake_note_misuse("the default stream is used while another captures");
    fake_invalidate_captures();
    return fake_capture_implicit;
}

int fake_submit(const struct fake_work *work, void *handle) {
    if (!handle) {
        int code = check_default_stream();
        return code ? code : fake_run(work);
    }
    struct stream *stream = stream_of(handle);
    if (!stream) return fake_invalid_handle;
    if (!stream->is_capturing) return fake_run(work);
    if (stream->is_invalidated) return fake_capture_invalidated;
    return fake_append(&stream->nodes, work);
}

int fake_check_idle(void *handle) {
    if (!handle) return check_default_stream();
    struct stream *stream = stream_of(handle);
    if (!stream) return fake_invalid_handle;
    if (!stream->is_capturing) return fake_success;
    fake_note_misuse("stream %p is used for what it cannot capture", handle);
    fake_invalidate_captures();
    return fake_capture_unsupported;
}

static void end_capture(struct stream *stream) {
    if (stream->is_capturing) capture_count--;
    stream->is_capturing = stream->is_invalidated = false;
    fake_free_nodes(&stream->nodes);
}

static void end_any_capture(const void *handle, void *content, void *data) {
    (void)handle, (void)data;
    end_capture(content);
}

void fake_reset_streams(void) { fake_visit(fake_stream, end_any_capture, NULL); }

static int fake_cuStreamCreate(void **stream, unsigned flags) {
    int code = FAKE_ENTER(cuStreamCreate, fake_needs_context);
    if (!code && flags > nonblocking) code = fake_invalid_value;
    struct stream *content = code ? NULL : calloc(1, sizeof *content);
    if (content) {
        content->device = fake_current_device();
        content->flags = flags;
    }
    if (!code) code = (*stream = fake_add(fake_stream, content)) ? fake_success : fake_out_of_memory;
    return FAKE_LEAVE(cuStreamCreate, code);
}

static int fake_cuStreamDestroy_v2(void *stream) {
    int code = FAKE_ENTER(cuStreamDestroy_v2, fake_needs_context);
    if (!code || code == fake_sticky()) {
        struct stream *content = stream_of(stream);
        if (content) {
            end_capture(content);
            fake_remove(stream);
        } else if (!code) {
            code = fake_invalid_handle;
        }
    }
    return FAKE_LEAVE(cuStreamDestroy_v2, code);
}

static int fake_cuStreamSynchronize(void *stream) {
    int code = FAKE_ENTER(cuStreamSynchronize, fake_needs_context | fake_needs_no_capture);
    if (!code) code = fake_check_idle(stream);
    return FAKE_LEAVE(cuStreamSynchronize, code);
}

static int fake_cuStreamBeginCapture_v2(void *stream, int mode) {
    int code = FAKE_ENTER(cuStreamBeginCapture_v2, fake_needs_context);
    if (!code && (mode < mode_global || mode > mode_relaxed)) code = fake_invalid_value;
    // The default stream cannot capture.
    if (!code && !stream) code = fake_capture_unsupported;
    struct stream *content = code ? NULL : stream_of(stream);
    if (!code && !content) code = fake_invalid_handle;
    if (!code && content->is_capturing) {
        fake_note_misuse("stream %p begins to capture while it captures", stream);
        content->is_invalidated = true;
        code = 401;
    }
    if (!code) {
        content->is_capturing = true;
        content->mode = mode;
        content->thread = &thread_mark;
        capture_count++;
    }
    return FAKE_LEAVE(cuStreamBeginCapture_v2, code);
}

// Whatever it returns, the stream does not capture any more.
static int fake_cuStreamEndCapture(void *stream, void **graph) {
    int code = FAKE_ENTER(cuStreamEndCapture, fake_needs_context);
    *graph = NULL;
    struct stream *content = code && capture_count == 0 ? NULL : stream_of(stream);
    if (!content) return FAKE_LEAVE(cuStreamEndCapture, code ? code : fake_invalid_handle);
    if (!content->is_capturing) {
        if (!code) fake_note_misuse("stream %p ends a capture that it did not begin", stream);
        return FAKE_LEAVE(cuStreamEndCapture, code ? code : 401);
    }
    if (!code && content->is_invalidated) code = fake_capture_invalidated;
    if (!code && content->mode != mode_relaxed && content->thread != &thread_mark) {
        fake_note_misuse("stream %p ends its capture on another thread", stream);
        code = 908;
    }
    if (!code) {
        *graph = fake_add_graph(content->nodes);
        content->nodes = (struct fake_nodes){0};
        if (!*graph) code = fake_out_of_memory;
    }
    end_capture(content);
    return FAKE_LEAVE(cuStreamEndCapture, code);
}

static struct event *event_of(const void *handle) {
    struct event *event = fake_find(fake_event, handle);
    if (!event || event->device == fake_current_device() || fake_sticky()) return event;
    fake_note_misuse("event %p belongs to another device than the thread's context", handle);
    return NULL;
}

static int fake_cuEventCreate(void **event, unsigned flags) {
    int code = FAKE_ENTER(cuEventCreate, fake_needs_context);
    if (!code && flags > 7) code = fake_invalid_value;
    struct event *content = code ? NULL : calloc(1, sizeof *content);
    if (content) {
        content->device = fake_current_device();
        content->flags = flags;
    }
    if (!code) code = (*event = fake_add(fake_event, content)) ? fake_success : fake_out_of_memory;
    return FAKE_LEAVE(cuEventCreate, code);
}

static int fake_cuEventDestroy_v2(void *event) {
    int code = FAKE_ENTER(cuEventDestroy_v2, fake_needs_context);
    if (!code || code == fake_sticky()) {
        if (event_of(event)) fake_remove(event);
        else if (!code) code = fake_invalid_handle;
    }
    return FAKE_LEAVE(cuEventDestroy_v2, code);
}

// In a capture it only orders the work, and has no time.
static int fake_cuEventRecord(void *event, void *stream) {
    int code = FAKE_ENTER(cuEventRecord, fake_needs_context);
    struct event *content = code ? NULL : event_of(event);
    struct stream *recording = code || !stream ? NULL : stream_of(stream);
    if (!code && (!content || (stream && !recording))) code = fake_invalid_handle;
    if (!code && !stream) code = check_default_stream();
    if (!code && recording && recording->is_invalidated) code = fake_capture_invalidated;
    if (!code) {
        content->is_recorded = !(recording && recording->is_capturing);
        clock_gettime(CLOCK_MONOTONIC, &content->time);
    }
    return FAKE_LEAVE(cuEventRecord, code);
}

// Everything has run when a call returns, so that there is nothing to wait for.
static int fake_cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
    int code = FAKE_ENTER(cuStreamWaitEvent, fake_needs_context);
    struct stream *content = code ? NULL : stream_of(stream);
    if (!code && (!content || !event_of(event) || flags > 1)) code = fake_invalid_handle;
    return FAKE_LEAVE(cuStreamWaitEvent, code);
}

static int fake_cuEventSynchronize(void *event) {
    int code = FAKE_ENTER(cuEventSynchronize, fake_needs_context | fake_needs_no_capture);
    if (!code && !event_of(event)) code = fake_invalid_handle;
    return FAKE_LEAVE(cuEventSynchronize, code);
}

static int fake_cuEventElapsedTime(float *milliseconds, void *start, void *end) {
    int code = FAKE_ENTER(cuEventElapsedTime, fake_needs_context);
    const struct event *first = code ? NULL : event_of(start), *last = code ? NULL : event_of(end);
    if (!code && (!first || !last || !first->is_recorded || !last->is_recorded)) code = fake_invalid_handle;
    if (!code && ((first->flags | last->flags) & event_without_timing)) code = fake_invalid_handle;
    if (!code) {
        double seconds = (double)(last->time.tv_sec - first->time.tv_sec);
        double rest = (double)(last->time.tv_nsec - first->time.tv_nsec);
        *milliseconds = (float)(seconds * 1e3 + rest * 1e-6);
    }
    return FAKE_LEAVE(cuEventElapsedTime, code);
}

void fake_fill_streams(struct fovea_cuda_driver *calls) {
    calls->cuStreamCreate = fake_cuStreamCreate;
    calls->cuStreamDestroy_v2 = fake_cuStreamDestroy_v2;
    calls->cuStreamSynchronize = fake_cuStreamSynchronize;
    calls->cuStreamBeginCapture_v2 = fake_cuStreamBeginCapture_v2;
    calls->cuStreamEndCapture = fake_cuStreamEndCapture;
    calls->cuEventCreate = fake_cuEventCreate;
    calls->cuEventDestroy_v2 = fake_cuEventDestroy_v2;
    calls->cuEventRecord = fake_cuEventRecord;
    calls->cuStreamWaitEvent = fake_cuStreamWaitEvent;
    calls->cuEventSynchronize = fake_cuEventSynchronize;
    calls->cuEventElapsedTime = fake_cuEventElapsedTime;
}
