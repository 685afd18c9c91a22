"""Kinds of JPEG files that are frames: all their samples are there, whatever else is odd about them.

Each job is (kind, make, options): `make` gets the file's number and returns its bytes."""

import tempfile

import numpy as np
from PIL import Image

import picture
from catalogue import CONVERTED, OPENCV, SMOOTHED, UNUSUAL, saved
from jpeg_file import (APP0, APP1, APP14, COM, DHT, DQT, DRI, EOI, JPEGFile, RESTARTS, SOF0, SOF1, SOF2, SOS, adobe,
                       cjpeg, exif, patch, segment)


def plain(number, *options):
    return cjpeg(picture.rgb(number), *options)


def parts(number, *options):
    return JPEGFile(plain(number, *options))


def scans(number, script, *options):
    """A file whose scans a script for cjpeg lists."""
    with tempfile.NamedTemporaryFile("w", suffix=".scans") as file:
        file.write(script)
        file.flush()
        return plain(number, "-scans", file.name, *options)


def jobs():
    for group in (ordinary, behind_the_end, between_segments, spare_bytes, scan_parameters, headers, tables, colours,
                  restarts, samplings, progressive, exif_turns, sizes):
        for job in group():
            kind, make, options = job if len(job) == 3 else (*job, {})
            yield kind, make, {"suffix": "jpg", **options}


def ordinary():
    yield "baseline", plain
    yield "pillow", lambda n: saved(picture.rgb(n), "JPEG", quality=90)
    yield "gray", lambda n: cjpeg(picture.gray(n), "-grayscale")
    yield "gray-2x2", lambda n: cjpeg(picture.gray(n), "-grayscale", "-sample", "2x2")
    yield "name-jfif", plain, {"suffix": "jfif"}
    yield "name-jpe", plain, {"suffix": "jpe"}
    yield "name-upper-case", plain, {"suffix": "JPG"}
    yield "name-jpeg", plain, {"suffix": "jpeg"}
    yield "a-png-called", lambda n: saved(picture.rgb(n), "PNG"), {"tolerance": (0.0, 0, "lossless")}


def behind_the_end():
    video = (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\x13\x88mdat" + bytes(i * 37 % 251 for i in range(4992))
             + b"SEFH" + bytes(20) + b"SEFT")
    odd = {"odd": "trailingBytes"}
    for count in (1, 2, 5, 511, 5000):
        yield f"trailing-zeros-{count}", lambda n, count=count: plain(n) + bytes(count), odd
    yield "trailing-video", lambda n: plain(n) + video, odd
    yield "trailing-text", lambda n: plain(n) + b"\r\n--frame\r\n", odd
    yield "trailing-ff", lambda n: plain(n) + b"\xff\xff\xff", odd
    yield "trailing-picture", lambda n: plain(n) + cjpeg(255 - picture.rgb(n)), odd
    yield "trailing-half-a-picture", lambda n: plain(n) + cjpeg(255 - picture.rgb(n))[:3000], odd
    yield "trailing-progressive", lambda n: plain(n, "-progressive") + bytes(300), odd
    yield "mpo", lambda n: saved(picture.rgb(n), "MPO", save_all=True, quality=90,
                                 append_images=[Image.fromarray(255 - picture.rgb(n))]), odd
    yield "video-after-tables-only", lambda n: plain(n) + segment(DHT, bytes(17)), odd


def between_segments():
    segments = (APP0, DQT, SOF0, DHT, SOS, SOF2)
    yield "fill-ff", lambda n: parts(n).before(segments, b"\xff" * 3).bytes()
    yield "fill-ff-many", lambda n: parts(n).before((SOF0,), b"\xff" * 200).bytes()
    yield "fill-ff-before-restart", lambda n: parts(n, "-restart", "1").before(RESTARTS, b"\xff").bytes()
    yield "fill-ff-before-end", lambda n: parts(n).before((EOI,), b"\xff" * 4).bytes()
    odd = {"odd": "strayBytes"}
    yield "stray-after-app0", lambda n: parts(n).before((DQT,), b"\0\0", first=True).bytes(), odd
    yield "stray-before-sof", lambda n: parts(n).before((SOF0,), b"\x12\x34\0").bytes(), odd
    yield "stray-before-sos", lambda n: parts(n).before((SOS,), b"\0").bytes(), odd
    yield "stray-before-sos-10", lambda n: parts(n).before((SOS,), b"\x55" * 10).bytes(), odd
    yield "stray-everywhere", lambda n: parts(n).before(segments[1:], b"\0\xff\0\x21").bytes(), odd


def spare_bytes():
    odd = {"odd": "spareBytes"}
    for name, data in (("zero", b"\0"), ("zeros-2", bytes(2)), ("zeros-40", bytes(40)), ("55", b"\x55" * 7),
                       ("stuffed", b"\xff\0"), ("ones", b"\xfe\xff\0")):
        yield (f"before-restart-{name}",
               lambda n, data=data: parts(n, "-restart", "1").before(RESTARTS, data).bytes(), odd)
    yield "before-restart-first", lambda n: parts(n, "-restart", "1").before(RESTARTS, b"\0\0\0", True).bytes(), odd
    yield "before-restart-444", lambda n: parts(n, "-restart", "2", "-sample", "1x1").before(
        RESTARTS, b"\0").bytes(), odd
    yield "before-restart-422", lambda n: parts(n, "-restart", "5B", "-sample", "2x1").before(
        RESTARTS, b"\0\0\0").bytes(), odd
    yield "before-restart-gray", lambda n: JPEGFile(cjpeg(picture.gray(n), "-grayscale", "-restart", "1")).before(
        RESTARTS, b"\0").bytes(), odd
    for name, data in (("zero", b"\0"), ("zeros-16", bytes(16)), ("55", b"\x55\x55\x55")):
        yield f"before-end-{name}", lambda n, data=data: parts(n).before((EOI,), data).bytes(), odd
    yield "no-end", lambda n: parts(n).without(EOI).bytes(), {"odd": "noEndMarker", "referees": (OPENCV,), "why":
        "Pillow asks for more bytes, though it has decoded every row"}
    yield "no-end-restart", lambda n: parts(n, "-restart", "1").without(EOI).bytes(), {"odd": "noEndMarker",
        "referees": (OPENCV,), "why": "Pillow asks for more bytes, though it has decoded every row"}


def scan_parameters():
    """The last three bytes of SOS: spectral selection from and to, and successive approximation."""
    odd = {"odd": "scanParameters"}
    for name, values in (("0-0", (0, 0, 0)), ("0-0-ah-al", (0, 0, 0x11)), ("0-63-al-1", (0, 63, 1)),
                         ("63-63", (63, 63, 0)), ("ff", (255, 255, 255)), ("0-63-ah-al-ff", (0, 63, 255))):
        yield f"sos-{name}", lambda n, values=values: parts(n).changed(SOS, patch(11, *values)).bytes(), odd
    yield "sos-0-0-gray", lambda n: JPEGFile(cjpeg(picture.gray(n), "-grayscale")).changed(
        SOS, patch(7, 0, 0, 0)).bytes(), odd
    yield "sos-0-0-restart", lambda n: parts(n, "-restart", "1").changed(SOS, patch(11, 0, 0, 0)).bytes(), odd


def headers():
    for major, minor in ((2, 1), (1, 99), (0, 0), (255, 255)):
        yield f"jfif-{major}.{minor:02}", lambda n, v=(major, minor): parts(n).changed(
            APP0, patch(9, *v)).bytes(), {} if major == 1 else {"odd": "jfifRevision"}
    yield "jfif-short", lambda n: parts(n).without(APP0).before((DQT,), segment(APP0, b"JFIF\0\1"), True).bytes(), {
        "referees": (OPENCV,), "why": "Pillow asks for all of a JFIF header"}
    yield "jfif-none", lambda n: parts(n).without(APP0).bytes()
    yield "jfif-thumbnail", lambda n: parts(n).without(APP0).before((DQT,), segment(
        APP0, b"JFIF\0\1\2\0\0\1\0\1\4\4" + bytes(48)), True).bytes()
    yield "jfxx", lambda n: parts(n).before((DQT,), segment(APP0, b"JFXX\0\x10" + plain(n)[:40]), True).bytes()
    yield "avi1", lambda n: parts(n).without(APP0).before((DQT,), segment(APP0, b"AVI1\0" + bytes(9)), True).bytes()
    odd = {"odd": "adobeMarker"}
    # A JFIF marker says it all, and nobody looks at Adobe's.
    yield "adobe-7-jfif", lambda n: parts(n).before((DQT,), adobe(7), True).bytes()
    yield "adobe-7", lambda n: parts(n).without(APP0).before((DQT,), adobe(7), True).bytes(), odd
    yield "adobe-2", lambda n: parts(n).without(APP0).before((DQT,), adobe(2), True).bytes(), odd
    yield "adobe-1", lambda n: parts(n).without(APP0).before((DQT,), adobe(1), True).bytes()
    yield "adobe-0-jfif", lambda n: parts(n).before((DQT,), adobe(0), True).bytes()
    yield "adobe-short", lambda n: parts(n).before((DQT,), adobe(0, 11), True).bytes()
    yield "adobe-very-short", lambda n: parts(n).without(APP0).before((DQT,), adobe(0, 5), True).bytes(), {
        "referees": (OPENCV,), "why": "Pillow asks for all of an Adobe header"}
    yield "comment-64k", lambda n: parts(n).before((DQT,), segment(COM, b"x" * 65533), True).bytes()
    yield "comment-with-markers", lambda n: parts(n).before((SOS,), segment(COM, b"\xff\xd9\xff\xd8\xff\xda")).bytes()
    yield "app-segments", lambda n: parts(n).before((DQT,), b"".join(
        segment(0xE0 + i, bytes([i]) * 9000) for i in range(2, 16) if i != 14), True).bytes()
    yield "icc-profile", lambda n: saved(picture.rgb(n), "JPEG", quality=90, icc_profile=bytes(3000))
    yield "sof1", lambda n: parts(n).changed(SOF0, patch(1, SOF1)).bytes()


def tables():
    def wide(data):
        """Quantisation steps of 16 bits instead of 8, the same values."""
        return segment(DQT, bytes([data[4] | 0x10]) + b"".join(bytes([0, step]) for step in data[5:]))

    odd = {"odd": "noHuffmanTables"}
    yield "optimised", lambda n: plain(n, "-optimize")
    yield "no-dht", lambda n: parts(n).without(DHT).bytes(), odd
    yield "optimised-444", lambda n: plain(n, "-optimize", "-sample", "1x1")
    yield "no-dht-444", lambda n: parts(n, "-sample", "1x1").without(DHT).bytes(), odd
    yield "optimised-gray", lambda n: cjpeg(picture.gray(n), "-grayscale", "-optimize")
    yield "no-dht-gray", lambda n: JPEGFile(cjpeg(picture.gray(n), "-grayscale")).without(DHT).bytes(), odd
    yield "optimised-progressive", lambda n: plain(n, "-progressive")
    yield "no-dht-restart", lambda n: parts(n, "-restart", "1").without(DHT).bytes(), odd
    yield "no-dht-avi1", lambda n: parts(n).without(DHT, APP0).before(
        (DQT,), segment(APP0, b"AVI1\0" + bytes(9)), True).bytes(), odd
    yield "dht-in-one", lambda n: joined_tables(parts(n))
    yield "dht-twice", lambda n: parts(n, "-optimize").before(
        (DHT,), b"".join(data for marker, data in parts(n + 1).parts if marker == DHT), True).bytes()
    yield "dqt-16", lambda n: parts(n, "-baseline").changed(DQT, wide).bytes()
    yield "dqt-large-steps", lambda n: cjpeg(picture.rgb(n), quality=3)
    yield "dqt-after-sof", lambda n: moved_tables(parts(n))
    yield "arithmetic", lambda n: plain(n, "-arithmetic")
    yield "arithmetic-progressive", lambda n: plain(n, "-arithmetic", "-progressive")


def joined_tables(file):
    body = b"".join(data[4:] for marker, data in file.parts if marker == DHT)
    return file.without(DHT).before((SOS,), segment(DHT, body)).bytes()


def moved_tables(file):
    moved = b"".join(data for marker, data in file.parts if marker == DQT)
    return file.without(DQT).before((SOS,), moved).bytes()


def colours():
    def ids(values, *options):
        """Other component ids, in SOF and SOS."""
        def make(number):
            file = parts(number, *options).without(APP0, APP14)
            for at, value in enumerate(values):
                file.changed(SOF0, patch(10 + 3 * at, value)).changed(SOS, patch(5 + 2 * at, value))
            return file.bytes()
        return make

    def inks(number):
        """Cyan, magenta, yellow and black of a picture."""
        cmy = 255 - picture.rgb(number).astype(np.int16)
        black = cmy.min(2, keepdims=True) * 3 // 4
        return np.concatenate([cmy - black, black], 2).astype(np.uint8)

    def ycck(number):
        """The inks as luma and chroma, and the Adobe marker says so."""
        cmyk = inks(number)
        turned = np.asarray(Image.fromarray(255 - cmyk[..., :3]).convert("YCbCr"))
        both = np.concatenate([255 - turned, cmyk[..., 3:]], 2)
        return JPEGFile(saved(Image.frombytes("CMYK", both.shape[1::-1], both.tobytes()), "JPEG", quality=92)).changed(
            APP14, patch(15, 2))

    def cmyk(number, values=inks):
        values = values(number)
        image = Image.frombytes("CMYK", values.shape[1::-1], values.tobytes())
        return JPEGFile(saved(image, "JPEG", quality=92))

    yield "rgb", lambda n: plain(n, "-rgb")
    yield "rgb-ids", ids(b"RGB", "-rgb")
    yield "rgb-adobe-ids-1-2-3", lambda n: parts(n, "-rgb").changed(SOF0, lambda d: renumbered(d, 10, 3)).changed(
        SOS, lambda d: renumbered(d, 5, 2)).bytes()
    yield "ids-0-1-2", ids((0, 1, 2))
    yield "ids-1-2-3", ids((1, 2, 3))
    yield "ids-odd", ids((200, 7, 99))
    options = {"tolerance": CONVERTED, "odd": "cmyk"}
    yield "cmyk", lambda n: cmyk(n).bytes(), options
    yield "cmyk-not-inverted", lambda n: cmyk(n, lambda n: 255 - inks(n)).bytes(), options
    yield "cmyk-without-adobe", lambda n: cmyk(n).without(APP14).bytes(), options
    yield "ycck", lambda n: ycck(n).bytes(), options
    yield "cmyk-progressive", lambda n: saved(Image.fromarray(picture.rgb(n)).convert("CMYK"), "JPEG",
                                              progressive=True), options


def renumbered(data, at, step):
    for number in range(3):
        data[at + step * number] = number + 1


def restarts():
    yield "restart-rows", lambda n: plain(n, "-restart", "1")
    yield "restart-1", lambda n: plain(n, "-restart", "1B")
    yield "restart-7", lambda n: plain(n, "-restart", "7B", "-optimize")
    yield "restart-beyond", lambda n: plain(n, "-restart", "9000B")
    yield "restart-0", lambda n: parts(n).before((SOS,), segment(DRI, b"\0\0")).bytes()
    yield "restart-progressive", lambda n: plain(n, "-restart", "1", "-progressive")
    yield "restart-444", lambda n: plain(n, "-restart", "11B", "-sample", "1x1")


def samplings():
    for factors in ("1x1", "2x1", "2x2"):
        yield f"sampling-{factors}", lambda n, factors=factors: plain(n, "-sample", factors)
    for factors in ("1x2", "4x1", "4x2", "1x4", "2x4", "3x1", "2x2,1x1,1x2", "2x2,2x1,1x1", "2x2,1x2,1x1",
                    "2x2,1x2,1x2", "1x1,2x2,2x2", "1x2,1x1,1x2", "2x1,1x1,2x1", "4x1,1x1,2x1", "2x1,2x1,2x1"):
        yield (f"sampling-{factors.replace(',', '-')}", lambda n, factors=factors: plain(n, "-sample", factors),
               {"tolerance": UNUSUAL})
    yield "sampling-asymmetric-progressive", lambda n: plain(n, "-sample", "2x2,1x1,1x2", "-progressive"), {
        "tolerance": UNUSUAL}
    yield "sampling-asymmetric-scans", lambda n: scans(n, "0;\n1;\n2;\n", "-sample", "2x2,1x1,1x2"), {
        "tolerance": UNUSUAL}


def progressive():
    yield "scans-one-each", lambda n: scans(n, "0;\n1;\n2;\n")
    yield "scans-own-tables", lambda n: scans(n, "2;\n0;\n1;\n", "-optimize")
    yield "scans-luma-apart", lambda n: scans(n, "0;\n1 2;\n", "-restart", "1")
    yield "progressive", lambda n: plain(n, "-progressive")
    yield "progressive-444", lambda n: plain(n, "-progressive", "-sample", "1x1")
    yield "progressive-gray", lambda n: cjpeg(picture.gray(n), "-grayscale", "-progressive")
    yield "progressive-all-at-once", lambda n: scans(
        n, "0 1 2: 0-0, 0, 0;\n0: 1-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n")
    yield "progressive-few-scans", lambda n: scans(
        n, "0 1 2: 0-0, 0, 0;\n0: 1-63, 0, 0;\n"), {"tolerance": SMOOTHED}
    yield "progressive-dc-alone", lambda n: scans(n, "0 1 2: 0-0, 0, 0;\n"), {"tolerance": SMOOTHED}


def exif_turns():
    for turn in range(1, 9):
        def make(number, turn=turn):
            thumbnail = cjpeg(255 - picture.rgb(number, 32, 24))
            return parts(number).before((DQT,), exif(turn, thumbnail, big=turn % 2 == 0), True).bytes()
        yield f"exif-{turn}", make
    yield "exif-6-before-jfif", lambda n: parts(n).before((APP0,), exif(6)).bytes()
    yield "exif-6-progressive", lambda n: parts(n, "-progressive").before((DQT,), exif(6), True).bytes()
    yield "exif-0", lambda n: parts(n).before((DQT,), exif(0), True).bytes()
    yield "exif-9", lambda n: parts(n).before((DQT,), exif(9), True).bytes()
    yield "exif-broken", lambda n: parts(n).before((DQT,), segment(APP1, b"Exif\0\0MM\0*\xff\xff\xff\xff"), True).bytes()


def sizes():
    for width, height in ((1, 1), (1, 2000), (65500, 1), (8, 8), (17, 3), (2, 16)):
        yield f"size-{width}x{height}", lambda n, w=width, h=height: cjpeg(picture.rgb(n, w, h), "-sample", "2x2")
    yield "size-1x1-progressive", lambda n: cjpeg(picture.rgb(n, 1, 1), "-progressive")
