"""Kinds of BMP, TIFF, WebP and PNM files, and files that a directory of pictures may hold besides."""

import struct
import zlib

import cv2
import numpy as np
from PIL import Image

import picture
from catalogue import DAMAGED, DECODED, EXACT, OPENCV, PILLOW, REFUSED, ROUNDED, SKIPPED, saved
from jpeg_file import cjpeg
from png_kinds import colours, packed, ramp

# OpenCV rounds 16 bits of TIFF to the nearest of 8, Pillow takes the high byte.
DEEP = {"tolerance": ROUNDED}
LOSSY = (0.0, 0, "one decoder, libwebp, whose arithmetic is in its format's specification")


def jobs():
    """(kind, make, options): `make` gets the number and returns bytes and, where known, the expected pixels."""
    for group, suffix in ((bmp, "bmp"), (tiff, "tif"), (webp, "webp"), (pnm, "ppm"), (besides, "txt")):
        for job in group():
            kind, make, options = job if len(job) == 3 else (*job, {})
            yield kind, make, {"suffix": suffix, "tolerance": EXACT, **options}


def by_pillow(kind, mode="RGB", expected=None, **options):
    """A file that Pillow writes; the referee reads it."""
    def make(n):
        image = Image.fromarray(picture.rgb(n)).convert(mode)
        return saved(image, kind, **options), np.asarray(image.convert("RGB"))
    return make


def bmp():
    yield "bmp-24", by_pillow("BMP")
    yield "bmp-32", by_pillow("BMP", "RGBA")
    yield "bmp-gray", by_pillow("BMP", "L")
    yield "bmp-palette", by_pillow("BMP", "P")
    yield "bmp-1", by_pillow("BMP", "1")
    yield "bmp-4", lambda n: indexed(picture.gray(n) >> 4, 4)
    yield "bmp-rle8", lambda n: indexed(picture.gray(n) >> 4, 8, compression=1)
    yield "bmp-top-down", lambda n: (bitmap(
        picture.rgb(n)[..., ::-1].reshape(picture.HEIGHT, -1), 24, picture.WIDTH, top_down=True), picture.rgb(n))
    yield "bmp-555", sixteen, {
        "tolerance": ROUNDED, "referees": (PILLOW,), "why": "OpenCV shifts five bits to eight: white becomes 248"}
    yield "bmp-cut", lambda n: (saved(picture.rgb(n), "BMP")[:30_000], None), {"verdict": DAMAGED}
    yield "bmp-header-alone", lambda n: (saved(picture.rgb(n), "BMP")[:30], None), {"verdict": REFUSED}


def bitmap(rows, bits, width, palette=b"", compression=0, top_down=False, data=None):
    height = len(rows)
    if data is None:
        padding = np.zeros((height, -rows.shape[1] % 4), np.uint8)
        lines = np.concatenate([rows, padding], 1)
        data = (lines if top_down else lines[::-1]).tobytes()
    start = 54 + len(palette)
    return (struct.pack("<2sIII", b"BM", start + len(data), 0, start)
            + struct.pack("<IiiHHIIiiII", 40, width, -height if top_down else height, 1, bits, compression, len(data),
                          2835, 2835, len(palette) // 4, 0) + palette + data)


def indexed(indices, bits, compression=0):
    table = np.stack([np.arange(16) * 17, 255 - np.arange(16) * 13, np.arange(16) * 83 % 256], 1).astype(np.uint8)
    palette = np.concatenate([table[:, ::-1], np.zeros((16, 1), np.uint8)], 1).tobytes()
    data = None
    if compression:
        data = bytearray()
        for row in indices[::-1]:
            at = 0
            while at < len(row):
                run = 1
                while at + run < len(row) and run < 255 and row[at + run] == row[at]:
                    run += 1
                data += bytes([run, int(row[at])])
                at += run
            data += b"\0\0"
        data[-1] = 1
        data = bytes(data)
    return bitmap(packed(indices[..., None], bits), bits, indices.shape[1], palette, compression, data=data), table[
        indices]


def sixteen(n):
    five = picture.rgb(n).astype(np.uint16) >> 3
    words = five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]
    rows = words.astype("<u2").view(np.uint8)
    return bitmap(rows, 16, picture.WIDTH), (five * 255 // 31).astype(np.uint8)


def tiff():
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"tiff-{mode.lower()}", by_pillow("TIFF", mode)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield f"tiff-rgb-{compression.removeprefix('tiff_')}", by_pillow("TIFF", compression=compression)
    yield "tiff-gray-lzw", by_pillow("TIFF", "L", compression="tiff_lzw"), {"suffix": "tiff"}
    yield "tiff-rgb-jpeg", lambda n: (saved(picture.rgb(n), "TIFF", compression="jpeg", quality=92), None), {
        "tolerance": DECODED}
    yield "tiff-rgb-16", lambda n: (tagged(picture.deep(picture.rgb(n))), picture.rgb(n)), DEEP
    yield "tiff-gray-16", lambda n: (tagged(picture.deep(picture.gray(n))), colours(picture.gray(n))), {
        "tolerance": ROUNDED, "referees": (OPENCV,), "why": "Pillow cuts 16 bits of grey off at 255"}
    yield "tiff-rgb-16-lzw", lambda n: (by_opencv(picture.deep(picture.rgb(n))), picture.rgb(n)), DEEP
    yield "tiff-big-endian", lambda n: (tagged(picture.rgb(n), order=">"), picture.rgb(n))
    yield "tiff-big-endian-16", lambda n: (tagged(picture.deep(picture.rgb(n)), order=">"), picture.rgb(n)), DEEP
    yield "tiff-tiles", lambda n: (tagged(picture.rgb(n), tile=64), picture.rgb(n))
    yield "tiff-tiles-deflate-gray", lambda n: (
        tagged(picture.gray(n), tile=32, deflate=True), colours(picture.gray(n)))
    yield "tiff-many-strips", lambda n: (tagged(picture.rgb(n), strip=7), picture.rgb(n))
    yield "tiff-min-is-white", lambda n: (tagged(255 - picture.gray(n), white=True), colours(picture.gray(n)))
    yield "tiff-called-jpeg", by_pillow("TIFF"), {"suffix": "jpg"}
    yield "tiff-cut", lambda n: (tagged(picture.rgb(n))[:40_000], None), {"verdict": DAMAGED}
    yield "tiff-header-alone", lambda n: (tagged(picture.rgb(n))[:8], None), {"verdict": REFUSED}


def tagged(pixels, order="<", tile=None, strip=None, deflate=False, white=False):
    """A TIFF file, the directory before the pixels."""
    samples = pixels.reshape(*pixels.shape[:2], -1)
    height, width, channels = samples.shape
    bits = samples.dtype.itemsize * 8
    samples = samples.astype(samples.dtype.newbyteorder(order))
    if tile:
        full = np.zeros((-(-height // tile) * tile, -(-width // tile) * tile, channels), samples.dtype)
        full[:height, :width] = samples
        blocks = [full[y:y + tile, x:x + tile] for y in range(0, height, tile) for x in range(0, width, tile)]
    else:
        blocks = [samples[y:y + (strip or height)] for y in range(0, height, strip or height)]
    blocks = [zlib.compress(block.tobytes()) if deflate else block.tobytes() for block in blocks]
    photometric = 2 if channels == 3 else 0 if white else 1
    tags = [(256, 3, [width]), (257, 3, [height]), (258, 3, [bits] * channels), (259, 3, [8 if deflate else 1]),
            (262, 3, [photometric]), (277, 3, [channels])]
    if tile:
        tags += [(322, 3, [tile]), (323, 3, [tile]), (324, 4, None), (325, 4, [len(b) for b in blocks])]
    else:
        tags += [(273, 4, None), (278, 3, [strip or height]), (279, 4, [len(b) for b in blocks])]
    tags.sort()
    directory = 8 + 2 + 12 * len(tags) + 4
    sizes = {3: 2, 4: 4}
    further = sum(sizes[kind] * len(values or blocks) for _, kind, values in tags
                  if sizes[kind] * len(values or blocks) > 4)
    start = directory + further
    places = [start + sum(len(b) for b in blocks[:at]) for at in range(len(blocks))]
    entries, extra = b"", b""
    for tag, kind, values in tags:
        values = places if values is None else values
        packed_values = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(packed_values) > 4:
            place = struct.pack(f"{order}I", directory + len(extra))
            extra += packed_values
        else:
            place = packed_values.ljust(4, b"\0")
        entries += struct.pack(f"{order}HHI", tag, kind, len(values)) + place
    return (struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
            + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + extra + b"".join(blocks))


def by_opencv(pixels):
    return cv2.imencode(".tif", pixels[..., ::-1])[1].tobytes()


def webp():
    def alpha(n):
        pixels = picture.rgb(n)
        return Image.fromarray(np.concatenate([pixels, ramp(pixels.shape)[..., None]], 2))

    yield "webp-lossy", lambda n: (saved(picture.rgb(n), "WEBP", quality=85), None), {"tolerance": LOSSY}
    yield "webp-lossless", lambda n: (saved(picture.rgb(n), "WEBP", lossless=True), picture.rgb(n))
    yield "webp-alpha", lambda n: (saved(alpha(n), "WEBP", quality=85), None), {"tolerance": LOSSY}
    yield "webp-lossless-alpha", lambda n: (
        saved(alpha(n), "WEBP", lossless=True, exact=True), picture.rgb(n))
    yield "webp-called-jpeg", lambda n: (saved(picture.rgb(n), "WEBP", quality=85), None), {
        "tolerance": LOSSY, "suffix": "jpg"}
    yield "webp-cut", lambda n: (saved(picture.rgb(n), "WEBP", quality=85)[:-500], None), {"verdict": DAMAGED}
    yield "webp-header-alone", lambda n: (saved(picture.rgb(n), "WEBP", quality=85)[:16], None), {"verdict": REFUSED}


def pnm():
    def text(samples):
        return "\n".join(" ".join(map(str, row)) for row in samples.reshape(len(samples), -1)).encode() + b"\n"

    def file(letter, samples, most, comment=b""):
        size = f"{samples.shape[1]} {samples.shape[0]}\n".encode()
        head = letter + b"\n" + comment + size + (b"" if most is None else f"{most}\n".encode())
        if letter in (b"P2", b"P3", b"P1"):
            return head + text(samples)
        return head + (np.packbits(samples, axis=1) if most is None
                       else samples.astype(">u2" if most > 255 else np.uint8)).tobytes()

    def scaled(n, most, gray):
        """Samples up to `most`, and the 8 bits they mean."""
        pixels = (picture.gray if gray else picture.rgb)(n)
        samples = picture.deep(pixels) if most == 65535 else (pixels.astype(np.int64) * most + 127) // 255
        eight = samples >> 8 if most == 65535 else (samples * 255 + most // 2) // most
        return samples, (colours(eight) if gray else eight).astype(np.uint8)

    def scaling(letter, gray, most):
        """The referees that scale to 0...255: OpenCV takes most samples as they are, or their high byte; Pillow keeps
        16 bits of grey and cuts them off."""
        opencv = most in (255, 65535) or letter in (b"P2", b"P3") and most < 256
        return tuple(who for who, scales in ((OPENCV, opencv), (PILLOW, not gray or most < 256)) if scales)

    dark = {"suffix": "pbm"}
    for letter in (b"P1", b"P4"):
        yield f"{letter.decode()}", lambda n, letter=letter: (
            file(letter, (picture.gray(n) < 128).astype(np.uint8), None),
            colours(np.where(picture.gray(n) < 128, 0, 255).astype(np.uint8))), dark
    for letter in (b"P2", b"P3", b"P5", b"P6"):
        gray = letter in (b"P2", b"P5")
        for most in (1, 15, 255, 1023, 65535):
            def make(n, letter=letter, gray=gray, most=most):
                samples, eight = scaled(n, most, gray)
                return file(letter, samples, most), eight

            yield f"{letter.decode()}-{most}", make, {
                "suffix": "pgm" if gray else "ppm", "tolerance": EXACT if most == 255 else ROUNDED,
                "referees": scaling(letter, gray, most),
                "why": None if most == 255 else "not every referee scales samples to 0...255, as the format means"}
    yield "P6-comment", lambda n: (file(b"P6", picture.rgb(n), 255, b"# a comment\n"), picture.rgb(n))
    yield "P6-called-pnm", lambda n: (file(b"P6", picture.rgb(n), 255), picture.rgb(n)), {"suffix": "pnm"}
    yield "P6-cut", lambda n: (file(b"P6", picture.rgb(n), 255)[:50_000], None), {"verdict": DAMAGED}
    yield "P6-no-size", lambda n: (b"P6\n# nothing\n", None), {"verdict": REFUSED}


def besides():
    """What a directory of pictures holds besides them: hidden files silently left out, others told once."""
    yield "hidden", lambda n: (b"\0\5\x16\7", None), {"name": "._001-baseline.jpg", "verdict": SKIPPED}
    yield "hidden-too", lambda n: (cjpeg(picture.rgb(n)), None), {"name": ".thumbnail.jpg", "verdict": SKIPPED}
    yield "notes", lambda n: (b"taken in the rain\n", None), {"name": "notes.txt", "verdict": SKIPPED}
    yield "times", lambda n: (b"1,2\n", None), {"name": "data.csv", "verdict": SKIPPED}
    # The name is Latin 1, no UTF-8.
    yield "name-not-utf-8", lambda n: (saved(picture.rgb(n), "PNG"), picture.rgb(n)), {
        "name": b"400-k\xfcche.png".decode("utf-8", "surrogateescape")}
    yield "name-with-blanks", lambda n: (saved(picture.rgb(n), "PNG"), picture.rgb(n)), {"name": "401 a b.png"}
