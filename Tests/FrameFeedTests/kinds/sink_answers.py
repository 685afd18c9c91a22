"""What a sink answered, compared with the referees' pixels: a sink shows of a frame what its model says."""

import json
import pathlib

import numpy as np

from catalogue import DAMAGED, FRAME
from referees import is_jpeg

# The sink turns planes straight into a tensor, chroma drawn out by another filter: means and deviations of a whole
# picture in levels. A picture of another size is stretched too, by a filter of the sink's own, which takes some of the
# pixels where OpenCV averages all: the deviation of black and white ones differs.
SAME_SIZE, STRETCHED = (0.7, 1.0), (3.5, 45.0)
# Of a line of 65500 pixels it takes a few.
THIN = (7.0, 30.0)


def answers(results, size):
    """By feed: the answers of a sink whose model takes this size, in order."""
    feeds = {}
    for line in pathlib.Path(results).read_text().splitlines():
        line = {"size": size, **json.loads(line)}
        feeds.setdefault(line["feed"], []).append(line)
    return feeds


def answer(name, files, line, reencoded=False):
    entry, oracle = files.named[name], files.pixels[name]
    size = line["size"]
    mean, deviation = files.statistics(name, size)
    same = oracle.shape[:2] == (size[1], size[0])
    small = min(oracle.shape[:2]) <= 8
    allowed = np.array(SAME_SIZE if same and not reencoded else THIN if small else STRETCHED) + (
        0 if entry["tolerance"]["mean"] < 1 else entry["tolerance"]["mean"])
    off = [np.abs(np.array(line["outputs"][key]) - value).max() for key, value in
           (("mean", mean), ("std", deviation))]
    # The grain of a small or coarsely encoded picture is not told by its deviation.
    if off[0] > allowed[0] or off[1] > allowed[1] and not reencoded:
        return f"{name}: the sink's mean and deviation are {off[0]:.2f} and {off[1]:.2f} levels off, allowed {allowed}"
    return None


def foreign(folder, files, frames, lines, letters, keep):
    """Files that kcat sent, answered or kept as dead letters by the sink."""
    by_bytes = {}
    for name in files.named:
        by_bytes.setdefault((folder / name).read_bytes(), name)
    lines = list(lines)
    for frame in frames:
        name = by_bytes.get(frame.value)
        if name is None:
            yield f"record {frame.offset} is none of the files"
            continue
        verdict = files.named[name]["verdict"]
        kept = next(letters.glob(f"*-{frame.partition}-{frame.offset}.json"), None)
        if kept:
            reason = json.loads(kept.read_text())["reason"]
            if verdict == FRAME or keep and verdict == DAMAGED and is_jpeg(files.named[name]):
                yield f"{name}: refused by the sink: {reason}"
            elif not reason:
                yield f"{name}: refused without a reason"
        elif not lines:
            yield f"{name}: neither answered nor refused"
        else:
            line = lines.pop(0)
            if verdict == FRAME:
                problem = answer(name, files, line)
            else:
                problem = None if keep and verdict == DAMAGED else f"{name}: {verdict}, but answered"
            if problem:
                yield problem
    if lines:
        yield f"{len(lines)} answers more than records"


def cases(folder, frames, lines):
    """The shared cases, streamed and from kcat: mean and deviation as their oracle.json says."""
    oracle = json.loads((folder / "oracle.json").read_text())
    names = sorted(oracle)
    if len(frames) != len(names):
        yield f"{len(frames)} frames streamed, expected {len(names)}"
    for name, frame in zip(names, frames):
        pixels = frame.pixels().reshape(-1, 3)
        off = np.abs(pixels.mean(0) - oracle[name]["mean"]).max(), np.abs(pixels.std(0) - oracle[name]["std"]).max()
        if max(off) > 1:
            yield f"{name}: mean and deviation are {off[0]:.2f} and {off[1]:.2f} levels off"
    if len(lines) != len(names):
        yield f"{len(lines)} answers, expected {len(names)}"
    for name, line in zip(names, lines):
        off = np.abs(np.array(line["outputs"]["mean"]) - oracle[name]["mean"]).max()
        if off > 1:
            yield f"{name}: the sink's mean is {off:.2f} levels off"
