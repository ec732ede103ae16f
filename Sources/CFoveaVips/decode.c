#include "CFoveaVips.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "vips_declarations.h"

// Each function under its own name, once the library is loaded.
#define DEFINE(result, name, parameters) static result(*name) parameters;
FOVEA_VIPS_FUNCTIONS(DEFINE)

static const char *const file_names[] = {
#ifdef __APPLE__
    "libvips.42.dylib", "/opt/homebrew/lib/libvips.42.dylib", "/usr/local/lib/libvips.42.dylib",
#else
    "libvips.so.42",
#endif
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
// Empty when libvips is ready.
static char problem[512] = "";
// libvips has one error text for the whole process. Decoding holds the lock for reading; who needs the text of a failure
// decodes once more while holding it alone.
static pthread_rwlock_t error_text_lock = PTHREAD_RWLOCK_INITIALIZER;

static void drop_message(const char *domain, int level, const char *message, void *data) {}

static bool load(void) {
    void *library = NULL;
    for (size_t i = 0; library == NULL && i < sizeof file_names / sizeof *file_names; i++) {
        library = dlopen(file_names[i], RTLD_LAZY);
    }
    const char *missing = NULL;
// C does not let a pointer to data become one to a function; POSIX promises that they look the same.
#define LOOK_UP(result, name, parameters)                                                                              \
    if (library != NULL && missing == NULL && (*(void **)&name = dlsym(library, #name)) == NULL) missing = #name;
    FOVEA_VIPS_FUNCTIONS(LOOK_UP)
    if (library == NULL) {
        const char *reason = dlerror();
        snprintf(problem, sizeof problem, "%s", reason == NULL ? "it is not there" : reason);
    } else if (missing != NULL) {
        snprintf(problem, sizeof problem, "it has no function %s", missing);
    }
    return problem[0] == 0;
}

static void start(void) {
    if (!load()) return;
    if (vips_init("fovea") != 0) {
        snprintf(problem, sizeof problem, "it does not start");
        return;
    }
    vips_block_untrusted_set(true);
    // The caller decides what runs at once, and no image comes twice.
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    // What is wrong with a file is said in the error; libvips would also print it.
    g_log_set_handler("VIPS", fovea_log_info_to_warning, drop_message, NULL);
}

const char *fovea_vips_problem(void) {
    pthread_once(&once, start);
    return problem[0] == 0 ? NULL : problem;
}

/// Replaces an image by what `call` made of it; false when the call failed.
static bool replace(VipsImage **image, VipsImage *made, int status) {
    if (status != 0) return false;
    g_object_unref(*image);
    *image = made;
    return true;
}

/// Puts what is transparent on white.
static bool flatten(VipsImage **image) {
    if (!vips_image_hasalpha(*image)) return true;
    double white = vips_image_get_format(*image) == fovea_vips_format_ushort ? 65535 : 255;
    VipsArrayDouble *background = vips_array_double_newv(1, white);
    VipsImage *made = NULL;
    int status = vips_flatten(*image, &made, "background", background, NULL);
    vips_area_unref((VipsArea *)background);
    return replace(image, made, status);
}

/// Makes it luminance or sRGB in 8 bits: 16 bits are scaled, CMYK is converted.
static bool convert(VipsImage **image) {
    VipsImage *made = NULL;
    int wanted =
        vips_image_get_bands(*image) < 3 ? fovea_vips_interpretation_b_w : fovea_vips_interpretation_srgb;
    int status = vips_colourspace(*image, &made, wanted, NULL);
    return replace(image, made, status);
}

static bool turn_upright(VipsImage **image) {
    // Turning reads the rows out of order: they must all be there.
    VipsImage *whole = vips_image_copy_memory(*image);
    if (!replace(image, whole, whole == NULL)) return false;
    VipsImage *upright = NULL;
    int status = vips_autorot(*image, &upright, NULL);
    return replace(image, upright, status);
}

static FoveaVipsResult decode(
    const void *bytes, size_t length, bool is_png, int maximum_extent, int64_t maximum_pixel_count,
    FoveaVipsImage *result) {
    VipsImage *image = NULL;
    // libvips only reads the bytes, though its parameter is not const.
    int status = is_png
        ? vips_pngload_buffer(
              (void *)bytes, length, &image, "access", fovea_vips_access_sequential, "fail_on", fovea_vips_fail_on_error, NULL)
        : vips_jpegload_buffer(
              (void *)bytes, length, &image, "access", fovea_vips_access_sequential, "fail_on", fovea_vips_fail_on_error, NULL);
    if (status != 0) return FOVEA_VIPS_FAILED;
    FoveaVipsResult outcome = FOVEA_VIPS_FAILED;
    // Only the header has been read so far.
    result->width = vips_image_get_width(image);
    result->height = vips_image_get_height(image);
    if (result->width > maximum_extent || result->height > maximum_extent ||
        (int64_t)result->width * result->height > maximum_pixel_count) {
        outcome = FOVEA_VIPS_TOO_LARGE;
    } else if (flatten(&image) && convert(&image) && turn_upright(&image)) {
        size_t size = 0;
        result->width = vips_image_get_width(image);
        result->height = vips_image_get_height(image);
        result->channels = vips_image_get_bands(image);
        if (vips_image_get_format(image) != fovea_vips_format_uchar || (result->channels != 1 && result->channels != 3)) {
            vips_error("fovea", "it has %d channels after conversion", result->channels);
        } else {
            result->pixels = vips_image_write_to_memory(image, &size);
            if (result->pixels != NULL) outcome = FOVEA_VIPS_DECODED;
        }
    }
    g_object_unref(image);
    return outcome;
}

FoveaVipsResult fovea_vips_decode(
    const void *bytes, size_t length, bool is_png, int maximum_extent, int64_t maximum_pixel_count,
    FoveaVipsImage *image) {
    *image = (FoveaVipsImage){0};
    if (fovea_vips_problem() != NULL) return FOVEA_VIPS_MISSING;
    pthread_rwlock_rdlock(&error_text_lock);
    FoveaVipsResult result = decode(bytes, length, is_png, maximum_extent, maximum_pixel_count, image);
    pthread_rwlock_unlock(&error_text_lock);
    if (result == FOVEA_VIPS_FAILED) {
        pthread_rwlock_wrlock(&error_text_lock);
        vips_error_clear();
        result = decode(bytes, length, is_png, maximum_extent, maximum_pixel_count, image);
        snprintf(image->reason, sizeof image->reason, "%s", vips_error_buffer());
        vips_error_clear();
        pthread_rwlock_unlock(&error_text_lock);
    }
    // What libvips keeps for each thread: ours may be gone before the next image.
    vips_thread_shutdown();
    return result;
}

void fovea_vips_free(FoveaVipsImage *image) {
    if (image->pixels == NULL) return;
    g_free(image->pixels);
    image->pixels = NULL;
}

const char *fovea_vips_version(void) { return fovea_vips_problem() == NULL ? vips_version_string() : NULL; }
