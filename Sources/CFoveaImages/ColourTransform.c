#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <lcms2.h>

#include "Image.h"

struct fovea_colour_transform {
    // Its own, so that threads share nothing while it is made and freed.
    cmsContext context;
    cmsHTRANSFORM transform;
};

static void ignore_error(cmsContext context, cmsUInt32Number code, const char *text) {}

// What sRGB's luminance alone is coded with.
static cmsHPROFILE create_grey_profile(cmsContext context) {
    // IEC 61966-2-1: exponent, factor, offset, slope near black, and where that ends.
    static const cmsFloat64Number curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *coding = cmsBuildParametricToneCurve(context, 4, curve);
    if (coding == NULL) return NULL;
    cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), coding);
    cmsFreeToneCurve(coding);
    return profile;
}

static cmsHTRANSFORM create(cmsContext context, const uint8_t *profile, size_t length, int channels) {
    cmsHPROFILE from = cmsOpenProfileFromMemTHR(context, profile, (cmsUInt32Number)length);
    if (from == NULL) return NULL;
    cmsColorSpaceSignature space =
        channels == 1 ? cmsSigGrayData : channels == 3 ? cmsSigRgbData : cmsSigCmykData;
    cmsProfileClassSignature class = cmsGetDeviceClass(from);
    bool fits = cmsGetColorSpace(from) == space && class != cmsSigLinkClass && class != cmsSigAbstractClass &&
                class != cmsSigNamedColorClass;
    cmsHTRANSFORM transform = NULL;
    cmsHPROFILE to = !fits ? NULL : channels == 1 ? create_grey_profile(context) : cmsCreate_sRGBProfileTHR(context);
    if (to != NULL) {
        // Inks say how much is missing, as they do in files.
        cmsUInt32Number format = channels == 1 ? TYPE_GRAY_8 : channels == 3 ? TYPE_RGB_8 : TYPE_CMYK_8_REV;
        transform = cmsCreateTransformTHR(
            context, from, format, to, channels == 1 ? TYPE_GRAY_8 : TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE);
        cmsCloseProfile(to);
    }
    cmsCloseProfile(from);
    return transform;
}

// Whether no colour of a grid changes by more than one step: so it is with the many profiles that describe sRGB.
static bool changes_nothing(cmsHTRANSFORM transform, int channels) {
    enum { levels = 6 };
    uint8_t from[levels * levels * levels * 3], to[sizeof from];
    size_t count = channels == 1 ? 256 : levels * levels * levels;
    for (size_t i = 0; i < count; i++) {
        if (channels == 1) {
            from[i] = (uint8_t)i;
        } else {
            from[3 * i] = (uint8_t)(i % levels * 51);
            from[3 * i + 1] = (uint8_t)(i / levels % levels * 51);
            from[3 * i + 2] = (uint8_t)(i / levels / levels * 51);
        }
    }
    cmsDoTransform(transform, from, to, (cmsUInt32Number)count);
    for (size_t i = 0; i < count * (size_t)channels; i++) {
        if (abs(from[i] - to[i]) > 1) return false;
    }
    return true;
}

fovea_colour_transform *fovea_colour_transform_create(const uint8_t *profile, size_t length, int channels) {
    if (channels != 1 && channels != 3 && channels != 4) return NULL;
    fovea_colour_transform *result = calloc(1, sizeof *result);
    if (result == NULL) return NULL;
    result->context = cmsCreateContext(NULL, NULL);
    if (result->context != NULL) {
        cmsSetLogErrorHandlerTHR(result->context, ignore_error);
        result->transform = create(result->context, profile, length, channels);
    }
    if (result->transform == NULL || (channels != 4 && changes_nothing(result->transform, channels))) {
        fovea_colour_transform_free(result);
        return NULL;
    }
    return result;
}

void fovea_colour_transform_apply(
    const fovea_colour_transform *transform, const uint8_t *from, uint8_t *to, size_t pixel_count) {
    // The library counts in 32 bits.
    const size_t most = 1 << 24;
    size_t channels_from = T_CHANNELS(cmsGetTransformInputFormat(transform->transform));
    size_t channels_to = T_CHANNELS(cmsGetTransformOutputFormat(transform->transform));
    for (size_t done = 0; done < pixel_count; done += most) {
        size_t count = pixel_count - done < most ? pixel_count - done : most;
        cmsDoTransform(
            transform->transform, from + done * channels_from, to + done * channels_to, (cmsUInt32Number)count);
    }
}

void fovea_colour_transform_free(fovea_colour_transform *transform) {
    if (transform->transform != NULL) cmsDeleteTransform(transform->transform);
    if (transform->context != NULL) cmsDeleteContext(transform->context);
    free(transform);
}

const char *fovea_lcms_version(void) {
    static char text[16];
    // As 2140 for 2.14. Threads that come here at once write the same.
    snprintf(text, sizeof text, "%d.%d", cmsGetEncodedCMMversion() / 1000, cmsGetEncodedCMMversion() % 1000 / 10);
    return text;
}
