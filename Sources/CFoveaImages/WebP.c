#include <stdbool.h>
#include <stdio.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "Image.h"

static const char *text_of(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return "there is not enough memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not know";
    case VP8_STATUS_NOT_ENOUGH_DATA: return "it ends too early";
    default: return "its data is damaged";
    }
}

static fovea_image_result fail(fovea_image *image, const char *reason) {
    fovea_image_free(image);
    snprintf(image->reason, sizeof image->reason, "%s", reason);
    return FOVEA_IMAGE_FAILED;
}

// Decodes a picture into a part of `image`, which has as many channels as the picture.
static VP8StatusCode decode_part(
    const uint8_t *bytes, size_t length, fovea_image *image, int64_t left, int64_t top) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_INVALID_PARAM;
    int64_t row_length = image->width * image->channels;
    int64_t start = top * row_length + left * image->channels;
    config.output.colorspace = image->channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = image->pixels + start;
    config.output.u.RGBA.stride = (int)row_length;
    config.output.u.RGBA.size = (size_t)(image->height * row_length - start);
    VP8StatusCode status = WebPDecode(bytes, length, &config);
    WebPFreeDecBuffer(&config.output);
    return status;
}

// The first frame, on a canvas that is transparent around it.
static fovea_image_result decode_first_frame(const uint8_t *bytes, size_t length, fovea_image *image) {
    WebPData data = {bytes, length};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (demuxer == NULL) return fail(image, "it ends too early, or its frames are damaged");
    WebPIterator frame = {0};
    const char *reason = NULL;
    if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
        reason = "it has no picture";
    } else if (frame.x_offset < 0 || frame.y_offset < 0 || frame.width > image->width - frame.x_offset ||
               frame.height > image->height - frame.y_offset) {
        reason = "its first frame does not lie within its size";
    } else if (!fovea_image_allocate(image, 4)) {
        reason = "there is not enough memory";
    } else {
        VP8StatusCode status =
            decode_part(frame.fragment.bytes, frame.fragment.size, image, frame.x_offset, frame.y_offset);
        if (status != VP8_STATUS_OK) reason = text_of(status);
    }
    WebPDemuxReleaseIterator(&frame);
    WebPDemuxDelete(demuxer);
    return reason == NULL ? FOVEA_IMAGE_DECODED : fail(image, reason);
}

fovea_image_result fovea_decode_webp(
    const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image) {
    *image = (fovea_image){0};
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(bytes, length, &features);
    if (status != VP8_STATUS_OK) return fail(image, text_of(status));
    if (!fovea_image_may_be(features.width, features.height, limits, image)) return FOVEA_IMAGE_TOO_LARGE;
    if (features.has_animation) {
        if (decode_first_frame(bytes, length, image) != FOVEA_IMAGE_DECODED) return FOVEA_IMAGE_FAILED;
    } else {
        if (!fovea_image_allocate(image, features.has_alpha ? 4 : 3)) return fail(image, "there is not enough memory");
        status = decode_part(bytes, length, image, 0, 0);
        if (status != VP8_STATUS_OK) return fail(image, text_of(status));
    }
    if (image->channels == 4) fovea_image_put_on_white(image);
    return FOVEA_IMAGE_DECODED;
}

const char *fovea_webp_version(void) {
    static char text[16];
    int version = WebPGetDecoderVersion();
    // Threads that come here at once write the same.
    snprintf(text, sizeof text, "%d.%d.%d", version >> 16, version >> 8 & 255, version & 255);
    return text;
}
