"""Sequences: arrays, YUV streams, MJPEG back to back and in parts, and directories with recorded times.

Each entry of kinds.json says how to stream it (`arguments`, `pipe`), how many frames must come, with which pixels and
exit code, and what the error lines must say."""

import io

import numpy as np

import mjpeg_streams
import picture
import timestamped
import yuv_streams
from catalogue import EXACT


def write(catalogue):
    for module in (arrays, yuv_streams.jobs, mjpeg_streams.jobs):
        for job in module():
            catalogue.add_sequence(**job)
    timestamped.write(catalogue)


W, H = 160, 120


def frames(start, count):
    return np.stack([picture.rgb(start + at, W, H) for at in range(count)])


def saved(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def header(text, data):
    """A file of version 1 whose header is as written."""
    line = text.encode() + b" " * (-(len(text) + 11) % 16) + b"\n"
    return b"\x93NUMPY\1\0" + len(line).to_bytes(2, "little") + line + data.tobytes()


def arrays():
    rgb = frames(500, 3)
    gray = rgb[..., 1].copy()
    alpha = np.concatenate([rgb, np.full((3, H, W, 1), 90, np.uint8)], 3)
    grays = np.repeat(gray[..., None], 3, 3)

    def job(name, data, pixels, **more):
        return {"name": f"{name}.npy", "data": data, "pixels": pixels, "tolerance": EXACT, **more}

    yield job("colour", saved(rgb), rgb)
    yield job("gray", saved(gray), grays)
    yield job("gray-one-channel", saved(gray[..., None]), grays)
    yield job("alpha", saved(alpha), rgb)
    yield job("alpha-bgr", saved(rgb[..., ::-1].copy()), rgb, arguments=["--pixel-format", "bgr8"])
    yield job("one-picture", saved(rgb[0]), rgb[:1])
    yield job("one-picture-alpha", saved(alpha[0]), rgb[:1])
    yield job("one-gray-picture", saved(gray[0]), grays[:1])
    yield job("appended", saved(rgb[:2]) + saved(rgb[2:]), rgb)
    yield job("appended-pictures", b"".join(saved(one) for one in rgb), rgb)
    yield job("python-2", header("{'descr': '|u1', 'fortran_order': False, 'shape': (3L, 120L, 160L, 3L), }", rgb), rgb)
    yield job("version-2", saved(rgb, version=(2, 0)), rgb)
    # Read, or refused with the line that converts.
    either = {"or_refused": "ascontiguousarray|transpose|moveaxis"}
    yield job("fortran", saved(np.asfortranarray(rgb)), rgb, **either)
    yield job("fortran-gray", saved(np.asfortranarray(gray)), grays, **either)
    yield job("channels-first", saved(np.ascontiguousarray(rgb.transpose(0, 3, 1, 2))), rgb, **either)
    # Told, and the whole frames sent.
    cut = {"codes": [1, 2], "says": "cut|short|end|missing|holds|promis"}
    yield job("cut-between-frames", saved(rgb)[:-W * H * 3], rgb[:2], **cut)
    yield job("cut-in-a-frame", saved(rgb)[:-5000], rgb[:2], **cut)
    yield job("floats", saved(rgb.astype(np.float32)), rgb[:0], codes=[1], says="uint8|float|astype")
