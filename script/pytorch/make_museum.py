"""Writes odd image files, and the pixels that Pillow finds in them or the error that they are.

    python script/pytorch/make_museum.py Tests/FoveaDataTests/Museum

Needs Pillow 13 with AVIF, numpy, and libjpeg-turbo's cjpeg (Debian: libjpeg-turbo-progs). The rules are those of
`ImageFile.decode`: upright by EXIF or XMP, 16 bits scaled to 8, transparent pixels on white, then profiles to sRGB.
"""

import io
import json
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy
from PIL import Image, ImageCms, ImageOps

import museum_writers as write

WIDTH, HEIGHT = 23, 17
PICTURE = numpy.stack(numpy.meshgrid(numpy.arange(WIDTH), numpy.arange(HEIGHT)), -1)
COLOURS = numpy.dstack([
    PICTURE[..., 0] * 11, PICTURE[..., 1] * 15, 255 - (PICTURE[..., 0] * 4 + PICTURE[..., 1] * 9)]).astype(numpy.uint8)
ALPHA = (PICTURE[..., 0] * 7 + PICTURE[..., 1] * 6).astype(numpy.uint8)
GREY = COLOURS[..., 0]
INKS = numpy.dstack([255 - COLOURS, numpy.full_like(GREY, 40)])


def on_white(colours, alpha):
    colours, alpha = colours.astype(int), alpha.astype(int)[..., None]
    return ((colours * alpha + 127) // 255 + 255 - alpha).astype(numpy.uint8)


def expected(data):
    """The pixels by Pillow, as RGB."""
    image = Image.open(io.BytesIO(data))
    image.load()
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = Image.fromarray(numpy.rint(numpy.asarray(image) * 255.0 / 65535).astype(numpy.uint8))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        is_grey = image.mode in ("LA", "L")
        pixels = numpy.asarray(image.convert("RGBA"))
        pixels = on_white(pixels[..., :3], pixels[..., 3])
        image = Image.fromarray(pixels[..., 0] if is_grey else pixels)
    if image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (OSError, ImageCms.PyCMSError):
            pass  # a profile that does not fit is ignored
    return numpy.asarray(image.convert("RGB"))


def standard_profile():
    """LittleCMS's sRGB, without the time at which it is made."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def saved(pixels, form, **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


class Museum:
    def __init__(self, folder):
        self.folder = folder
        self.entries, self.pixels = [], b""

    def add(self, name, data, pixels=None, needs_libvips=False):
        """A file that has a picture: Pillow's, or the one that is given."""
        pixels = expected(data) if pixels is None else pixels
        self.write(name, data, {"height": pixels.shape[0], "width": pixels.shape[1], "offset": len(self.pixels)},
                   needs_libvips)
        self.pixels += numpy.ascontiguousarray(pixels, dtype=numpy.uint8).tobytes()

    def refuse(self, name, data, error):
        """A file that is an error with this text."""
        self.write(name, data, {"error": error}, False)

    def write(self, name, data, content, needs_libvips):
        (self.folder / name).write_bytes(data)
        self.entries.append({"file": name, "needsLibvips": needs_libvips} | content)

    def finish(self):
        (self.folder / "expected.bin").write_bytes(self.pixels)
        text = ",\n".join("  " + json.dumps(entry) for entry in self.entries)
        (self.folder / "manifest.json").write_text(f"[\n{text}\n]\n")
        print(f"{len(self.entries)} files")


def orientation(number):
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def jpegs(museum):
    options = {"quality": 92, "subsampling": 0}
    plain = saved(COLOURS, "JPEG", **options)
    museum.add("plain.jpg", plain)
    museum.add("subsampled.jpg", saved(COLOURS, "JPEG", quality=90, subsampling=2))
    museum.add("grey.jpg", saved(GREY, "JPEG", **options))
    museum.add("progressive.jpg", saved(COLOURS, "JPEG", progressive=True, **options))
    restarts = saved(COLOURS, "JPEG", restart_marker_blocks=1, **options)
    museum.add("restarts.jpg", restarts)
    mark = restarts.index(b"\xff\xd1")
    museum.refuse("restart-damage.jpg", restarts[:mark] + restarts[mark + 2:], "The JPEG image cannot be decoded: ")
    for number in range(1, 9):
        museum.add(f"exif-{number}.jpg", saved(COLOURS, "JPEG", exif=orientation(number), **options))
    inks = saved(Image.fromarray(INKS, "CMYK"), "JPEG", **options)
    museum.add("inks-adobe.jpg", inks)
    adobe = inks.index(b"\xff\xee")
    museum.add("inks.jpg", inks[:adobe] + inks[adobe + 2 + struct.unpack(">H", inks[adobe + 2:adobe + 4])[0]:])
    museum.add("inks-profile.jpg",
               saved(Image.fromarray(INKS, "CMYK"), "JPEG", icc_profile=write.cmyk_profile(), **options))
    for name, profile in [("p3", write.rgb_profile(write.DISPLAY_P3, 2.2)),
                          ("adobe-rgb", write.rgb_profile(write.ADOBE_RGB, 2.2)),
                          ("wrong-space", write.grey_profile(2.2)), ("damaged", b"no profile" * 20)]:
        museum.add(f"profile-{name}.jpg", saved(COLOURS, "JPEG", icc_profile=profile, **options))
    museum.add("profile-grey.jpg", saved(GREY, "JPEG", icc_profile=write.grey_profile(1.4), **options))
    arithmetic = subprocess.run(["cjpeg", "-arithmetic", "-quality", "92"], input=saved(COLOURS, "PPM"),
                                stdout=subprocess.PIPE, check=True).stdout
    museum.add("arithmetic.jpg", arithmetic)
    museum.add("trailing.jpg", plain + b"<html>garbage\xff\xd8\xff" * 9)
    museum.add("sliver-row.jpg", saved(numpy.repeat(COLOURS[:1], 20, 1), "JPEG", **options))
    museum.add("sliver-column.jpg", saved(numpy.repeat(COLOURS[:, :1], 20, 0), "JPEG", **options))
    museum.add("really-a-png.jpg", saved(COLOURS, "PNG"))
    frame = plain.index(b"\xff\xc0")
    cut = {"12-bit": (frame + 4, b"\x0c", "JPEG image cannot be decoded: Unsupported JPEG data precision 12"),
           "lossless": (frame + 1, b"\xc3", "JPEG image cannot be decoded: Unsupported JPEG process: SOF type 0xc3"),
           "no-height": (frame + 5, b"\0\0", "JPEG image cannot be decoded: its header says 23×0 pixels"),
           "bomb": (frame + 5, struct.pack(">HH", 65500, 65500), "JPEG image is 65500×65500: more than 16384 rows")}
    for name, (start, content, error) in cut.items():
        museum.refuse(f"{name}.jpg", plain[:start] + content + plain[start + len(content):], f"The {error}")
    museum.refuse("half.jpg", plain[:len(plain) * 2 // 3], "The JPEG image cannot be decoded: ")
    progressive = saved(GREY, "JPEG", progressive=True, **options)
    last = progressive.rindex(b"\xff\xda")
    museum.refuse("thousand-scans.jpg", progressive[:-2] + progressive[last:-2] * 1000 + progressive[-2:],
                  "The JPEG image cannot be decoded: it has more than 100 scans.")


def pngs(museum):
    plain = saved(COLOURS, "PNG")
    for bits in (1, 2, 4):
        museum.add(f"grey-{bits}.png", write.png((GREY >> (8 - bits))[..., None], 0, bits))
    wide = (PICTURE[..., 0] * 2800 + PICTURE[..., 1] * 13).astype(numpy.uint16)
    museum.add("grey-16.png", write.png(wide[..., None], 0, 16))
    deep = (COLOURS.astype(int) * 257 - COLOURS // 3).clip(0)
    museum.add("colour-16.png", write.png(deep, 2, 16), numpy.rint(deep * 255.0 / 65535))
    palette = write.png_chunk(b"PLTE", COLOURS[::2, ::2].reshape(-1, 3)[:16].tobytes())
    indices = (PICTURE[..., 0] + PICTURE[..., 1]) % 16
    for bits in (1, 2, 4, 8):
        few = write.png_chunk(b"PLTE", COLOURS[::2, ::2].reshape(-1, 3)[:2 ** min(bits, 4)].tobytes())
        museum.add(f"palette-{bits}.png", write.png((indices % 2 ** bits)[..., None], 3, bits, before=few))
    museum.add("palette-transparent.png", write.png(
        indices[..., None], 3, 4, before=palette + write.png_chunk(b"tRNS", bytes(range(0, 240, 30)))))
    museum.add("grey-alpha.png", write.png(numpy.dstack([GREY, ALPHA]), 4))
    museum.add("colour-alpha.png", write.png(numpy.dstack([COLOURS, ALPHA]), 6))
    museum.add("grey-key.png", write.png(GREY[..., None], 0, before=write.png_chunk(b"tRNS", struct.pack(">H", GREY[0, 5]))))
    key = struct.pack(">HHH", *[int(value) for value in COLOURS[3, 4]])
    museum.add("colour-key.png", write.png(COLOURS, 2, before=write.png_chunk(b"tRNS", key)))
    museum.add("interlaced.png", write.png(COLOURS, 2, interlaced=True))
    museum.add("interlaced-2.png", write.png((GREY >> 6)[..., None], 0, 2, interlaced=True))
    museum.add("exif.png", saved(COLOURS, "PNG", exif=orientation(6)))
    museum.add("exif-behind.png", write.png(
        COLOURS, 2, after=write.png_chunk(b"eXIf", orientation(8).tobytes()[6:])), numpy.rot90(COLOURS))
    museum.add("profile.png", saved(COLOURS, "PNG", icc_profile=write.rgb_profile(write.DISPLAY_P3, 2.2)))
    museum.add("profile-srgb.png", saved(COLOURS, "PNG", icc_profile=standard_profile()))
    bomb = zlib.compress(bytes(9 << 20), 9)
    museum.add("profile-bomb.png", write.png(COLOURS, 2, before=write.png_chunk(b"iCCP", b"bomb\0\0" + bomb)), COLOURS)
    museum.add("text-bomb.png", write.png(
        COLOURS, 2, before=write.png_chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb)), COLOURS)
    museum.add("pixel-bomb.png", write.png(numpy.vstack([COLOURS, numpy.zeros((1 << 16, WIDTH, 3), int)]), 2,
                                           size=(WIDTH, HEIGHT)), COLOURS)
    animation = [Image.fromarray(COLOURS), Image.fromarray(255 - COLOURS)]
    museum.add("animated.png", saved(animation[0], "PNG", save_all=True, append_images=animation[1:]))
    museum.add("trailing.png", plain + b"garbage" * 30)
    museum.add("sliver-row.png", write.png(numpy.arange(300).reshape(1, 300, 1) % 256, 0))
    museum.add("sliver-column.png", write.png(numpy.arange(300).reshape(300, 1, 1) % 256, 0))
    damaged = bytearray(plain)
    damaged[plain.index(b"IDAT") + 30] ^= 4
    museum.refuse("wrong-checksum.png", bytes(damaged), "The PNG image cannot be decoded: ")
    museum.refuse("half.png", plain[:len(plain) // 2], "The PNG image cannot be decoded: ")
    for name, size, error in [("no-pixels", (0, 0), "cannot be decoded: its header says 0×0 pixels"),
                              ("bomb", (17000, 17000), "is 17000×17000: more than 16384 rows"),
                              ("largest", (2 ** 31 - 1, 1), "is 2147483647×1: more than 16384 rows")]:
        museum.refuse(f"{name}.png", write.png(COLOURS, 2, size=size), f"The PNG image {error}")


def animations(museum):
    frames = [Image.fromarray(COLOURS), Image.fromarray(255 - COLOURS)]
    gif = saved(frames[0].quantize(32), "GIF")
    museum.add("plain.gif", gif)
    museum.add("animated.gif", saved(frames[0].quantize(32), "GIF", save_all=True, append_images=[frames[1].quantize(32)]))
    museum.add("transparent.gif", saved(frames[0].quantize(8), "GIF", transparency=3))
    museum.add("interlaced.gif", saved(frames[0].quantize(16), "GIF", interlace=1))
    museum.add("trailing.gif", gif + b"garbage")
    # The canvas is larger than the frame, which is moved; outside it is white.
    moved = gif[:6] + struct.pack("<HH", WIDTH + 9, HEIGHT + 6) + gif[10:]
    start = moved.index(b"\x2c\0\0\0\0" + struct.pack("<HH", WIDTH, HEIGHT))
    canvas = numpy.full((HEIGHT + 6, WIDTH + 9, 3), 255)
    canvas[4:4 + HEIGHT, 5:5 + WIDTH] = expected(gif)
    museum.add("small-frame.gif", moved[:start + 1] + struct.pack("<HH", 5, 4) + moved[start + 5:], canvas)
    museum.refuse("half.gif", gif[:len(gif) // 2], "The GIF image cannot be decoded: it ends too early")
    museum.refuse("no-frame.gif", gif[:13 + 3 * 32] + b";", "The GIF image cannot be decoded: it has no picture.")
    museum.add("lossy.webp", saved(COLOURS, "WEBP", quality=90))
    museum.add("lossless.webp", saved(COLOURS, "WEBP", lossless=True))
    transparent = numpy.dstack([COLOURS, ALPHA])
    museum.add("lossy-alpha.webp", saved(transparent, "WEBP", quality=90))
    museum.add("lossless-alpha.webp", saved(transparent, "WEBP", lossless=True, exact=True))
    museum.add("exif.webp", saved(COLOURS, "WEBP", lossless=True, exif=orientation(5)))
    museum.add("profile.webp", saved(COLOURS, "WEBP", lossless=True, icc_profile=write.rgb_profile(write.ADOBE_RGB, 2.2)))
    museum.add("animated.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    museum.refuse("half.webp", saved(COLOURS, "WEBP", quality=90)[:100], "The WebP image cannot be decoded: ")


def bitmaps(museum):
    palette = b"".join(bytes([*colour[::-1], 0]) for colour in COLOURS[::2, ::2].reshape(-1, 3)[:16].tolist())
    indices = ((PICTURE[..., 0] + PICTURE[..., 1]) // 3 % 16).astype(int)
    for bits in (1, 4, 8):
        rows = write.bmp_rows(indices % 2 ** bits, bits)
        museum.add(f"palette-{bits}.bmp", write.bmp(
            rows, WIDTH, HEIGHT, bits, palette=palette[:4 * 2 ** min(bits, 4)], colours=2 ** min(bits, 4)))
    museum.add("colour.bmp", saved(COLOURS, "BMP"))
    museum.add("first-version.bmp", write.bmp(write.bmp_rows(COLOURS[..., ::-1], 8), WIDTH, HEIGHT, 24, version=12))
    top_down = write.bmp_rows(COLOURS[::-1, :, ::-1], 8)
    museum.add("top-down.bmp", write.bmp(top_down, WIDTH, -HEIGHT, 24))
    short = ((COLOURS[..., 0].astype(int) >> 3) << 11) | ((COLOURS[..., 1].astype(int) >> 2) << 5) | (COLOURS[..., 2] >> 3)
    museum.add("masks-565.bmp", write.bmp(
        b"".join(row.astype("<u2").tobytes() + bytes(WIDTH * 2 % 4) for row in short[::-1]), WIDTH, HEIGHT, 16,
        compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    transparent = numpy.dstack([COLOURS[..., ::-1], ALPHA])
    museum.add("alpha.bmp", write.bmp(write.bmp_rows(transparent, 8), WIDTH, HEIGHT, 32, version=124, compression=3,
                                      masks=struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)))
    runs = b"".join(run for row in indices[::-1] for run in [
        *[bytes([1, value]) for value in row[:3]], bytes([0, 17]), bytes(row[3:20].tolist()), b"\0", bytes([3, row[22]]), b"\0\0"])
    indices[:, 20:] = indices[:, 22:]
    by_index = numpy.frombuffer(palette, numpy.uint8).reshape(-1, 4)[:, 2::-1]
    museum.add("runs-8.bmp", write.bmp(runs + b"\0\1", WIDTH, HEIGHT, 8, compression=1, palette=palette, colours=16),
               by_index[indices])
    pairs = b"".join(bytes([WIDTH, row % 16 << 4 | (row + 5) % 16, 0, 0]) for row in range(HEIGHT))
    museum.add("runs-4.bmp", write.bmp(pairs + b"\0\1", WIDTH, HEIGHT, 4, compression=2, palette=palette, colours=16),
               by_index[[[(row + 5 * (column % 2)) % 16 for column in range(WIDTH)] for row in range(HEIGHT - 1, -1, -1)]])
    plain = saved(COLOURS, "BMP")
    museum.refuse("half.bmp", plain[:len(plain) // 2], "The BMP image cannot be decoded: it ends too early.")
    museum.refuse("packed.bmp", write.bmp(b"", WIDTH, HEIGHT, 0, compression=4), "it has 0 bits per pixel and JPEG")
    museum.refuse("run-outside.bmp", write.bmp(b"\xff\0" * 9, WIDTH, HEIGHT, 8, compression=1, palette=palette),
                  "The BMP image cannot be decoded: a run of pixels leads out of it.")


def netpbm(museum):
    size = b"%d %d\n" % (WIDTH, HEIGHT)
    bits = (GREY > 99).astype(int)
    black = numpy.where(bits[..., None] == 1, 0, 255).repeat(3, 2)
    museum.add("text.pbm", b"P1\n# a comment\n" + size + b"\n".join(b"".join(b"%d" % v for v in row) for row in bits), black)
    museum.add("binary.pbm", b"P4 " + size + b"".join(write.packed(row, 1) for row in bits))
    museum.add("text.pgm", b"P2\n" + size + b"255\n" + b" ".join(b"%d" % value for value in GREY.ravel()))
    museum.add("binary.pgm", b"P5 " + size + b"255\n" + GREY.tobytes())
    wide = (GREY.astype(int) * 257 - GREY // 5).clip(0)
    museum.add("deep.pgm", b"P5 " + size + b"65535\n" + wide.astype(">u2").tobytes())
    museum.add("text.ppm", b"P3\n" + size + b"#\n255 " + b"\n".join(b"%d" % value for value in COLOURS.ravel()))
    museum.add("hundred.ppm", b"P6 " + size + b"100\n" + (COLOURS // 3).tobytes())
    museum.add("deep.ppm", b"P6 " + size + b"1000\n" + (COLOURS.astype(int) * 3).astype(">u2").tobytes(),
               numpy.rint(COLOURS.astype(int) * 3 * 255 / 1000))
    museum.refuse("half.ppm", b"P6 " + size + b"255\n" + COLOURS.tobytes()[:500],
                  "The PNM image cannot be decoded: it ends too early.")
    museum.refuse("too-bright.pgm", b"P5 1 1 9\n\x0a", "The PNM image cannot be decoded: a sample is 10, and 9 the largest.")


def others(museum):
    museum.add("colour.tif", saved(COLOURS, "TIFF", compression="tiff_lzw"), needs_libvips=True)
    museum.add("turned.tif", saved(COLOURS, "TIFF", exif=orientation(3)), needs_libvips=True)
    museum.add("inks.tif", saved(Image.fromarray(INKS, "CMYK"), "TIFF"), needs_libvips=True)
    museum.add("profile.tif", saved(COLOURS, "TIFF", icc_profile=write.rgb_profile(write.ADOBE_RGB, 2.2)), needs_libvips=True)
    museum.add("alpha.tif", saved(numpy.dstack([COLOURS, ALPHA]), "TIFF"), needs_libvips=True)
    museum.add("grey-16.tif", saved(GREY.astype(numpy.uint16) * 256, "TIFF"), needs_libvips=True)
    museum.add("colour.avif", saved(COLOURS, "AVIF", quality=100, subsampling="4:4:4"), needs_libvips=True)
    for name, data, error in [
        ("empty.jpg", b"", "The file is empty."), ("one-byte.png", b"\x89", "The file is of no known kind of image"),
        ("page.jpg", b"\n<!DOCTYPE html><html><body>404</body></html>", "The file is an HTML page"),
        ("drawing.png", b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "The file is an SVG drawing"),
        ("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "The file is a pointer of Git LFS"),
        ("document.jpg", b"%PDF-1.7\n", "The file is a PDF document"), ("noise.jpg", bytes(range(64)), "of no known kind"),
    ]:
        museum.refuse(name, data, error)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    museum = Museum(folder)
    # Where `script/fuzz` starts.
    for name, profile in [("colour", write.rgb_profile(write.DISPLAY_P3, 2.2)), ("grey", write.grey_profile(1.4)),
                          ("inks", write.cmyk_profile())]:
        (folder / f"{name}.icc").write_bytes(profile)
    for part in (jpegs, pngs, animations, bitmaps, netpbm, others):
        part(museum)
    museum.finish()


main(pathlib.Path(sys.argv[1]))
