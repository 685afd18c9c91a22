"""Judges the feeds of sequences."""

import json
import re

import numpy as np

from catalogue import difference, shape
from referees import blocks, tolerance


def sequence(entry, frames, kinds, runs):
    name = entry["name"]
    said = (runs / f"{name}.errors").read_bytes().decode("utf-8", "replace").strip()
    code = int((runs / f"{name}.code").read_text())
    if entry.get("or_refused") and code == 1 and not frames:
        if not re.search(entry["or_refused"], said):
            yield f"refused, but the line does not say what converts it: {said}"
        return
    if code not in entry["codes"]:
        yield f"exit code {code}, expected {entry['codes']}: {said[-300:]}"
    if entry["says"] and not re.search(entry["says"], said):
        yield f"expected a line that says {entry['says']}: {said[-300:]}"
    oracle = np.load(kinds / entry["pixels"])
    if len(frames) != len(oracle):
        yield f"{len(frames)} frames, expected {len(oracle)}: {said[-300:]}"
        return
    for at, (frame, expected) in enumerate(zip(frames, oracle)):
        pixels = frame.pixels()
        if pixels is None or pixels.shape != expected.shape:
            yield f"frame {at}: {pixels is not None and shape(pixels)}, expected {shape(expected)}"
            continue
        if entry["compare"] == "blocks":
            problem = difference(blocks(pixels), blocks(expected), tolerance(entry))
        else:
            problem = difference(pixels, expected, tolerance(entry))
        if problem:
            yield f"frame {at}: {problem}"
    if "steps" in entry:
        # Due as recorded; a busy machine may stop us between the two clocks that a stamp takes.
        off = [frame.scheduled - frames[0].scheduled - step for frame, step in zip(frames, entry["steps"])]
        if max(map(abs, off)) > 20_000_000:
            yield f"due {[round(value / 1e6, 1) for value in off]} ms off the recorded times"
    if "times" in entry:
        off = [frame.captured / 1e9 - time for frame, time in zip(frames, entry["times"])]
        if max(map(abs, off)) > 0.001:
            yield f"captured {off} s off X-Timestamp"


def sequences(kinds, runs, feeds):
    for entry in json.loads((kinds / "kinds.json").read_text()):
        for problem in sequence(entry, feeds.get(entry["name"], []), kinds, runs):
            yield f"{entry['name']}: {problem}"
