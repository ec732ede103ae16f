"""Files that Pillow does not write, by their specifications: PNG of every depth, BMP of every version, ICC profiles."""

import struct
import zlib

import numpy

ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png_chunk(name, content=b""):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def packed(samples, bits):
    """A row of samples with so many bits each."""
    if bits == 16:
        return samples.astype(">u2").tobytes()
    if bits == 8:
        return samples.astype(numpy.uint8).tobytes()
    digits = (samples.reshape(-1, 1) >> numpy.arange(bits - 1, -1, -1)) & 1
    return numpy.packbits(digits.astype(numpy.uint8).ravel()).tobytes()


def png(samples, colour_type, bits=8, before=b"", after=b"", interlaced=False, size=None):
    """`samples` is [row, column, channel]; `before` and `after` are chunks around the pixels."""
    height, width = samples.shape[:2]
    passes = [(0, 0, 1, 1)] if not interlaced else ADAM7
    rows = b""
    for top, left, down, right in passes:
        part = samples[top::down, left::right]
        if part.size:
            rows += b"".join(b"\0" + packed(row.ravel(), bits) for row in part)
    declared = size or (width, height)
    header = struct.pack(">IIBBBBB", *declared, bits, colour_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + before + png_chunk(b"IDAT", zlib.compress(rows)) + after
            + png_chunk(b"IEND"))


def bmp(rows, width, height, bits, version=40, compression=0, palette=b"", masks=b"", colours=0):
    """`rows` is the packed pixels; a negative height puts the top row first."""
    size = {12: "<IHHHH", 40: "<IiiHHIIiiII", 124: "<IiiHHIIiiII"}[version]
    if version == 12:
        second = struct.pack(size, 12, width, height, 1, bits)
    else:
        second = struct.pack(size, version, width, height, 1, bits, compression, len(rows), 2835, 2835, colours, 0)
    if version == 124:
        second += masks.ljust(16, b"\0") + b"BGRs" + bytes(124 - 40 - 16 - 4)
        masks = b""
    start = 14 + len(second) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + second + masks + palette + rows


def bmp_rows(samples, bits):
    """Rows of packed samples, the lowest first, filled up to groups of four bytes."""
    rows = [packed(row.ravel(), bits) for row in samples[::-1]]
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def s15(number):
    return struct.pack(">i", round(number * 65536))


def icc_profile(space, tags, connection=b"XYZ "):
    """An ICC profile of version 2 for a display or printer."""
    table, data, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    size = 128 + 4 + len(table) + len(data)
    header = struct.pack(">I4sI", size, b"lcms", 0x02100000) + kind + space + connection + bytes(12) + b"acsp"
    header = header.ljust(68, b"\0") + s15(0.9642) + s15(1) + s15(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def xyz(*values):
    return b"XYZ " + bytes(4) + b"".join(s15(value) for value in values)


def gamma(exponent):
    return b"curv" + struct.pack(">IIH", 0, 1, round(exponent * 256))


def description(text):
    return b"desc" + struct.pack(">II", 0, len(text) + 1) + text + b"\0" + bytes(78)


def rgb_profile(primaries, exponent):
    """Primaries are the columns of red, green and blue, adapted to D50."""
    tags = [(b"desc", description(b"museum")), (b"cprt", b"text" + bytes(4) + b"none\0"),
            (b"wtpt", xyz(0.9642, 1, 0.8249))]
    for name, column in zip([b"r", b"g", b"b"], primaries):
        tags += [(name + b"XYZ", xyz(*column)), (name + b"TRC", gamma(exponent))]
    return icc_profile(b"RGB ", tags)


def grey_profile(exponent):
    return icc_profile(b"GRAY", [(b"desc", description(b"museum")), (b"cprt", b"text" + bytes(4) + b"none\0"),
                                 (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"kTRC", gamma(exponent))])


def cmyk_profile():
    """Inks whose mixtures lie between sixteen colours of CIELAB."""
    table = bytearray(b"mft1" + bytes(4) + bytes([4, 3, 2, 0]))
    table += b"".join(s15(value) for value in [1, 0, 0, 0, 1, 0, 0, 0, 1])
    table += bytes(range(256)) * 4
    for corner in range(16):
        cyan, magenta, yellow, black = [(corner >> shift) & 1 for shift in (3, 2, 1, 0)]
        lightness = (100 - 35 * cyan - 40 * magenta - 8 * yellow) * (1 - 0.85 * black)
        a, b = (-30 * cyan + 65 * magenta - 5 * yellow) * (1 - black), (-40 * cyan - 5 * magenta + 80 * yellow) * (1 - black)
        table += bytes([max(0, round(lightness * 2.55)), round(a + 128), round(b + 128)])
    table += bytes(range(256)) * 3
    return icc_profile(b"CMYK", [(b"desc", description(b"museum")), (b"cprt", b"text" + bytes(4) + b"none\0"),
                                 (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"A2B0", bytes(table))], connection=b"Lab ")


# Display P3 and Adobe RGB (1998), adapted to D50.
DISPLAY_P3 = [(0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841)]
ADOBE_RGB = [(0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)]
SRGB = [(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)]
