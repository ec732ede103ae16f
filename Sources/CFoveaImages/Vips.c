#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Image.h"

// What is used of libvips 8.10 and later, which is opened at run time: its headers are not needed to build, nor is the
// library to run. The numbers are those of its enumerations.
enum { vips_uchar = 0, vips_grey = 1, vips_cmyk = 15, vips_srgb = 22, vips_rgb = 17, vips_rgb16 = 25, vips_grey16 = 26 };

typedef void vips_object;

struct fovea_vips {
    int (*init)(const char *);
    int (*version)(int);
    vips_object *(*new_from_buffer)(const void *, size_t, const char *, ...);
    int (*get_width)(const vips_object *);
    int (*get_height)(const vips_object *);
    int (*get_bands)(const vips_object *);
    int (*get_interpretation)(const vips_object *);
    int (*has_alpha)(vips_object *);
    int (*get_orientation)(vips_object *);
    size_t (*get_typeof)(const vips_object *, const char *);
    int (*get_blob)(const vips_object *, const char *, const void **, size_t *);
    int (*colourspace)(vips_object *, vips_object **, int, ...);
    int (*cast)(vips_object *, vips_object **, int, ...);
    void *(*write_to_memory)(vips_object *, size_t *);
    char *(*error_buffer_copy)(void);
    void (*thread_shutdown)(void);
    void (*unref)(void *);
    void (*free)(void *);
};

static bool find(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void ignore_message(const char *domain, int level, const char *text, void *data) {}

// What makes it behave: nothing untrusted, no threads and no cache of its own, nothing on standard error.
static void restrain(void *library) {
    void (*block_untrusted)(int), (*set_number)(int);
    unsigned (*set_log_handler)(const char *, int, void (*)(const char *, int, const char *, void *), void *);
    if (find(library, "vips_block_untrusted_set", &block_untrusted)) block_untrusted(1);
    if (find(library, "vips_concurrency_set", &set_number)) set_number(1);
    if (find(library, "vips_cache_set_max", &set_number)) set_number(0);
    // All levels but errors, which end the process anyway.
    if (find(library, "g_log_set_handler", &set_log_handler)) set_log_handler("VIPS", 0xf8, ignore_message, NULL);
}

fovea_vips *fovea_vips_open(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return NULL;
    fovea_vips *vips = calloc(1, sizeof *vips);
    bool is_whole = vips != NULL && find(library, "vips_init", &vips->init) &&
                    find(library, "vips_version", &vips->version) &&
                    find(library, "vips_image_new_from_buffer", &vips->new_from_buffer) &&
                    find(library, "vips_image_get_width", &vips->get_width) &&
                    find(library, "vips_image_get_height", &vips->get_height) &&
                    find(library, "vips_image_get_bands", &vips->get_bands) &&
                    find(library, "vips_image_get_interpretation", &vips->get_interpretation) &&
                    find(library, "vips_image_hasalpha", &vips->has_alpha) &&
                    find(library, "vips_image_get_orientation", &vips->get_orientation) &&
                    find(library, "vips_image_get_typeof", &vips->get_typeof) &&
                    find(library, "vips_image_get_blob", &vips->get_blob) &&
                    find(library, "vips_colourspace", &vips->colourspace) &&
                    find(library, "vips_cast", &vips->cast) &&
                    find(library, "vips_image_write_to_memory", &vips->write_to_memory) &&
                    find(library, "vips_error_buffer_copy", &vips->error_buffer_copy) &&
                    find(library, "vips_thread_shutdown", &vips->thread_shutdown) &&
                    find(library, "g_object_unref", &vips->unref) && find(library, "g_free", &vips->free);
    if (!is_whole || vips->init("fovea") != 0) {
        free(vips);
        return NULL;
    }
    restrain(library);
    return vips;
}

int fovea_vips_version(const fovea_vips *vips, int part) { return vips->version(part); }

// Takes what libvips says; it keeps one text for all threads.
static fovea_image_result fail(const fovea_vips *vips, fovea_image *image) {
    char *text = vips->error_buffer_copy();
    size_t length = text == NULL ? 0 : strcspn(text, "\n");
    if (length == 0) snprintf(image->reason, sizeof image->reason, "libvips does not say why");
    else if (strstr(text, "operation is blocked") != NULL) {
        snprintf(image->reason, sizeof image->reason, "libvips calls its own decoder of these untrusted, so it is not used");
    }
    else snprintf(image->reason, sizeof image->reason, "%.*s", (int)(length > 200 ? 200 : length), text);
    vips->free(text);
    fovea_image_free(image);
    return FOVEA_IMAGE_FAILED;
}

// Opens a file, of which it reads the header.
static vips_object *open_image(
    const fovea_vips *vips, const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image,
    fovea_image_result *result) {
    *image = (fovea_image){0};
    vips_object *opened =
        vips->new_from_buffer(bytes, length, "[access=sequential,fail_on=truncated]", (void *)NULL);
    if (opened == NULL) {
        *result = fail(vips, image);
        return NULL;
    }
    bool fits = fovea_image_may_be(vips->get_width(opened), vips->get_height(opened), limits, image);
    *result = fits ? FOVEA_IMAGE_DECODED : FOVEA_IMAGE_TOO_LARGE;
    int colours = vips->get_bands(opened) - (vips->has_alpha(opened) ? 1 : 0);
    bool is_inked = vips->get_interpretation(opened) == vips_cmyk && vips->get_bands(opened) == 4;
    image->channels = is_inked ? 4 : colours == 1 ? 1 : 3;
    image->orientation = vips->get_orientation(opened);
    return opened;
}

// The embedded colour profile, where the numbers of the pixels are meant by it.
static void copy_profile(const fovea_vips *vips, const vips_object *opened, fovea_image *image) {
    static const char name[] = "icc-profile-data";
    const void *profile;
    size_t length;
    switch (vips->get_interpretation(opened)) {
    case vips_grey: case vips_grey16: case vips_rgb: case vips_rgb16: case vips_srgb: case vips_cmyk: break;
    default: return;
    }
    if (vips->get_typeof(opened, name) == 0 || vips->get_blob(opened, name, &profile, &length) != 0) return;
    if (length == 0 || length > fovea_most_profile_bytes || (image->profile = malloc(length)) == NULL) return;
    memcpy(image->profile, profile, length);
    image->profile_length = length;
}

// The pixels as 8 bits of sRGB, luminance or inks.
static fovea_image_result read_pixels(const fovea_vips *vips, vips_object *opened, fovea_image *image) {
    int wanted = image->channels;
    vips_object *converted = NULL, *bytes = NULL;
    uint8_t *pixels = NULL;
    size_t length = 0;
    bool is_inked = wanted == 4;
    if (is_inked) converted = opened;
    else if (vips->colourspace(opened, &converted, wanted == 1 ? vips_grey : vips_srgb, (void *)NULL) != 0) converted = NULL;
    if (converted != NULL && vips->cast(converted, &bytes, vips_uchar, (void *)NULL) == 0) {
        pixels = vips->write_to_memory(bytes, &length);
    }
    int bands = bytes == NULL ? 0 : vips->get_bands(bytes);
    fovea_image_result result = FOVEA_IMAGE_FAILED;
    if (pixels == NULL) {
        fail(vips, image);
    } else if ((bands != wanted && bands != wanted + 1) ||
               length != (size_t)(image->width * image->height) * (size_t)bands) {
        snprintf(image->reason, sizeof image->reason, "it has %d channels", bands);
    } else if (!fovea_image_allocate(image, bands)) {
        snprintf(image->reason, sizeof image->reason, "there is not enough memory");
    } else {
        memcpy(image->pixels, pixels, length);
        // JPEG's convention, which others follow here: how much of an ink is missing.
        if (is_inked) for (size_t i = 0; i < length; i++) image->pixels[i] = 255 - pixels[i];
        if (bands != wanted) fovea_image_put_on_white(image);
        result = FOVEA_IMAGE_DECODED;
    }
    vips->free(pixels);
    if (bytes != NULL) vips->unref(bytes);
    if (converted != NULL && converted != opened) vips->unref(converted);
    return result;
}

fovea_image_result fovea_vips_read_header(
    const fovea_vips *vips, const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image) {
    fovea_image_result result;
    vips_object *opened = open_image(vips, bytes, length, limits, image, &result);
    if (opened != NULL) vips->unref(opened);
    vips->thread_shutdown();
    return result;
}

fovea_image_result fovea_vips_decode(
    const fovea_vips *vips, const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image) {
    fovea_image_result result;
    vips_object *opened = open_image(vips, bytes, length, limits, image, &result);
    if (opened != NULL && result == FOVEA_IMAGE_DECODED) {
        result = read_pixels(vips, opened, image);
        if (result == FOVEA_IMAGE_DECODED) copy_profile(vips, opened, image);
    }
    if (opened != NULL) vips->unref(opened);
    vips->thread_shutdown();
    return result;
}
