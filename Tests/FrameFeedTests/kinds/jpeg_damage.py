"""JPEG files that have lost samples, and files that are no picture at all. Each of these must be told, and the good
frames around them delivered."""

import picture
from catalogue import DAMAGED, REFUSED, saved
from jpeg_file import (DNL, DQT, EOI, JPEGFile, RESTARTS, SOF0, SOF1, SOF3, SOS, patch, segment)
from jpeg_frames import parts, plain, scans


def jobs():
    for group, verdict in ((damaged, DAMAGED), (refused, REFUSED)):
        for job in group():
            kind, make, options = job if len(job) == 3 else (*job, {})
            yield kind, make, {"suffix": "jpg", "verdict": verdict, **options}
    yield "gif", lambda n: saved(picture.rgb(n), "GIF"), {
        "suffix": "jpg", "verdict": REFUSED, "referees": (), "why": "both read GIF; a feed does not hold it"}


def damaged():
    for name, options in (("baseline", ()), ("optimised", ("-optimize",)), ("restart", ("-restart", "1")),
                          ("progressive", ("-progressive",)), ("444", ("-sample", "1x1"))):
        for percent in (30, 60, 95):
            def cut(number, options=options, percent=percent):
                data = plain(number, *options)
                start = data.index(b"\xff\xda")
                return data[:start + (len(data) - start) * percent // 100]
            yield f"cut-{name}-{percent}", cut
        yield f"cut-{name}-last-40", lambda n, options=options: plain(n, *options)[:-40]
    yield "cut-with-end", lambda n: plain(n)[:-600] + b"\xff\xd9"
    yield "cut-with-zeros", lambda n: plain(n)[:-600] + b"\xff\xd9" + bytes(600)
    yield "cut-before-another", lambda n: plain(n)[:-600] + plain(n)
    for name, step in (("too-many-bits", 81), ("no-such-code", 87)):
        noise = bytes((i * step + i * i * 5) % 255 for i in range(200))
        yield f"overwritten-{name}", lambda n, noise=noise: overwritten(plain(n), noise)
    # Ones are no code. libjpeg-turbo says so only where its data comes in pieces.
    for percent in (20, 50, 70):
        yield f"overwritten-ones-{percent}", lambda n, p=percent: overwritten(plain(n), b"\xff\0" * 100, p)
    for percent in (30, 60):
        yield f"deleted-bytes-{percent}", lambda n, p=percent: overwritten(plain(n), b"", p, 37)
    yield "overwritten-marker", lambda n: overwritten(plain(n), b"\xff\xc4")
    yield "overwritten-in-restart", lambda n: overwritten(plain(n, "-restart", "1"), b"\xff\0" * 60)
    yield "overwritten-in-progressive", lambda n: overwritten(plain(n, "-progressive"), b"\xff\0" * 100)
    yield "lost-interval", lambda n: without_interval(parts(n, "-restart", "1"), 3)
    yield "lost-data-of-an-interval", lambda n: without_interval(parts(n, "-restart", "1"), 3, marker=False)
    yield "lost-restart-marker", lambda n: without_marker(parts(n, "-restart", "1"), 4)
    yield "wrong-restart-number", lambda n: renumbered(parts(n, "-restart", "1"))
    yield "missing-scan", lambda n: without_scan(JPEGFile(scans(n, "0;\n1;\n2;\n")), 2), {
        "referees": (), "why": "libjpeg leaves the plane grey, without a word"}


def overwritten(data, noise, percent=50, count=None):
    """With so many bytes of the entropy-coded data replaced by others."""
    start = data.index(b"\xff\xda")
    at = start + (len(data) - start) * percent // 100
    return data[:at] + noise + data[at + (len(noise) if count is None else count):]


def without_interval(file, which, marker=True):
    at = [place for place, part in enumerate(file.parts) if part[0] in RESTARTS][which]
    del file.parts[at if marker else at + 1:at + 2]
    return file.bytes()


def without_marker(file, which):
    del file.parts[[place for place, part in enumerate(file.parts) if part[0] in RESTARTS][which]]
    return file.bytes()


def renumbered(file):
    at = [place for place, part in enumerate(file.parts) if part[0] in RESTARTS][3]
    file.parts[at] = (file.parts[at][0], b"\xff\xd6")
    return file.bytes()


def without_scan(file, which):
    at = file.index(SOS, which)
    del file.parts[at:at + 2]
    return file.bytes()


def refused():
    yield "no-dqt", lambda n: parts(n).without(DQT).bytes()
    yield "no-dqt-of-chroma", lambda n: without_second_table(parts(n))
    yield "no-sof", lambda n: parts(n).without(SOF0).bytes()
    yield "no-sos", lambda n: plain(n)[:plain(n).index(b"\xff\xda")] + b"\xff\xd9"
    yield "header-alone", lambda n: plain(n)[:plain(n).index(b"\xff\xda")]
    yield "soi-alone", lambda n: b"\xff\xd8"
    yield "soi-eoi", lambda n: b"\xff\xd8\xff\xd9"
    yield "lossless-sof3", lambda n: parts(n).changed(SOF0, patch(1, SOF3)).bytes()
    yield "hierarchical-sof5", lambda n: parts(n).changed(SOF0, patch(1, 0xC5)).bytes()
    yield "12-bit", lambda n: parts(n).changed(SOF0, patch(1, SOF1)).changed(SOF0, patch(4, 12)).bytes()
    yield "width-0", lambda n: parts(n).changed(SOF0, patch(7, 0, 0)).bytes()
    yield "dnl", lambda n: parts(n).changed(SOF0, patch(5, 0, 0)).before(
        (EOI,), segment(DNL, picture.HEIGHT.to_bytes(2, "big"))).bytes()
    yield "huge", lambda n: parts(n).changed(SOF0, patch(5, 0xFF, 0xDC, 0xFF, 0xDC)).bytes()
    yield "sampling-fractional", lambda n: parts(n).changed(SOF0, patch(11, 0x31)).changed(SOF0, patch(14, 0x21)).bytes()
    yield "sampling-5", lambda n: parts(n).changed(SOF0, patch(11, 0x51)).bytes()
    yield "two-components", lambda n: two_components(parts(n))
    yield "html", lambda n: b"<!DOCTYPE html><html><body>401 Unauthorized</body></html>\n"
    yield "empty", lambda n: b""
    yield "zeros", lambda n: bytes(20_000)


def without_second_table(file):
    """A file that names a quantisation table which it does not have."""
    at = file.index(DQT, 1)
    del file.parts[at]
    return file.bytes()


def two_components(file):
    def frame(data):
        data[3], data[9] = data[3] - 3, 2
        return data[:-3]

    def scan(data):
        data[3], data[4] = data[3] - 2, 2
        return data[:9] + data[11:]
    return file.changed(SOF0, frame).changed(SOS, scan).bytes()
