"""What is known of each file: what must become of it, and the pixels that the referees read from it."""

import io
import json
import os
import pathlib
import subprocess

import cv2
import numpy as np
from PIL import Image

# What must become of a file.
FRAME, DAMAGED, REFUSED, SKIPPED = "frame", "damaged", "refused", "skipped"
BOTH = OPENCV, PILLOW = "OpenCV", "Pillow"

# Largest mean and largest single difference to the referee's pixels, in levels of 0 to 255, with the reason.
EXACT = (0.0, 0, "stored samples: no arithmetic, so no difference")
# libjpeg-turbo's integer IDCT, its triangle filter and its colour conversion each round once: SIMD, C and later
# versions of it differ by a level a component, which the conversion to RGB makes up to 1.772 times as much.
DECODED = (0.4, 6, "decoders of JPEG round the IDCT, the chroma filter and the colour conversion by a level each")
# Some versions draw out factors such as 1x2 or 4x1 by repeating samples, others by a filter: edges of chroma move.
UNUSUAL = (1.5, 110, "versions of libjpeg-turbo repeat or filter the chroma of unusual sampling factors")
# With coefficients missing for good, libjpeg smooths blocks, and versions do it over 3x3 or 5x5 blocks.
SMOOTHED = (3.0, 200, "versions of libjpeg-turbo smooth incomplete progressive files over 3x3 or 5x5 blocks")
ROUNDED = (0.6, 1, "scaled to 0...255: the rounding is anyone's choice")
CONVERTED = (1.2, 3, "two conversions from CMYK or YUV that round differently")


class Catalogue:
    """Writes files into folders, each folder a feed, and notes what is expected of them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.entries = []
        self.disagreements = []
        self.number = 0

    def next_number(self):
        """Of the next file: in its name, and drawn into its picture."""
        self.number += 1
        return self.number

    def add(self, folder, kind, data, *, suffix, verdict=FRAME, tolerance=DECODED, expected=None, odd=None,
            number=None, name=None, referees=BOTH, why=None):
        """One file. `odd`: how a report names what is odd about it. `expected` are its pixels where they are known
        without a decoder; else OpenCV's are the referee's. `referees` are fewer, with a reason in `why`, where one does
        not read what the other reads."""
        number = self.next_number() if number is None else number
        name = name or f"{number:03}-{kind}.{suffix}"
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        entry = {"folder": folder, "name": name, "kind": kind, "verdict": verdict, "oddity": odd, "why": why,
                 "number": number}
        if verdict == FRAME:
            self._judge(entry, path, tolerance, expected, referees, number)
        if verdict == DAMAGED:
            partial = opencv(path)
            if partial is not None:
                entry["pixels"] = self._save(number, partial)
            if folder == "jpeg" and referees and not lost(path):
                self.disagreements.append(f"{name}: djpeg finds no sample lost")
        if verdict == REFUSED and OPENCV in referees and opencv(path) is not None:
            self.disagreements.append(f"{name}: OpenCV reads it")
        self.entries.append(entry)
        return entry

    def add_sequence(self, name, data, pixels, tolerance, arguments=(), pipe=False, compare="pixels", codes=(0,),
                     says=None, **more):
        """A source of several frames, a feed of its own. `codes`: the exit codes that are right; `says`: what an error
        line must match, if there must be one; `compare`: `pixels`, or means of `blocks`."""
        number = self.next_number()
        path = self.root / "sequences" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            path.write_bytes(data)
        self.entries.append({
            "folder": "sequences", "name": name, "verdict": FRAME, "frames": len(pixels), "arguments": list(arguments),
            "pipe": pipe, "compare": compare, "codes": list(codes), "says": says,
            "tolerance": {"mean": tolerance[0], "most": tolerance[1], "why": tolerance[2]},
            "pixels": self._save(number, np.asarray(pixels)), **more})

    def _judge(self, entry, path, tolerance, expected, referees, number):
        theirs = opencv(path)
        oracle = theirs if expected is None else expected
        entry["oracle"] = "cv2" if expected is None else "computed"
        if oracle is None:
            self.disagreements.append(f"{entry['name']}: OpenCV does not read it")
            return
        entry["tolerance"] = {"mean": tolerance[0], "most": tolerance[1], "why": tolerance[2]}
        entry["pixels"] = self._save(number, oracle)
        for referee in referees:
            pixels = theirs if referee == OPENCV else by_pillow(path)
            problem = difference(pixels, oracle, tolerance)
            if problem:
                self.disagreements.append(f"{entry['name']}: {referee}: {problem}")

    def _save(self, number, pixels):
        file = self.root / "pixels" / f"{number:03}.npy"
        file.parent.mkdir(exist_ok=True)
        np.save(file, pixels)
        return f"pixels/{file.name}"

    def write(self):
        (self.root / "kinds.json").write_text(json.dumps(self.entries, indent=1))


def opencv(path):
    """RGB, turned as EXIF says, or None."""
    try:
        pixels = cv2.imread(os.fsencode(path), cv2.IMREAD_COLOR)
    except cv2.error:  # Larger than it takes.
        return None
    return None if pixels is None else np.ascontiguousarray(pixels[..., ::-1])


def lost(path):
    """Whether djpeg, libjpeg-turbo's own program, says that samples are lost: more than spare bytes before the end."""
    said = subprocess.run(["djpeg", "-outfile", os.devnull, path], capture_output=True, text=True)
    return any("before marker 0xd9" not in line for line in said.stderr.splitlines())


def by_pillow(path):
    """RGB, turned as EXIF says, or None."""
    try:
        with Image.open(path) as image:
            if image.format in ("JPEG", "MPO"):
                turn = TURNS.get(image.getexif().get(0x0112, 1))
                if turn is not None:
                    image = image.transpose(turn)
            return np.asarray(image.convert("RGB"))
    except Exception:
        return None


TURNS = dict(zip(range(2, 9), (
    Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90)))


def difference(pixels, oracle, tolerance):
    """What is wrong with pixels, or None."""
    if pixels is None:
        return "not read"
    if pixels.shape != oracle.shape:
        return f"{shape(pixels)} pixels, expected {shape(oracle)}"
    distance = np.abs(pixels.astype(np.int16) - oracle)
    if distance.mean() > tolerance[0] or distance.max() > tolerance[1]:
        return (f"differs by {distance.mean():.2f} in the mean and {distance.max()} at most, "
                f"allowed {tolerance[0]} and {tolerance[1]}")
    return None


def shape(pixels):
    return f"{pixels.shape[1]}x{pixels.shape[0]}"


def saved(pixels, kind, **options):
    """A file by Pillow, of pixels or of an image of its own."""
    file = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(file, kind, **options)
    return file.getvalue()
