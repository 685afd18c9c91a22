"""Judges what send.py sent and a sink answered, by the pixels of the referees: check.py BROKER TOPIC KINDS RUNS pictures|damaged|sequences [RESULTS
LETTERS]. Prints a line for each file of which not that became what kinds.json says, and ends with 1 if there is one."""

import json
import pathlib
import re
import sys

import cv2
import numpy as np

import picture
import topic as topics
from catalogue import DAMAGED, FRAME, REFUSED, SKIPPED, difference, shape

# Files that are encoded anew, at quality 85 and with half the chroma: means of 8x8 pixels.
ENCODED = (2.0, 30, "JPEG of quality 85 with half the chroma: means of 8x8 pixels")
# The sink turns planes straight into a tensor, chroma drawn out by another filter: means and deviations of a whole
# picture in levels. A turned or small picture is stretched too, by a filter of the sink's own.
SAME_SIZE, STRETCHED = (0.7, 1.0), (2.5, 6.0)


def blocks(pixels, size=8):
    """Means of squares, whole ones only; a picture smaller than one in full."""
    height, width = (n // size * size for n in pixels.shape[:2])
    if not height or not width:
        return pixels.astype(np.float64).mean((0, 1), keepdims=True)
    cut = pixels[:height, :width].astype(np.float64)
    return cut.reshape(height // size, size, width // size, size, 3).mean((1, 3))


class Files:
    """The files of a folder and their referees' pixels, in the order of a feed."""

    def __init__(self, kinds, folder):
        self.entries = [entry for entry in json.loads((kinds / "kinds.json").read_text()) if entry["folder"] == folder]
        self.entries.sort(key=lambda entry: entry["name"])
        self.pixels = {entry["name"]: np.load(kinds / entry["pixels"]) for entry in self.entries if "pixels" in entry}
        # By what a picture is known: its referee's pixels, and what was drawn before the file was made or damaged.
        self.outlines = [(entry["name"], pixels.shape, blocks(pixels, 4)) for entry in self.entries
                         for pixels in self._likely(entry)]
        self.named = {entry["name"]: entry for entry in self.entries}

    def _likely(self, entry):
        if entry["name"] in self.pixels:
            yield self.pixels[entry["name"]]
        if entry["verdict"] != FRAME:
            yield picture.rgb(entry["number"])

    def of(self, *verdicts):
        return [entry["name"] for entry in self.entries if entry["verdict"] in verdicts]

    def closest(self, pixels):
        """Which of the files a picture is: each carries its number."""
        outline = blocks(pixels, 4)
        near = [(np.abs(known - outline).mean(), name, known) for name, shape, known in self.outlines
                if shape == pixels.shape]
        if not near:
            return None
        distance, name, _ = min(near, key=lambda one: one[0])
        if distance < 10 or len(outline) < 10:
            return name
        # All its levels are wrong: the cells with the number are still light and dark.
        return max((likeness(known, outline), name) for _, name, known in near)[1]


def likeness(known, outline):
    """Correlation of the rows with the number."""
    first, second = (rows[1:4, 1:38].mean(2).ravel() for rows in (known, outline))
    first, second = first - first.mean(), second - second.mean()
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-9))


def tolerance(entry):
    return entry["tolerance"]["mean"], entry["tolerance"]["most"]


def compare(pixels, oracle, entry, reencoded):
    if reencoded:
        return difference(blocks(pixels), blocks(oracle), ENCODED) if pixels.shape == oracle.shape else (
            f"{shape(pixels)} pixels, expected {shape(oracle)}")
    return difference(pixels, oracle, tolerance(entry))


def stream(feed, files, frames, runs, keep=False):
    """A directory that was streamed. Returns the files of its frames, by sequence."""
    said = (runs / f"{feed}.errors").read_bytes().decode("utf-8", "replace")
    code = (runs / f"{feed}.code").read_text()
    if code != "2":
        yield f"exit code {code}, expected 2: {said.strip().splitlines()[-1:]}"
    wanted = files.of(FRAME, DAMAGED) if keep else files.of(FRAME)
    origin, came, strange = {}, [], set()
    for frame in frames:
        pixels = frame.pixels()
        if pixels is None:
            yield f"frame {frame.sequence}: no decoder reads it"
            continue
        name = files.closest(pixels)
        if name is None:
            yield f"frame {frame.sequence}: a picture of {shape(pixels)} that is in none of the files"
            continue
        entry = files.named[name]
        if name not in wanted:
            strange.add(name)
            yield f"{name}: {entry['verdict']}, but a frame came"
            continue
        came.append(name)
        origin[frame.sequence] = name
        if entry["verdict"] == FRAME:
            isFile = frame.headers["content-type"] == "image/jpeg"
            problem = compare(pixels, files.pixels[name], entry, isFile and not is_jpeg(entry))
            if problem:
                yield f"{name}: {problem}"
        elif keep and entry["kind"].startswith("cut-baseline"):
            top = files.pixels[name].shape[0] // 5
            problem = difference(pixels[:top], files.pixels[name][:top], (0.4, 6))
            if problem:
                yield f"{name}: what was left of it {problem}"
    lines = {name: next((line for line in said.splitlines() if f"/{printable(name)}:" in line), None)
             for name in files.named}
    for name in wanted:
        if name not in came:
            yield f"{name}: no frame came; said: {lines[name]}"
    if sorted(came, key=wanted.index) != came or len(set(came)) != len(came):
        yield f"order: {[name for at, name in enumerate(came) if came[:at].count(name) or came[:at] and wanted.index(came[at - 1]) > wanted.index(name)]}"
    for name in files.of(REFUSED) if keep else files.of(DAMAGED, REFUSED):
        if lines[name] is None and name not in strange:
            yield f"{name}: {files.named[name]['verdict']}, but no line names it"
    for name in files.of(SKIPPED):
        if lines[name] is not None and name.startswith("."):
            yield f"{name}: hidden, but said: {lines[name]}"
    feed_origins[feed] = origin


feed_origins = {}


def printable(name):
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_jpeg(entry):
    return entry["folder"] == "jpeg" and not entry["kind"].startswith("a-png")


def answers(results):
    """By feed: the answers of a sink, in order."""
    feeds = {}
    for line in pathlib.Path(results).read_text().splitlines():
        line = json.loads(line)
        feeds.setdefault(line["feed"], []).append(line)
    return feeds


def statistics(pixels, size):
    if pixels.shape[:2] != (size[1], size[0]):
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    flat = pixels.reshape(-1, 3).astype(np.float64)
    return flat.mean(0), flat.std(0)


def answer(name, files, line, size, reencoded=False):
    entry, oracle = files.named[name], files.pixels[name]
    mean, deviation = statistics(oracle, size)
    same = oracle.shape[:2] == (size[1], size[0])
    allowed = np.array(SAME_SIZE if same and not reencoded else STRETCHED) + (
        0 if entry["tolerance"]["mean"] < 1 else entry["tolerance"]["mean"])
    off = [np.abs(np.array(line["outputs"][key]) - value).max() for key, value in
           (("mean", mean), ("std", deviation))]
    # The grain of a small or coarsely encoded picture is not told by its deviation.
    if off[0] > allowed[0] or off[1] > allowed[1] and not reencoded and min(oracle.shape[:2]) > 8:
        return f"{name}: the sink's mean and deviation are {off[0]:.2f} and {off[1]:.2f} levels off, allowed {allowed}"
    return None


def foreign(feed, folder, files, frames, lines, letters):
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
            if verdict == FRAME:
                yield f"{name}: refused by the sink: {reason}"
            elif not reason:
                yield f"{name}: refused without a reason"
        elif not lines:
            yield f"{name}: neither answered nor refused"
        else:
            line = lines.pop(0)
            problem = answer(name, files, line, SIZE) if verdict == FRAME else f"{name}: {verdict}, but answered"
            if problem:
                yield problem
    if lines:
        yield f"{len(lines)} answers more than records"


SIZE = (221, 149)


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


def main(broker, topic, kinds, runs, what, results=None, letters=None):
    kinds, runs = pathlib.Path(kinds), pathlib.Path(runs)
    feeds = topics.read(broker, topic)
    count = 0

    def tell(feed, problems):
        nonlocal count
        for problem in problems:
            print(f"{feed}: {problem}")
            count += 1

    if what == "sequences":
        for entry in json.loads((kinds / "kinds.json").read_text()):
            if entry["folder"] == "sequences":
                tell(entry["name"], sequence(entry, feeds.get(entry["name"], []), kinds, runs))
        return count
    lines = answers(results) if results else {}
    if (kinds / "cases").exists() and what == "pictures":
        tell("cases", cases(kinds / "cases", feeds.get("raw-cases", []), lines.get("kcat-cases", [])))
    for folder in ("jpeg", "png", "other"):
        files = Files(kinds, folder)
        for codec in ("keep",) if what == "damaged" else ("raw", "jpeg"):
            feed = f"{codec}-{folder}"
            tell(feed, stream(feed, files, feeds.get(feed, []), runs, keep=what == "damaged"))
            for line in lines.get(feed, []):
                name = feed_origins[feed].get(line["sequence"])
                if name and files.named[name]["verdict"] == FRAME:
                    problem = answer(name, files, line, SIZE, codec == "jpeg" and not is_jpeg(files.named[name]))
                    if problem:
                        tell(f"sink {feed}", [problem])
        if what == "pictures" and folder != "other":
            feed = f"kcat-{folder}"
            tell(feed, foreign(feed, kinds / folder, files, feeds.get(feed, []), lines.get(feed, []),
                               pathlib.Path(letters)))
    return count


if __name__ == "__main__":
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    sys.exit(1 if main(*sys.argv[1:]) else 0)
