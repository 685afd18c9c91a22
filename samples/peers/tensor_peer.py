"""Other libraries' ways from frames to a model's tensor, and to base64 and back, for `framefeed compare tensors`: see README.md here.

Every way ends in a float32 array of 3 x height x width, RGB, normalised as the model wants, in memory of its
own or memory that is used again, whichever its library offers. On one thread.
"""

import os, sys

os.environ.update(OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import importlib.metadata, json, pathlib, time
import numpy as np

directory = pathlib.Path(sys.argv[1])
wanted = json.loads((directory / "wanted.json").read_text())
WIDTH, HEIGHT = wanted["width"], wanted["height"]
SCALE, MEAN, STD = wanted["scale"], np.array(wanted["mean"]), np.array(wanted["std"])
files = [path.read_bytes() for path in sorted(directory.glob("*.jpg"))]
# Views of bytes objects, as a Kafka client hands them over.
pixels = [
    np.frombuffer(path.read_bytes(), np.uint8).reshape(height, width, 3)
    for path, (width, height) in zip(sorted(directory.glob("*.rgb")), wanted["frames"])
]
ways = []  # (job, name, function of a frame's number)


def way(job, name):
    return lambda function: ways.append((job, name, function))


def reduction(width, height):
    """The strongest of libjpeg's fast reductions that has enough samples."""
    enough = lambda by: -(-width // by) >= WIDTH and -(-height // by) >= HEIGHT
    return next((by for by in (8, 4, 2) if enough(by)), 1)


def with_opencv():
    import cv2

    cv2.setNumThreads(1)
    # blob = (pixel - mean) * scale, per channel
    params = cv2.dnn.Image2BlobParams()
    params.scalefactor = (SCALE / STD).tolist()
    params.mean = (MEAN / SCALE).tolist()
    params.size = (WIDTH, HEIGHT)
    params.ddepth = cv2.CV_32F

    def blob(rgb):
        params.swapRB = False
        return cv2.dnn.blobFromImageWithParams(rgb, params)

    reduced = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
               8: cv2.IMREAD_REDUCED_COLOR_8}

    def decoded(number, flag):
        # Means and factors go with the channels after the swap.
        params.swapRB = True
        return cv2.dnn.blobFromImageWithParams(cv2.imdecode(np.frombuffer(files[number], np.uint8), flag), params)

    way("jpeg", "OpenCV reduced + blobFromImage")(
        lambda number: decoded(number, reduced[reduction(*wanted["frames"][number])]))
    way("jpeg", "OpenCV + blobFromImage")(lambda number: decoded(number, cv2.IMREAD_COLOR))
    way("pixels", "OpenCV blobFromImage")(lambda number: blob(pixels[number]))

    tables = [((np.arange(256) * SCALE - m) / s).astype(np.float32) for m, s in zip(MEAN, STD)]
    planes = np.empty((3, HEIGHT, WIDTH), np.float32)

    def split(number):
        frame = pixels[number]
        if frame.shape[:2] != (HEIGHT, WIDTH):
            frame = cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        for channel, plane in enumerate(cv2.split(frame)):
            cv2.LUT(plane, tables[channel], dst=planes[channel])
        return planes

    way("pixels", "OpenCV split + LUT")(split)

    def naive(number):
        frame = pixels[number]
        if frame.shape[:2] != (HEIGHT, WIDTH):
            frame = cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(((frame.astype(np.float32) * SCALE - MEAN) / STD).transpose(2, 0, 1), np.float32)

    way("pixels", "NumPy")(naive)
    return blob


def with_simplejpeg(blob):
    import simplejpeg

    def decode(number, **how):
        width, height = wanted["frames"][number]
        by = reduction(width, height)
        return blob(simplejpeg.decode_jpeg(
            files[number], "RGB", min_width=-(-width // by), min_height=-(-height // by), **how))

    way("jpeg", "simplejpeg + blobFromImage")(decode)
    way("jpeg", "simplejpeg fast + blobFromImage")(lambda number: decode(number, fastdct=True, fastupsample=True))


def with_turbojpeg(blob):
    import turbojpeg

    jpeg = turbojpeg.TurboJPEG()
    fast = turbojpeg.TJFLAG_FASTDCT | turbojpeg.TJFLAG_FASTUPSAMPLE

    def decode(number, flags):
        by = reduction(*wanted["frames"][number])
        return blob(jpeg.decode(files[number], turbojpeg.TJPF_RGB, scaling_factor=(1, by), flags=flags))

    way("jpeg", "PyTurboJPEG + blobFromImage")(lambda number: decode(number, 0))
    way("jpeg", "PyTurboJPEG fast + blobFromImage")(lambda number: decode(number, fast))


def with_kornia():
    import kornia_rs

    # It divides by 255 itself.
    prepare = kornia_rs.Preprocessor(
        mode="stretch", format="rgb", mean=(MEAN / SCALE / 255).tolist(), std=(STD / SCALE / 255).tolist())

    def tensor(rgb):
        height, width = rgb.shape[:2]
        return prepare.run(rgb.reshape(-1), width, height, HEIGHT, WIDTH).numpy()

    way("pixels", "kornia-rs Preprocessor")(lambda number: tensor(pixels[number]))
    way("jpeg", "kornia-rs")(
        lambda number: tensor(kornia_rs.io.decode_image_jpegturbo(files[number], "rgb")))


def with_pillow():
    import io
    from PIL import Image

    def decode(number, draft):
        image = Image.open(io.BytesIO(files[number]))
        if draft:
            by = reduction(*image.size)
            image.draft("RGB", (image.size[0] // by, image.size[1] // by))
        image = image.resize((WIDTH, HEIGHT), Image.BILINEAR)
        array = np.asarray(image, np.float32)
        return np.ascontiguousarray(((array * SCALE - MEAN) / STD).transpose(2, 0, 1), np.float32)

    way("jpeg", "Pillow draft + NumPy")(lambda number: decode(number, True))
    way("jpeg", "Pillow + NumPy")(lambda number: decode(number, False))


def with_base64():
    import base64

    texts = [base64.b64encode(frame) for frame in pixels]
    way("base64-encode", "Python base64")(lambda number: base64.b64encode(pixels[number]))
    way("base64-decode", "Python base64")(lambda number: base64.b64decode(texts[number], validate=True))
    return texts


def with_pybase64(texts):
    import pybase64

    way("base64-encode", "pybase64")(lambda number: pybase64.b64encode(pixels[number]))
    way("base64-decode", "pybase64")(lambda number: pybase64.b64decode(texts[number], validate=True))


def say(*words):
    print(*words, flush=True)


blob = None
texts = with_base64()
for package, add in [
    ("opencv-python-headless", lambda: globals().update(blob=with_opencv())),
    ("simplejpeg", lambda: with_simplejpeg(blob)),
    ("PyTurboJPEG", lambda: with_turbojpeg(blob)),
    ("kornia-rs", with_kornia),
    ("pillow", with_pillow),
    ("pybase64", lambda: with_pybase64(texts)),
]:
    try:
        add()
        say("version", package, importlib.metadata.version(package))
    except Exception as error:  # a library that is missing or broken is left out, and said so
        say("missing", package, str(error).splitlines()[0] if str(error) else type(error).__name__)
for number, (job, name, _) in enumerate(ways):
    if (files if job == "jpeg" else pixels):
        say("way", number, job, name)
say("ready")
for line in sys.stdin:
    command, number, frame, *path = line.split()
    function = ways[int(number)][2]
    if command == "time":
        function((int(frame) + 1) % len(wanted["frames"]))  # what waited for its turn is not cold
        before = time.perf_counter_ns()
        result = function(int(frame))
        took = time.perf_counter_ns() - before
        del result
        say("took", took)
    elif command == "tensor":
        np.ascontiguousarray(function(int(frame)), np.float32).tofile(path[0])
        say("written")
