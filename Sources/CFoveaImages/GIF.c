#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "Image.h"

typedef struct {
    const uint8_t *next;
    size_t left;
} source;

static int read_bytes(GifFileType *gif, GifByteType *target, int count) {
    source *from = gif->UserData;
    if (count < 0 || (size_t)count > from->left) return 0;
    memcpy(target, from->next, (size_t)count);
    from->next += count;
    from->left -= (size_t)count;
    return count;
}

// Reads up to the first frame. Returns why there is none, or NULL.
static const char *find_frame(GifFileType *gif, int *transparent) {
    static const char unreadable[] = "it ends too early, or is damaged before its picture";
    for (;;) {
        GifRecordType type;
        if (DGifGetRecordType(gif, &type) == GIF_ERROR) return unreadable;
        if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_ERROR ? unreadable : NULL;
        if (type != EXTENSION_RECORD_TYPE) return "it has no picture";
        int code;
        GifByteType *block;
        if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) return unreadable;
        GraphicsControlBlock control;
        if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL && block[0] == 4 &&
            DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
            *transparent = control.TransparentColor;
        }
        while (block != NULL) {
            if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return unreadable;
        }
    }
}

// Decodes the rows of the frame into a white image. Returns why that failed, or NULL.
static const char *decode_rows(GifFileType *gif, int transparent, GifPixelType *row, fovea_image *image) {
    // Interlaced files hold every eighth row first, then those between.
    static const struct { int first, step; } passes[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    GifImageDesc frame = gif->Image;
    const ColorMapObject *colours = frame.ColorMap != NULL ? frame.ColorMap : gif->SColorMap;
    if (colours == NULL) return "it has no colours";
    for (int pass = 0; pass < (frame.Interlace ? 4 : 1); pass++) {
        int step = frame.Interlace ? passes[pass].step : 1;
        for (int y = frame.Interlace ? passes[pass].first : 0; y < frame.Height; y += step) {
            if (DGifGetLine(gif, row, frame.Width) == GIF_ERROR) return "it ends too early, or its picture is damaged";
            uint8_t *target = image->pixels + ((int64_t)(frame.Top + y) * image->width + frame.Left) * 3;
            for (int x = 0; x < frame.Width; x++, target += 3) {
                if (row[x] == transparent) continue;
                if (row[x] >= colours->ColorCount) return "it has a pixel of no colour";
                GifColorType colour = colours->Colors[row[x]];
                target[0] = colour.Red;
                target[1] = colour.Green;
                target[2] = colour.Blue;
            }
        }
    }
    return NULL;
}

fovea_image_result fovea_decode_gif(
    const uint8_t *bytes, size_t length, fovea_image_limits limits, fovea_image *image) {
    *image = (fovea_image){0};
    source from = {bytes, length};
    int error = 0, transparent = NO_TRANSPARENT_COLOR;
    GifFileType *gif = DGifOpen(&from, read_bytes, &error);
    const char *reason = gif == NULL ? "its header is damaged" : find_frame(gif, &transparent);
    fovea_image_result result = FOVEA_IMAGE_FAILED;
    if (reason == NULL) {
        GifImageDesc frame = gif->Image;
        int width = frame.Left + frame.Width, height = frame.Top + frame.Height;
        if (width < gif->SWidth) width = gif->SWidth;
        if (height < gif->SHeight) height = gif->SHeight;
        GifPixelType *row = NULL;
        if (frame.Left < 0 || frame.Top < 0 || frame.Width < 1 || frame.Height < 1) {
            reason = "its first frame has no pixels";
        } else if (!fovea_image_may_be(width, height, limits, image)) {
            result = FOVEA_IMAGE_TOO_LARGE;
        } else if (!fovea_image_allocate(image, 3) || (row = malloc((size_t)frame.Width)) == NULL) {
            reason = "there is not enough memory";
        } else {
            memset(image->pixels, 255, (size_t)(image->width * image->height) * 3);
            reason = decode_rows(gif, transparent, row, image);
            if (reason == NULL) result = FOVEA_IMAGE_DECODED;
        }
        free(row);
    }
    if (gif != NULL) DGifCloseFile(gif, &error);
    if (reason != NULL) {
        fovea_image_free(image);
        snprintf(image->reason, sizeof image->reason, "%s", reason);
    }
    return result;
}

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const char *fovea_gif_version(void) {
    return TEXT(GIFLIB_MAJOR) "." TEXT(GIFLIB_MINOR) "." TEXT(GIFLIB_RELEASE);
}
