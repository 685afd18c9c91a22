"""Comparing frames with what the referees read."""

import json

import cv2
import numpy as np

import picture
from catalogue import FRAME, difference, shape

# Files that are encoded anew, at quality 85 and with half the chroma: means of 8x8 pixels.
ENCODED = (3.5, 30, "JPEG of quality 85 with half the chroma, which saturated edges lose: means of 8x8 pixels")


def blocks(pixels, size=8):
    """Means of squares, whole ones only; a picture smaller than one in full."""
    height, width = (n // size * size for n in pixels.shape[:2])
    if not height or not width:
        return pixels.astype(np.float64).mean((0, 1), keepdims=True)
    cut = pixels[:height, :width].astype(np.float64)
    return cut.reshape(height // size, size, width // size, size, 3).mean((1, 3))


def levels(pixels, size):
    """Mean and deviation of each channel of a picture that is brought to a size."""
    if pixels.shape[:2] != (size[1], size[0]):
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    flat = pixels.reshape(-1, 3).astype(np.float32)
    return flat.mean(0), flat.std(0)


class Files:
    """The files of a folder and their referees' pixels, in the order of a feed."""

    def __init__(self, kinds, folder):
        self.entries = [entry for entry in json.loads((kinds / "kinds.json").read_text()) if entry["folder"] == folder]
        self.entries.sort(key=lambda entry: entry["name"])
        self.pixels = {entry["name"]: np.load(kinds / entry["pixels"]) for entry in self.entries if "pixels" in entry}
        # By what a picture is known: its referee's pixels, and what was drawn before the file was made or damaged.
        known = {}
        for entry in self.entries:
            for pixels in self._likely(entry):
                known.setdefault(pixels.shape, []).append((entry["name"], outline(pixels)))
        self.outlines = {shape: ([name for name, _ in pairs], np.stack([one for _, one in pairs]))
                         for shape, pairs in known.items()}
        self.known_levels = {}
        self.named = {entry["name"]: entry for entry in self.entries}

    def _likely(self, entry):
        if entry["name"] in self.pixels:
            yield self.pixels[entry["name"]]
        if entry["verdict"] != FRAME:
            yield picture.rgb(entry["number"])

    def statistics(self, name, size):
        """Mean and deviation of each channel, at another size."""
        if (name, size) not in self.known_levels:
            self.known_levels[name, size] = levels(self.pixels[name], size)
        return self.known_levels[name, size]

    def of(self, *verdicts):
        return [entry["name"] for entry in self.entries if entry["verdict"] in verdicts]

    def closest(self, pixels):
        """Which of the files a picture is: each carries its number."""
        if pixels.shape not in self.outlines:
            return None
        names, known = self.outlines[pixels.shape]
        came = outline(pixels)
        distances = np.abs(known - came).mean((1, 2, 3))
        if distances.min() < 10 or len(came) < 10:
            return names[distances.argmin()]
        # All its levels are wrong: the cells with the number are still light and dark.
        return names[np.argmax([likeness(one, came) for one in known])]


def outline(pixels):
    return blocks(pixels, 4).astype(np.float32)


def likeness(known, came):
    """Correlation of the rows with the number."""
    first, second = (rows[1:4, 1:38].mean(2).ravel() for rows in (known, came))
    first, second = first - first.mean(), second - second.mean()
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-9))


def tolerance(entry):
    return entry["tolerance"]["mean"], entry["tolerance"]["most"]


def compare(pixels, oracle, entry, reencoded):
    if reencoded:
        return difference(blocks(pixels), blocks(oracle), ENCODED) if pixels.shape == oracle.shape else (
            f"{shape(pixels)} pixels, expected {shape(oracle)}")
    return difference(pixels, oracle, tolerance(entry))


def is_jpeg(entry):
    """Whether a file goes out as it is where JPEG is asked for."""
    return entry["folder"] == "jpeg" and not entry["kind"].startswith("a-png")
