#ifndef FOVEA_VIPS_DECLARATIONS_H
#define FOVEA_VIPS_DECLARATIONS_H

// The few functions of libvips 8 and GLib 2 that Fovea calls, as their documentation declares them.
//
// Declared here because their headers can only be found with pkg-config's flags, of which SwiftPM refuses one
// (-pthread) with a warning in every build of every package that uses Fovea; and looked up at run time because loading
// libvips, with the ninety libraries that it needs, takes longer than most commands do. That they agree with the headers
// shows:
//     cc -fsyntax-only -DFOVEA_CHECK_VIPS $(pkg-config --cflags vips) -include vips/vips.h -x c vips_declarations.h

#include <stddef.h>

typedef struct _VipsImage VipsImage;
typedef struct _VipsArrayDouble VipsArrayDouble;
typedef struct _VipsArea VipsArea;

// Values of enumerations, which are part of the libraries' stable binary interface.
enum {
    fovea_vips_format_uchar = 0,
    fovea_vips_format_ushort = 2,
    fovea_vips_interpretation_b_w = 1,
    fovea_vips_interpretation_srgb = 22,
    fovea_vips_access_sequential = 1,
    fovea_vips_fail_on_error = 2,
    fovea_log_info_to_warning = 1 << 4 | 1 << 5 | 1 << 6,
};

// FUNCTION(type of the result, name, parameters) for each.
#define FOVEA_VIPS_FUNCTIONS(FUNCTION)                                                                                 \
    FUNCTION(int, vips_init, (const char *program))                                                                    \
    FUNCTION(const char *, vips_version_string, (void))                                                                \
    FUNCTION(void, vips_block_untrusted_set, (int state))                                                              \
    FUNCTION(void, vips_concurrency_set, (int concurrency))                                                            \
    FUNCTION(void, vips_cache_set_max, (int max))                                                                      \
    FUNCTION(void, vips_thread_shutdown, (void))                                                                       \
    FUNCTION(const char *, vips_error_buffer, (void))                                                                  \
    FUNCTION(void, vips_error_clear, (void))                                                                           \
    FUNCTION(void, vips_error, (const char *domain, const char *format, ...))                                          \
    FUNCTION(int, vips_pngload_buffer, (void *bytes, size_t length, VipsImage **image, ...))                           \
    FUNCTION(int, vips_jpegload_buffer, (void *bytes, size_t length, VipsImage **image, ...))                          \
    FUNCTION(int, vips_image_get_width, (const VipsImage *image))                                                      \
    FUNCTION(int, vips_image_get_height, (const VipsImage *image))                                                     \
    FUNCTION(int, vips_image_get_bands, (const VipsImage *image))                                                      \
    FUNCTION(int, vips_image_get_format, (const VipsImage *image))                                                     \
    FUNCTION(int, vips_image_hasalpha, (VipsImage *image))                                                             \
    FUNCTION(VipsArrayDouble *, vips_array_double_newv, (int count, ...))                                              \
    FUNCTION(void, vips_area_unref, (VipsArea *area))                                                                  \
    FUNCTION(int, vips_flatten, (VipsImage *image, VipsImage **made, ...))                                             \
    FUNCTION(int, vips_colourspace, (VipsImage *image, VipsImage **made, int interpretation, ...))                     \
    FUNCTION(int, vips_autorot, (VipsImage *image, VipsImage **made, ...))                                             \
    FUNCTION(VipsImage *, vips_image_copy_memory, (VipsImage *image))                                                  \
    FUNCTION(void *, vips_image_write_to_memory, (VipsImage *image, size_t *size))                                     \
    FUNCTION(void, g_object_unref, (void *object))                                                                     \
    FUNCTION(void, g_free, (void *memory))                                                                             \
    FUNCTION(                                                                                                          \
        unsigned int, g_log_set_handler,                                                                               \
        (const char *domain, int levels, void (*handler)(const char *, int, const char *, void *), void *data))

#ifdef FOVEA_CHECK_VIPS
#define FOVEA_DECLARE(result, name, parameters) result name parameters;
FOVEA_VIPS_FUNCTIONS(FOVEA_DECLARE)
#endif

#endif
