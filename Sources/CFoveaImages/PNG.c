#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <png.h>
#include <string.h>

#include "Image.h"

// What libpng calls when something is wrong. It must not return, so it jumps; no frame of Swift lies between.
typedef struct {
    jmp_buf failed;
    char *reason;
} failure;

typedef struct {
    const uint8_t *next;
    size_t left;
    // How much more may be read.
    size_t allowance;
} source;

static void fail(png_structp png, png_const_charp message) {
    failure *f = png_get_error_ptr(png);
    snprintf(f->reason, sizeof ((fovea_image *)0)->reason, "%s", message);
    longjmp(f->failed, 1);
}

// libpng warns of chunks that do not matter to the pixels.
static void warn(png_structp png, png_const_charp message) {}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->left) png_error(png, "it ends too early");
    if (count > from->allowance) png_error(png, "it has far more data than its size needs");
    from->allowance -= count;
    memcpy(target, from->next, count);
    from->next += count;
    from->left -= count;
}

// All that may jump. Everything that is taken on the way belongs to `png` or `image`.
static fovea_image_result decode(
    png_structp png, png_infop info, source *from, fovea_image_limits limits, fovea_image *image) {
    // Gamma, profiles, texts, EXIF and the like change nothing here, and unpacking them would take time and memory.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff); // ours are checked next
    png_read_info(png, info);
    if (!fovea_image_may_be(png_get_image_width(png, info), png_get_image_height(png, info), limits, image)) {
        return FOVEA_IMAGE_TOO_LARGE;
    }
    png_set_expand(png); // palettes to colours, fewer bits to 8, a transparent colour to alpha
    png_set_scale_16(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    int channels = png_get_channels(png, info);
    size_t row_length = png_get_rowbytes(png, info);
    if (channels < 1 || channels > 4 || row_length != (size_t)image->width * (size_t)channels) {
        png_error(png, "its pixels have another size than its header says");
    }
    if (!fovea_image_allocate(image, channels)) png_error(png, "there is not enough memory");
    for (int pass = 0; pass < passes; pass++) {
        for (int64_t row = 0; row < image->height; row++) {
            // With the last row libpng unpacks all that follows, which may be a thousand times as much as the file.
            if (pass == passes - 1 && row == image->height - 1) from->allowance = 2 * row_length + (16 << 10);
            png_read_row(png, image->pixels + (size_t)row * row_length, NULL);
        }
    }
    if (channels == 2 || channels == 4) fovea_image_put_on_white(image);
    return FOVEA_IMAGE_DECODED;
}

fovea_image_result fovea_decode_png(
    const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image) {
    *image = (fovea_image){.reason = "there is not enough memory"};
    failure f = {.reason = image->reason};
    source from = {bytes, length, SIZE_MAX};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &f, fail, warn);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    fovea_image_result result = FOVEA_IMAGE_FAILED;
    if (info != NULL) {
        png_set_read_fn(png, &from, read_bytes);
        if (setjmp(f.failed) == 0) result = decode(png, info, &from, limits, image);
        else result = FOVEA_IMAGE_FAILED;
    }
    png_destroy_read_struct(&png, &info, NULL);
    if (result == FOVEA_IMAGE_FAILED) fovea_image_free(image);
    return result;
}

const char *fovea_png_version(void) { return png_get_libpng_ver(NULL); }
