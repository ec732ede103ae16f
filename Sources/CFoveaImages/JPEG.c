#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h> // jpeglib.h needs it

#include <jpeglib.h>
#include <string.h>
// Its list of codes follows jpeglib.h.
#include <jerror.h>

#include "Image.h"

// Cameras and web sites write up to a few dozen; each costs a walk over the whole picture.
enum { most_scans = 100 };
// For the coefficients of a progressive picture, in bytes: two for each of three channels of the largest.
static const long most_memory = 1200L << 20;

// What libjpeg calls when something is wrong. It must not return from an error, so it jumps; no frame of Swift lies between.
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf failed;
    char *reason;
} failure;

static void fail(j_common_ptr common) {
    failure *f = (failure *)common->err;
    char text[JMSG_LENGTH_MAX];
    f->base.format_message(common, text);
    snprintf(f->reason, sizeof ((fovea_image *)0)->reason, "%s", text);
    longjmp(f->failed, 1);
}

// libjpeg warns of damage and goes on with grey; that is no picture to learn from. What it warns of otherwise, such as
// bytes between markers, loses nothing.
static void warn(j_common_ptr common, int level) {
    if (level >= 0) return;
    switch (common->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_MUST_RESYNC: fail(common);
    default: break;
    }
}

static void limit_scans(j_common_ptr common) {
    if (((j_decompress_ptr)common)->input_scan_number <= most_scans) return;
    failure *f = (failure *)common->err;
    snprintf(f->reason, sizeof ((fovea_image *)0)->reason, "it has more than %d scans", most_scans);
    longjmp(f->failed, 1);
}

// Whether the mark of the end is in what follows the header: within coded pixels these two bytes never stand side by side.
static bool has_end(const uint8_t *bytes, size_t length) {
    for (size_t i = length; i >= 2; i--) {
        if (bytes[i - 1] == 0xd9 && bytes[i - 2] == 0xff) return true;
    }
    return false;
}

// Pixels at the edge of a part are mixed with fewer neighbours than they have in the whole picture, where colours were
// stored for every second pixel or fewer; so a few more than asked for are decoded.
enum { margin = 4 };

static void decode_rows(j_decompress_ptr jpeg, fovea_image_region part, fovea_image *image) {
    int64_t first_column = part.left > margin ? part.left - margin : 0;
    int64_t end_column = part.left + part.width + margin;
    if (end_column > jpeg->output_width) end_column = jpeg->output_width;
    JDIMENSION offset = (JDIMENSION)first_column, width = (JDIMENSION)(end_column - first_column);
    if (width < jpeg->output_width) jpeg_crop_scanline(jpeg, &offset, &width);
    if (part.top > margin) jpeg_skip_scanlines(jpeg, (JDIMENSION)(part.top - margin));

    JSAMPARRAY row = jpeg->mem->alloc_sarray(
        (j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * (JDIMENSION)image->channels, 1);
    size_t row_length = (size_t)part.width * (size_t)image->channels;
    const JSAMPLE *wanted = row[0] + (size_t)(part.left - offset) * (size_t)image->channels;
    while (jpeg->output_scanline < part.top + part.height) {
        int64_t number = (int64_t)jpeg->output_scanline - part.top;
        jpeg_read_scanlines(jpeg, row, 1);
        if (number < 0) continue;
        memcpy(image->pixels + (size_t)number * row_length, wanted, row_length);
    }
}

// All that may jump. Everything that is taken on the way belongs to `jpeg` or `image`.
static fovea_image_result decode(
    j_decompress_ptr jpeg, const uint8_t *bytes, size_t length, fovea_image_limits limits,
    const fovea_image_region *region, fovea_image *image) {
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = most_memory;
    struct jpeg_progress_mgr progress = {.progress_monitor = limit_scans};
    jpeg->progress = &progress;
    jpeg_mem_src(jpeg, bytes, (unsigned long)length);
    jpeg_read_header(jpeg, TRUE);
    if (!fovea_image_may_be(jpeg->image_width, jpeg->image_height, limits, image)) return FOVEA_IMAGE_TOO_LARGE;
    if (!has_end(jpeg->src->next_input_byte, jpeg->src->bytes_in_buffer)) ERREXIT(jpeg, JERR_INPUT_EOF);
    bool is_inked = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    bool is_grey = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    jpeg->out_color_space = is_inked ? JCS_CMYK : is_grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->scale_num = 1;
    jpeg->scale_denom = region == NULL ? 1 : (unsigned)region->denominator;
    jpeg_start_decompress(jpeg);
    fovea_image_region part = {0, 0, jpeg->output_width, jpeg->output_height, 1};
    if (region != NULL) part = *region;
    if (part.left < 0 || part.top < 0 || part.width < 1 || part.height < 1 ||
        part.width > jpeg->output_width - part.left || part.height > jpeg->output_height - part.top) {
        ERREXIT2(jpeg, JERR_WIDTH_OVERFLOW, 0, 0);
    }
    image->width = part.width;
    image->height = part.height;
    if (!fovea_image_allocate(image, is_inked ? 4 : is_grey ? 1 : 3)) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    decode_rows(jpeg, part, image);
    return FOVEA_IMAGE_DECODED;
}

fovea_image_result fovea_decode_jpeg(
    const uint8_t *bytes, size_t length, fovea_image_limits limits, const fovea_image_region *region,
    fovea_image *image) {
    *image = (fovea_image){0};
    failure f = {.reason = image->reason};
    struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&f.base)};
    f.base.error_exit = fail;
    f.base.emit_message = warn;
    fovea_image_result result;
    if (setjmp(f.failed) == 0) result = decode(&jpeg, bytes, length, limits, region, image);
    else result = FOVEA_IMAGE_FAILED;
    jpeg_destroy_decompress(&jpeg);
    if (result == FOVEA_IMAGE_FAILED) fovea_image_free(image);
    return result;
}

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const char *fovea_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION
    return TEXT(LIBJPEG_TURBO_VERSION);
#else
    return TEXT(JPEG_LIB_VERSION);
#endif
}
