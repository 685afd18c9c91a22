"""Kinds of PNG files: every colour type and depth, every chunk that some readers obey and OpenCV does not, and damage.

The pixels are known without a decoder: samples as stored, 16 bits by their high byte, alpha dropped."""

import zlib

import numpy as np
from PIL import Image, ImageCms

import picture
from catalogue import DAMAGED, EXACT, OPENCV, REFUSED, saved

GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
# Pillow keeps 16 bits of grey, and cuts them off at 255 when it converts.
DEEP_GRAY = {"referees": (OPENCV,), "why": "Pillow cuts 16 bits of grey off at 255"}
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGB_ALPHA: 4}


def chunk(name, body, crc=None):
    crc = zlib.crc32(name + body) if crc is None else crc
    return len(body).to_bytes(4, "big") + name + body + crc.to_bytes(4, "big")


def packed(samples, depth):
    """Rows of samples as bytes: rows x bytes. Samples are rows x columns x channels."""
    rows = samples.reshape(len(samples), -1)
    if depth == 16:
        return rows.astype(">u2").view(np.uint8)
    if depth == 8:
        return rows.astype(np.uint8)
    bits = (rows[..., None] >> np.arange(depth)[::-1] & 1).astype(np.uint8).reshape(len(rows), -1)
    return np.packbits(bits, axis=1)


def filtered(rows, step):
    """Rows behind their filter bytes, all five filters in turn. `step`: bytes of a pixel, at least 1."""
    out = []
    above = np.zeros(rows.shape[1], np.int16)
    for number, row in enumerate(rows.astype(np.int16)):
        left, corner = (np.concatenate([np.zeros(step, np.int16), line[:-step]]) for line in (row, above))
        kind = number % 5
        if kind == 4:
            estimate = left + above - corner
            near = [np.abs(estimate - line) for line in (left, above, corner)]
            guess = np.where((near[0] <= near[1]) & (near[0] <= near[2]), left,
                             np.where(near[1] <= near[2], above, corner))
        else:
            guess = (0, left, above, (left + above) >> 1)[kind]
        out.append(bytes([kind]) + ((row - guess) & 255).astype(np.uint8).tobytes())
        above = row
    return b"".join(out)


PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png(samples, colour, depth=8, before=b"", after=b"", interlaced=False, pieces=1, data=None):
    """A file of samples, rows x columns x channels, with chunks before and after the picture's data."""
    samples = samples.reshape(*samples.shape[:2], -1)
    height, width = samples.shape[:2]
    step = max(1, CHANNELS[colour] * depth // 8)
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES] if interlaced else [samples]
    data = data or zlib.compress(b"".join(filtered(packed(part, depth), step) for part in parts if part.size))
    header = (width.to_bytes(4, "big") + height.to_bytes(4, "big")
              + bytes([depth, colour, 0, 0, int(interlaced)]))
    size = -(-len(data) // pieces)
    body = b"".join(chunk(b"IDAT", data[at:at + size]) for at in range(0, len(data), size))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + body + after + chunk(b"IEND", b"")


def gamma(value):
    return chunk(b"gAMA", round(value * 100_000).to_bytes(4, "big"))


def ramp(shape):
    """Alpha from nearly clear to full."""
    return (40 + np.arange(shape[0] * shape[1]).reshape(shape[:2]) * 216 // (shape[0] * shape[1])).astype(np.uint8)


def colours(gray):
    return np.repeat(gray[..., None], 3, 2)


def palette_picture(number, depth):
    """Indices, the palette's colours, and the pixels they give."""
    count = 1 << depth
    indices = picture.gray(number) >> (8 - depth)
    table = np.stack([np.arange(count) * 255 // (count - 1), 255 - np.arange(count) * 200 // count,
                      np.arange(count) * 83 % 256], 1).astype(np.uint8)
    return indices, chunk(b"PLTE", table.tobytes()), table[indices]


def jobs():
    """(kind, make, options): `make` gets the number and returns bytes and the expected pixels."""
    for group, options in ((depths, {}), (chunks, {}), (layouts, {}), (damaged, {"verdict": DAMAGED}),
                           (refused, {"verdict": REFUSED})):
        for job in group():
            kind, make, more = job if len(job) == 3 else (*job, {})
            yield kind, make, {"suffix": "png", "tolerance": EXACT, **options, **more}


def depths():
    for depth in (1, 2, 4, 8):
        def gray(n, depth=depth, interlaced=False):
            samples = picture.gray(n) >> (8 - depth)
            # Scaled by repeating the bits, which is what v * 255 / most gives.
            return png(samples, GRAY, depth, interlaced=interlaced), colours(samples * (255 // ((1 << depth) - 1)))

        def palette(n, depth=depth, interlaced=False):
            indices, table, pixels = palette_picture(n, depth)
            return png(indices, PALETTE, depth, table, interlaced=interlaced), pixels

        yield f"gray-{depth}", gray
        yield f"palette-{depth}", palette
        yield f"gray-{depth}-interlaced", lambda n, gray=gray: gray(n, interlaced=True)
        yield f"palette-{depth}-interlaced", lambda n, palette=palette: palette(n, interlaced=True)
    for interlaced in (False, True):
        end = "-interlaced" if interlaced else ""
        for depth in (8, 16):
            wide = picture.deep if depth == 16 else (lambda samples: samples)

            def rgb(n, wide=wide, depth=depth, interlaced=interlaced):
                pixels = picture.rgb(n)
                return png(wide(pixels), RGB, depth, interlaced=interlaced), pixels

            def rgba(n, wide=wide, depth=depth, interlaced=interlaced):
                pixels = picture.rgb(n)
                samples = np.concatenate([pixels, ramp(pixels.shape)[..., None]], 2)
                return png(wide(samples), RGB_ALPHA, depth, interlaced=interlaced), pixels

            def la(n, wide=wide, depth=depth, interlaced=interlaced):
                pixels = picture.gray(n)
                return png(wide(np.stack([pixels, ramp(pixels.shape)], 2)), GRAY_ALPHA, depth,
                           interlaced=interlaced), colours(pixels)

            yield f"rgb-{depth}{end}", rgb
            yield f"rgba-{depth}{end}", rgba
            yield f"gray-alpha-{depth}{end}", la
        yield f"gray-16{end}", lambda n, i=interlaced: (
            png(picture.deep(picture.gray(n)), GRAY, 16, interlaced=i), colours(picture.gray(n))), DEEP_GRAY
    # Where rounding to the nearest of 8 bits would give another value than the high byte.
    yield "gray-16-all-ff", lambda n: (
        png(picture.gray(n).astype(np.uint16) << 8 | 0xFF, GRAY, 16), colours(picture.gray(n))), DEEP_GRAY


def chunks():
    def with_chunks(before, gray=False, deep=False):
        def make(n):
            pixels = picture.gray(n) if gray else picture.rgb(n)
            samples = picture.deep(pixels) if deep else pixels
            return (png(samples, GRAY if gray else RGB, 16 if deep else 8, before),
                    colours(pixels) if gray else pixels)
        return make

    for value in (0.22, 0.45455, 1.0, 2.2):
        yield f"gamma-{value}", with_chunks(gamma(value))
        yield f"gamma-{value}-gray", with_chunks(gamma(value), gray=True)
    yield "gamma-1.0-gray-16", with_chunks(gamma(1), gray=True, deep=True), DEEP_GRAY
    yield "gamma-1.0-rgb-16", with_chunks(gamma(1), deep=True)
    yield "gamma-0", with_chunks(chunk(b"gAMA", bytes(4)))
    yield "srgb", with_chunks(chunk(b"sRGB", b"\0") + gamma(0.45455))
    yield "srgb-16", with_chunks(chunk(b"sRGB", b"\0"), deep=True)
    yield "chrm", with_chunks(chunk(b"cHRM", b"".join(v.to_bytes(4, "big") for v in (
        31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield "icc-srgb", with_chunks(chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())))
    yield "icc-of-other-space", with_chunks(chunk(b"iCCP", b"LAB\0\0" + zlib.compress(profile)))
    yield "icc-broken", with_chunks(chunk(b"iCCP", b"x\0\0" + zlib.compress(b"nothing")))
    yield "significant-bits", with_chunks(chunk(b"sBIT", b"\5\6\5"))
    yield "background", with_chunks(chunk(b"bKGD", b"\0\xff\0\0\0\0"))
    yield "text-and-time", with_chunks(chunk(b"tEXt", b"Comment\0" + b"x" * 5000)
                                       + chunk(b"tIME", b"\x07\xea\x0b\x1a\x10\0\0")
                                       + chunk(b"pHYs", b"\0\0\0\1\0\0\0\2\0"))
    yield "suggested-palette", with_chunks(chunk(b"PLTE", bytes(range(48))))

    def clear_colour(n):
        pixels = picture.rgb(n)
        return png(pixels, RGB, 8, chunk(b"tRNS", pixels[20, 20].astype(">u2").tobytes())), pixels

    def clear_gray(n):
        pixels = picture.gray(n)
        return png(pixels, GRAY, 8, chunk(b"tRNS", pixels[20, 20:21].astype(">u2").tobytes())), colours(pixels)

    def clear_palette(n, depth=8):
        indices, table, pixels = palette_picture(n, depth)
        return png(indices, PALETTE, depth, table + chunk(b"tRNS", bytes(range(0, 1 << depth)))), pixels

    def background_alpha(n):
        pixels = picture.rgb(n)
        samples = np.concatenate([pixels, ramp(pixels.shape)[..., None]], 2)
        return png(samples, RGB_ALPHA, 8, gamma(1) + chunk(b"bKGD", b"\0\xff\0\xff\0\0")), pixels

    yield "clear-colour", clear_colour
    yield "clear-gray", clear_gray
    yield "clear-palette", clear_palette
    yield "clear-palette-4", lambda n: clear_palette(n, 4)
    yield "alpha-gamma-background", background_alpha


def layouts():
    def rgb(change, **options):
        def make(n):
            pixels = picture.rgb(n)
            return change(png(pixels, RGB, **options)), pixels
        return make

    def same(data):
        return data

    bad = chunk(b"tEXt", b"Comment\0wrong", crc=1)
    yield "many-pieces", rgb(same, pieces=300)
    yield "trailing-bytes", rgb(lambda data: data + bytes(700))
    yield "trailing-picture", rgb(lambda data: data + data)
    yield "wrong-crc-of-text", rgb(same, before=bad), {"referees": (OPENCV,), "why": "Pillow refuses any wrong CRC"}
    yield "wrong-crc-of-gamma", rgb(same, before=chunk(b"gAMA", (22_000).to_bytes(4, "big"), crc=1)), {
        "referees": (OPENCV,), "why": "Pillow refuses any wrong CRC"}
    yield "text-behind-data", rgb(same, after=chunk(b"tEXt", b"Comment\0later"))
    yield "animated", lambda n: (saved(Image.fromarray(picture.rgb(n)), "PNG", save_all=True, append_images=[
        Image.fromarray(255 - picture.rgb(n))], default_image=False), picture.rgb(n))
    for width, height in ((1, 1), (1, 2000), (3000, 1)):
        yield f"size-{width}x{height}", lambda n, w=width, h=height: (
            png(picture.rgb(n, w, h), RGB, interlaced=w == h), picture.rgb(n, w, h))
    yield "called-jpeg", lambda n: (saved(picture.rgb(n), "PNG"), picture.rgb(n)), {"suffix": "jpg"}


def damaged():
    def rgb(change):
        return lambda n: (change(png(picture.rgb(n), RGB, pieces=6)), None)

    def flipped(data):
        at = len(data) // 2
        return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]

    for percent in (10, 50, 90):
        yield f"cut-{percent}", rgb(lambda data, p=percent: data[:len(data) * p // 100])
    yield "flipped-bit", rgb(flipped)
    yield "lost-piece", rgb(without_piece)
    yield "interlaced-cut", lambda n: (lambda data: (data[:len(data) // 2], None))(
        png(picture.rgb(n), RGB, interlaced=True))
    yield "rows-missing", lambda n: (png(picture.rgb(n), RGB, data=zlib.compress(
        filtered(packed(picture.rgb(n)[:100], 8), 3))), None)


def without_piece(data):
    first = data.index(b"IDAT")
    second = data.index(b"IDAT", first + 4)
    third = data.index(b"IDAT", second + 4)
    return data[:second - 4] + data[third - 4:]


def refused():
    def rgb(change, **options):
        return lambda n: (change(png(picture.rgb(n), RGB, **options)), None)

    yield "text-transfer", rgb(lambda data: data.replace(b"\r\n", b"\n"))
    yield "header-alone", rgb(lambda data: data[:33])
    yield "width-0", rgb(lambda data: data[:8] + chunk(b"IHDR", bytes(4) + data[20:29]) + data[33:])
    yield "depth-3", rgb(lambda data: data[:8] + chunk(b"IHDR", data[16:24] + b"\3" + data[25:29]) + data[33:])
    yield "wrong-crc-of-header", rgb(lambda data: data[:29] + bytes(4) + data[33:])
    yield "no-palette", lambda n: (png(picture.gray(n), PALETTE), None)
    yield "html", lambda n: (b"<html>503</html>", None)
