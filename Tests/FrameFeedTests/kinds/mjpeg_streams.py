"""MJPEG: files back to back, and parts of multipart streams as cameras, ffmpeg and microcontrollers send them."""

import pathlib
import tempfile
import time

import numpy as np

import picture
from catalogue import DECODED, opencv
from jpeg_file import DHT, DQT, JPEGFile, RESTARTS, SOS, cjpeg, exif, patch

COUNT = 5
DAMAGE = {"codes": [2], "says": "damaged|cut off|corrupt|lost|JPEG"}


def decoded(files):
    with tempfile.TemporaryDirectory() as folder:
        out = []
        for data in files:
            path = pathlib.Path(folder) / "frame.jpg"
            path.write_bytes(data)
            out.append(opencv(path))
        return np.stack(out) if out else np.zeros((0, 1, 1, 3), np.uint8)


def job(name, data, files, **more):
    return {"name": f"{name}.mjpeg", "data": data, "pixels": decoded(files), "tolerance": DECODED, **more}


def jobs():
    plain = [cjpeg(picture.rgb(540 + at)) for at in range(COUNT)]
    thumbnail = cjpeg(picture.rgb(1, 16, 12))
    photos = [JPEGFile(data).before((DQT,), exif(1, thumbnail), True).bytes() for data in plain]
    restart = [cjpeg(picture.rgb(545 + at), "-restart", "1") for at in range(COUNT)]
    yield from back_to_back(plain, photos, restart)
    yield from parts(plain, photos)


def back_to_back(plain, photos, restart):
    joined = b"".join
    for pipe in (False, True):
        end = "-pipe" if pipe else ""
        yield job("plain" + end, joined(plain), plain, pipe=pipe)
        yield job("thumbnails" + end, joined(photos), photos, pipe=pipe)
        # One frame lacks its end: it is lost alone, and no thumbnail becomes a frame.
        for name, files in (("plain", plain), ("thumbnails", photos)):
            cut = files[:2] + [files[2][:-40]] + files[3:]
            yield job(f"{name}-one-cut" + end, joined(cut), files[:2] + files[3:], pipe=pipe, **DAMAGE)
    yield job("no-huffman-tables", joined(JPEGFile(data).without(DHT).bytes() for data in plain), plain)
    yield job("padded", joined(data + bytes(-len(data) % 512) for data in plain), plain)
    yield job("spare-bytes", joined(JPEGFile(data).before(RESTARTS, b"\0\0").bytes() for data in restart), restart)
    yield job("scan-parameters", joined(JPEGFile(data).changed(SOS, patch(11, 0, 0, 0)).bytes() for data in plain),
              plain)
    yield job("progressive", joined(cjpeg(picture.rgb(540 + at), "-progressive") for at in range(COUNT)), plain)
    yield job("last-cut", joined(plain)[:-600], plain[:-1], **DAMAGE)
    yield job("rubbish-behind", joined(plain) + bytes(i * 89 % 250 for i in range(21_000)), plain, codes=[2],
              says="bytes|JPEG|rubbish|behind")
    noise = plain[2][:len(plain[2]) // 2] + b"\xff\0" * 100 + plain[2][len(plain[2]) // 2 + 200:]
    yield job("one-overwritten", joined(plain[:2] + [noise] + plain[3:]), plain[:2] + plain[3:], **DAMAGE)


def parts(plain, photos):
    def stream(boundary, files, head="Content-Type: image/jpeg", line="\r\n", length=True, close="", first=True,
               times=None):
        out = b""
        for at, data in enumerate(files):
            lines = [head] + ([f"Content-Length: {len(data)}"] if length else [])
            if times:
                lines.append(f"X-Timestamp: {times[at]}")
            start = f"{line}{boundary}{line}" if at else f"{boundary}{line}" if first else ""
            out += (start + line.join(lines) + line + line).encode() + data
        return out + (f"{line}{boundary}{close}{line}".encode())

    for pipe in (False, True):
        end = "-pipe" if pipe else ""
        yield job("parts-ffmpeg" + end, stream("--ffmpeg", plain), plain, pipe=pipe)
        # Taken within the last minutes, so that it is a time of day; of a live stream that is when it was captured.
        taken = [int(time.time()) - 100 + at for at in range(COUNT)]
        more = {"times": [second + at * 0.2 for at, second in enumerate(taken)]} if pipe else {}
        yield job("parts-esp32" + end, stream(
            "--123456789000000000000987654321", plain,
            times=[f"{second}.{at * 20:02}0000" for at, second in enumerate(taken)]), plain, pipe=pipe, **more)
    yield job("parts-no-length", stream("--myboundary", plain, length=False), plain)
    yield job("parts-no-length-pipe", stream("--myboundary", plain, length=False), plain, pipe=True)
    yield job("parts-thumbnails", stream("--myboundary", photos), photos)
    yield job("parts-line-feeds", stream("--b", plain, line="\n"), plain)
    yield job("parts-closed", stream("--b", plain, close="--"), plain)
    yield job("parts-no-first-boundary", stream("--b", plain, first=False), plain)
    yield job("parts-no-first-boundary-pipe", stream("--b", plain, first=False), plain, pipe=True)
    yield job("parts-first-line-break", b"\r\n" + stream("--b", plain), plain, pipe=True)
    yield job("parts-small-letters", stream("--b", plain, head="content-type: image/jpeg").replace(
        b"Content-Length", b"content-length"), plain)
    yield job("parts-many-headers", stream(
        "--b", plain, head="Content-Type: image/jpeg\r\nX-Camera: " + "a" * 300 + "\r\nX-Sequence: 5"), plain)
    yield job("parts-bare-boundary", stream("--", plain), plain)
    yield job("parts-http-answer", b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n"
              + stream("--b", plain), plain, pipe=True)
    cut = plain[:2] + [plain[2][:-700]] + plain[3:]
    yield job("parts-one-cut", stream("--b", cut, length=False), plain[:2] + plain[3:], **DAMAGE)
    yield job("parts-one-cut-length", stream("--b", cut), plain[:2] + plain[3:], **DAMAGE)
