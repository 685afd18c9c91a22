"""The seeds of `make fuzz`: small inputs that each target reads well. fuzz-seeds.py DIRECTORY

An input of a payload is width, height, pixel format (rgb8 0, bgr8 1, rgba8 2, mono8 3, i420 4), what is asked of
the decoder, and for `layers` which they are; then the payload: see Fuzz/Sources/framefeed-fuzz.
"""
import base64
import io
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np
from hdrh.histogram import HdrHistogram
from PIL import Image

target = pathlib.Path(sys.argv[1])
W, H = 20, 14
y, x = np.mgrid[0:H, 0:W]
pixels = (np.stack([x * 11, y * 13, x ^ y], 2) % 256).astype(np.uint8)
image = Image.fromarray(pixels)


def seed(name, file, *parts):
    path = target / name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(bytes(p) for p in parts))


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def zstd(data):
    return subprocess.run(
        ["zstd", "-c", f"--stream-size={len(data)}"], input=data, capture_output=True, check=True).stdout


def filtered(rgb):
    green = rgb[:, :, 1]
    planes = [rgb[:, :, 0] - green, green, rgb[:, :, 2] - green]
    out = []
    for plane in planes:
        p = np.pad(plane, ((1, 0), (1, 0)))
        out.append(p[1:, 1:] - p[1:, :-1] - p[:-1, 1:] + p[:-1, :-1])
    return b"".join(o.tobytes() for o in out)


def sampled(factors, *options):
    """A JPEG file whose components have these horizontal and vertical factors; Pillow writes the usual ones alone."""
    return subprocess.run(
        ["cjpeg", "-quality", "60", "-optimize", "-sample", factors, *options], input=saved(image, "PPM"),
        capture_output=True, check=True).stdout


def deep_png(color, channels):
    """16 bits a sample, with the chunks about colour that change nothing."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(range(8 * channels)) for _ in range(4))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, color, 0, 0, 0))
        + chunk(b"gAMA", struct.pack(">I", 22000)) + chunk(b"sRGB", b"\0") + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b""))


def bmp(bits, compression, data, palette=b"", more=b"", size=40):
    head = struct.pack("<IiiHHIIiiII", size, 5, 4, 1, bits, compression, len(data), 0, 0, 0, 0)
    if size == 12:
        head = struct.pack("<IHHHH", 12, 5, 4, 1, bits)
    start = 14 + len(head) + len(more) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + more + palette + data


raw = pixels.tobytes()
exif = Image.Exif()
exif[0x0112] = 6
jpegs = {
    "420": saved(image, "JPEG", quality=60, subsampling=2, optimize=True),
    "444": saved(image, "JPEG", quality=90, subsampling=0, optimize=True),
    "restart": saved(image, "JPEG", quality=50, optimize=True, restart_marker_blocks=1),
    "gray": saved(image.convert("L"), "JPEG", quality=70, optimize=True),
    "progressive": saved(image, "JPEG", quality=60, progressive=True),
    "turned": saved(image, "JPEG", quality=60, optimize=True, exif=exif),
    "unequal-chroma": sampled("2x2,1x1,1x2"),
    "unequal-chroma-progressive": sampled("2x2,2x1,1x1", "-progressive"),
    "fine-chroma": sampled("1x1,2x2,2x2"),
    "tall": sampled("1x4,1x1,1x1", "-restart", "1"),
}
pngs = {
    "rgb": saved(image, "PNG"),
    "palette": saved(image.quantize(8), "PNG"),
    "alpha": saved(image.convert("RGBA"), "PNG"),
    "gray": saved(image.convert("L"), "PNG"),
    "deep-color": deep_png(2, 3),
    "deep-alpha": deep_png(6, 4),
    "bits": saved(image.convert("1"), "PNG"),
    "palette-alpha": saved(image.quantize(8), "PNG", transparency=bytes(range(0, 240, 30))),
    "deep": saved(Image.fromarray((y * 4000 + x).astype(np.uint16)), "PNG"),
}
size = [W, H]
seed("raw", "rgb", size, [0, 0], raw)
seed("raw", "i420", size, [4, 0], raw[: W * H * 3 // 2])
for at, (name, file) in enumerate(jpegs.items()):
    # Scale, mode, engine and crew in turn.
    seed("tensor", name, [17, 11, at * 29 & 255, at * 53 & 255, at % 2 * 8], file)
for name, file in jpegs.items():
    format = 3 if name == "gray" else 0
    seed("jpeg", name, size, [format, 0], file)
    seed("jpeg", name + "-small", size, [format, 0x11], file)
    seed("jpeg-engines", name, [0], file)
    seed("jpeg-engines", name + "-small", [1], file)
    seed("image-header", name, file)
for name, file in pngs.items():
    seed("png", name, size, [{"gray": 3, "alpha": 2}.get(name, 0), 0], file)
    seed("png-file", name + ".png", file)
    seed("image-header", name + ".png", file)
seed("zstd", "rgb", size, [0, 0], zstd(raw))
seed("gradient", "rgb", size, [0, 0], zstd(filtered(pixels)))
seed("gradient", "mono", size, [3, 0], zstd(raw[: W * H]))
seed("base64", "rgb", size, [0, 0], base64.b64encode(raw))
# The last byte: kind (0 pixels, 1 JPEG, 2 PNG), 4 for the filter, layers << 3, and of each whether it is base64 << 5.
seed("layers", "jpeg-base64", size, [0, 0, 1 | 1 << 3 | 1 << 5], base64.b64encode(jpegs["420"]))
seed("layers", "gradient-zstd-base64", size, [0, 0, 4 | 2 << 3 | 2 << 5], base64.b64encode(zstd(filtered(pixels))))
seed("layers", "png-zstd", size, [0, 0, 2 | 1 << 3], zstd(pngs["rgb"]))
headers = {
    "frame-format-version": 1, "frame-run": "r", "frame-sequence": 7, "frame-width": 8, "frame-height": 4,
    "frame-pixel-format": "rgb8", "frame-stride": 30, "content-type": "application/octet-stream",
    "content-encoding": "zstd,base64", "frame-filter": "subgreen-gradient", "frame-scheduled-ns": 1,
    "frame-captured-ns": 2, "frame-encoded-ns": 3, "frame-sent-ns": 4, "frame-clock": "c",
}
seed("headers", "frame", "\n".join(f"{k}={v}" for k, v in headers.items()).encode())
log_directory = struct.pack(">h2s", 2, b"/d") + struct.pack(">ih1s", 1, 1, b"t")
log_directory += struct.pack(">i", 2) + struct.pack(">iqq?", 0, 4242, 0, False) + struct.pack(">iqq?", 1, 5, 3, True)
seed("log-directories", "one", struct.pack(">iiih", 7, 0, 1, 0) + log_directory)
seed("log-directories", "two", struct.pack(">iii", 7, 0, 2) + 2 * (struct.pack(">h", 0) + log_directory))
seed("headers", "end", b"frame-format-version=1\nframe-run=r\nframe-end=7")
for name, planes, chroma in [
    ("420", 1.5, b"420jpeg"), ("420-full", 1.5, b"420mpeg2 XCOLORRANGE=FULL"), ("444", 3, b"444 XCOLORRANGE=FULL"),
    ("422", 2, b"422"), ("411", 1.5, b"411 Ib"), ("440", 2, b"440"), ("444alpha", 4, b"444alpha"), ("mono", 1, b"mono"),
    ("mono-limited", 1, b"mono XCOLORRANGE=LIMITED"), ("420p10", 3, b"420p10 XYSCSS=420P10"), ("422p12", 4, b"422p12"),
    ("mono16", 2, b"mono16"),
]:
    frame = b"FRAME\n" + raw[: int(8 * 4 * planes)]
    seed("y4m", name, b"YUV4MPEG2 W8 H4 F30:1 C" + chroma + b"\n" + 2 * frame)
    if name == "420":
        # Bytes lost, a line that is none, rubbish behind the last frame.
        lost, other = frame[:20] + frame[25:], b"XRAME\n" + frame[6:]
        seed("y4m", "damaged", b"YUV4MPEG2 W8 H4 C420\n" + frame + lost + frame + other + 2 * frame + b"FRAME Ip\nend")
arrays = {
    "rgb": [pixels[None, :4, :5]], "gray": [pixels[None, :4, :5, 0]], "picture": [pixels[:4, :5]],
    "flat": [pixels[:4, :5, 0]], "planar": [pixels[None, :4, :6].transpose(0, 3, 1, 2)],
    "fortran": [np.asfortranarray(np.stack(2 * [pixels[:4, :5]]))], "fortran-picture": [np.asfortranarray(pixels[:4, :5])],
    "appended": [pixels[None, :4, :5], pixels[None, :2, :3, 0], np.asfortranarray(pixels[:3, :3])],
}
for name, appended in arrays.items():
    file = io.BytesIO()
    for array in appended:
        np.save(file, array)
    seed("npy", name, file.getvalue())
    if name == "rgb":
        seed("npy", "python2", file.getvalue().replace(b"(1, 4, 5, 3), }    ", b"(1L, 4L, 5L, 3L), }"))
seed("mjpeg", "two", jpegs["420"], [0, 0], jpegs["gray"])
thumbnail = b"\xff\xd8\xff\xe1" + (len(jpegs["gray"]) + 2).to_bytes(2, "big") + jpegs["gray"] + jpegs["420"][2:]
seed("mjpeg", "thumbnail", thumbnail, jpegs["progressive"])
seed("mjpeg", "cut", jpegs["420"][:-40], thumbnail[:200], jpegs["restart"], jpegs["gray"][:-2])
part = b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: %d.250000\r\n\r\n"
seed("multipart", "lengths", *(part % (len(f), n) + f + b"\r\n" for n, f in enumerate(jpegs.values()) if n < 3), b"--b--")
seed("multipart", "http", b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=\"b\"\r\n\r\n",
     b"b\ncontent-length: 40\n\n", jpegs["gray"], b"\nb\n\n", jpegs["420"][:-2], b"\nb\n\n", jpegs["gray"][:-40])
mpo = jpegs["gray"][:2] + b"\xff\xe2\x00\x08MPF\x00\x00\x00" + jpegs["gray"][2:]
seed("multipart", "mpo", *(b"--b\r\nX-A: b\r\n\r\n" + mpo + jpegs["gray"] + b"\r\n" for _ in range(2)))
seed("ppm-file", "rgb", b"P6 # one\n5 4 255\n", raw[:60])
seed("pgm-file", "gray", b"P5 5 4 255\n", raw[:20])
for white, kind in [(255, 2), (1023, 3), (4095, 5), (7, 6)]:
    numbers = b" ".join(b"%d" % (v * white // 255) for v in raw[:60])
    samples = bytes(v * white // 255 for v in raw[:60]) if white < 256 else raw[:120]
    seed("pnm-file", f"p{kind}", b"P%d # one\n5 4 %d\n" % (kind, white), numbers if kind < 4 else samples)
seed("pnm-file", "p1", b"P1 5 4 10110 0 1 1 0 0 11111 #\n 00000")
seed("pnm-file", "p4", b"P4 5 4\n", raw[:4])
seed("pnm-file", "two", 2 * (b"P6 2 2 255\n" + raw[:12]))
colors = raw[:1024]
for name, file in {
    "24": bmp(24, 0, raw[:64]), "24-core": bmp(24, 0, raw[:64], size=12), "8": bmp(8, 0, raw[:32], colors),
    "4": bmp(4, 0, raw[:16], colors[:64]), "1": bmp(1, 0, raw[:16], b"\0\0\0\0\xff\xff\xff\0"), "16": bmp(16, 0, raw[:48]),
    "fields": bmp(32, 3, raw[:80], more=struct.pack("<III", 0xFF00, 0x3FF0000, 0x1F)),
    "rle8": bmp(8, 1, b"\5\1\0\0\0\3\1\2\3\0\2\7\0\0\0\2\1\1\3\4\0\1", colors),
    "rle4": bmp(4, 2, b"\5\x12\0\0\0\5\x12\x34\x50\0\0\0\5\x33\0\1", colors[:64]),
}.items():
    seed("bmp-file", name, file)
bilevel, gray, palette = image.convert("1"), image.convert("L"), image.quantize(8)
tiffs = {kind: saved(image, "TIFF", compression=kind) for kind in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]}
tiffs |= {kind: saved(bilevel, "TIFF", compression=kind) for kind in ["group3", "group4"]}
tiffs |= {
    "jpeg": saved(image, "TIFF", compression="jpeg", quality=40), "gray": saved(gray, "TIFF"),
    "ycbcr": saved(image.convert("YCbCr"), "TIFF", compression="jpeg", quality=40),
    "palette": saved(palette, "TIFF"), "cmyk": saved(image.convert("CMYK"), "TIFF"), "rgba": saved(image.convert("RGBA"), "TIFF"),
    "deep": saved(Image.fromarray((y * 4000 + x).astype(np.uint16)), "TIFF"),
    "pages": saved(gray, "TIFF", save_all=True, append_images=[bilevel, gray]),
    "big": saved(gray, "TIFF", big_tiff=True),
}
for name, file in tiffs.items():
    seed("tiff-file", name, file)
webps = {
    "lossy": saved(image, "WEBP", quality=40), "lossless": saved(image, "WEBP", lossless=True),
    "alpha": saved(Image.merge("RGBA", [*image.split(), gray]), "WEBP", quality=40),
    "moving": saved(image, "WEBP", save_all=True, append_images=[palette.convert("RGB")]),
}
for name, file in webps.items():
    seed("webp-file", name, file)
seed("raw-dump", "rgb", [5, 4], raw[:130])
nut = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=16x8:rate=25", "-frames:v", "2", "-map_metadata", "-1"]
for name, first, codec in [("planes", 0, ["-c:v", "rawvideo", "-pix_fmt", "yuv420p"]), ("mjpeg", 1, ["-c:v", "mjpeg"])]:
    made = subprocess.run(nut + codec + ["-f", "nut", "-"], capture_output=True, check=True).stdout
    seed("nut", name, [first], made)
seed("ffmpeg-log", "damage", b"[h264 @ 0x55d0] [error] error while decoding MB 1 14, bytestream 54\n[h264 @ 0x55d0] [info] "
     b"concealing 68 DC, 68 AC, 68 MV errors in P frame\n[warning] file:d.mp4: corrupt decoded frame in stream 0\n"
     b"[info] decoder -> ist_index:0 type:video frame_pts:512 frame_pts_time:0.04 best_effort_ts:512 "
     b"best_effort_ts_time:0.04 keyframe:0 frame_type:3 time_base:1/12800\n[mov @ 0x1] [error] partial file\n")
seed("manifest", "full", b'{"name":"m","runtime":{"kind":"builtin","model":"null"},"input":{"width":64,"height":48,'
     b'"layout":"NHWC","type":"float16","color":"bgr","fit":"letterbox","pad":[1,2,3],"scale":0.5,"mean":[1],'
     b'"std":[0.2,1e-3,3],"batch":4,"batchTimeoutMs":10}}')
seed("timestamps", "three", b"# t\n1700000000.25 a.jpg\n\n1700000000.5 b.jpg\n1.7e9 c.jpg\n1700000001 d.jpg\n")
seed("timestamps", "euroc", b"\xef\xbb\xbf#timestamp [ns],filename\r\n1403636579763555584,1403636579763555584.png\r\n"
     b"1403636579813555584,1403636579813555584.png\r\n")
seed("timestamps", "ms", b"stamp_ms;name;exposure\n1700000000250.5;a b.png;3\n1700000000300.75;\"c; d.png\";3\n")
seed("timestamps", "us", b"%time\tname\n1700000000250000\ta b.png\n1700000000250001 , c.png\n")
seed("properties", "tls", b"# TLS\nsecurity.protocol = ssl\n! and\n  ssl.ca.location=/etc/ca.pem\r\n"
     b"ssl.key.pem=-----BEGIN KEY-----\\nabc\\n-----END KEY-----\n")
histograms = {"few": [0, 1, 2, 2, 2047, 2048], "hour": [3_600_000_000_000], "none": [], "many": range(0, 9000, 7)}
for name, values in histograms.items():
    histogram = HdrHistogram(1, 3_600_000_000_000, 3)
    for value in values:
        histogram.record_value(value)
    seed("histogram", name, zlib.decompress(base64.b64decode(histogram.encode())[8:]))
seed("histogram", "text", histogram.encode())
