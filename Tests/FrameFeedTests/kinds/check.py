"""Judges what send.py sent and a sink answered, by the pixels of the referees: check.py BROKER TOPIC KINDS RUNS
pictures|damaged|sequences. Prints a line for each file of which not that became what kinds.json says, and ends with 1
if there is one.

For pictures two sinks have left their answers in RUNS: sink.jsonl, at the pictures' size, with sink-letters beside it,
and keep.jsonl, at a quarter of it and with --damaged keep."""

import collections
import json
import pathlib
import sys

import cv2

import topic as topics
from catalogue import DAMAGED, DECODED, FRAME, REFUSED, SKIPPED, difference, shape
from check_sequences import sequences
from referees import Files, compare, is_jpeg
from sink_answers import answer, answers, cases, foreign


class Feed:
    """A directory that was streamed: the frames that came, and what was said of the files."""

    def __init__(self, name, files, frames, runs):
        self.name, self.files, self.frames = name, files, frames
        self.keeps = name.startswith("keep-")
        self.code = (runs / f"{name}.code").read_text()
        self.said = (runs / f"{name}.errors").read_bytes().decode("utf-8", "replace").splitlines()
        self.report = json.loads((runs / f"{name}.json").read_text())
        # The file of each frame, by sequence.
        self.origin = {}

    def line(self, name):
        """What was said of a file."""
        shown = "".join(c if c < "\udc80" else f"\\x{ord(c) - 0xDC00:02X}" for c in name)
        return next((line for line in self.said if f"/{shown}:" in line), None)

    def problems(self):
        if self.code != "2":
            yield f"exit code {self.code}, expected 2: {self.said[-1:]}"
        wanted = self.files.of(FRAME, DAMAGED) if self.keeps else self.files.of(FRAME)
        unwanted = set()
        for frame in self.frames:
            pixels = frame.pixels()
            name = None if pixels is None else self.files.closest(pixels)
            if name is None:
                what = "what no decoder reads" if pixels is None else f"{shape(pixels)}, as none of the files"
                yield f"frame {frame.sequence}: {what}"
            elif name not in wanted:
                unwanted.add(name)
                yield f"{name}: {self.files.named[name]['verdict']}, but a frame came"
            else:
                self.origin[frame.sequence] = name
                yield from self.pixels(name, frame, pixels)
        came = list(self.origin.values())
        for name in wanted:
            if name not in came and not self.may_lack(name):
                yield f"{name}: no frame came; said: {self.line(name)}"
        for before, name in zip(came, came[1:]):
            if wanted.index(before) >= wanted.index(name):
                yield f"{name}: came behind {before}"
        for name in self.files.of(DAMAGED, REFUSED):
            if name not in came and name not in unwanted and self.line(name) is None:
                yield f"{name}: {self.files.named[name]['verdict']}, but no line names it"
        yield from counts(self, came)
        yield from self.left_out()

    def pixels(self, name, frame, pixels):
        entry, oracle = self.files.named[name], self.files.pixels[name]
        problem = None
        if entry["verdict"] == FRAME:
            encoded = frame.headers["content-type"] == "image/jpeg" and not is_jpeg(entry)
            problem = compare(pixels, oracle, entry, encoded)
        elif entry["kind"].startswith("cut-baseline"):
            top = len(oracle) // 5
            problem = difference(pixels[:top], oracle[:top], DECODED)
        if problem:
            yield f"{name}: {problem}"

    def may_lack(self, name):
        """Of a damaged file of another kind than JPEG a reader may have nothing to keep; it says so."""
        entry = self.files.named[name]
        return self.keeps and entry["verdict"] == DAMAGED and not is_jpeg(entry) and self.line(name)

    def left_out(self):
        """Hidden files are left out silently, others told in one line."""
        others = [name for name in self.files.of(SKIPPED) if not name.startswith(".")]
        for name in self.files.of(SKIPPED):
            if name.startswith(".") and self.line(name):
                yield f"{name}: hidden, but said: {self.line(name)}"
        told = [line for line in self.said if any(name in line for name in others)]
        if others and (len(told) != 1 or f" {len(others)} " not in told[0]):
            yield f"{len(others)} files that are no pictures are to be told in one line, with an example: {told}"

    def answers(self, lines):
        """What a sink answered."""
        if len(lines) != len(self.frames):
            yield f"{len(lines)} answers, expected one for each of {len(self.frames)} frames"
        for line in lines:
            name = self.origin.get(line["sequence"])
            if name and self.files.named[name]["verdict"] == FRAME:
                encoded = self.name.startswith("jpeg-") and not is_jpeg(self.files.named[name])
                problem = answer(name, self.files, line, encoded)
                if problem:
                    yield problem


def counts(feed, came):
    """Whether a report counts what is odd and what is damaged."""
    odd = collections.Counter(entry["oddity"] for entry in feed.files.entries if entry["oddity"])
    found = feed.report.get("oddities") or {}
    for kind, count in odd.items():
        # Damaged files that are kept may be odd besides; and of spare bytes libjpeg, which decodes to pixels, does not
        # see the few that its bit buffer has read already.
        least = 1 if kind == "spareBytes" and not feed.name.startswith("jpeg-") else count
        if not least <= found.get(kind, 0) or found[kind] > count and not feed.keeps:
            yield f"the report counts {found.get(kind, 0)} files with {kind}, expected {count}"
    if not odd and found:
        yield f"the report counts {found}, expected nothing odd"
    frames, damaged = feed.report["frames"], feed.files.of(DAMAGED)
    kept = sum(name in came for name in damaged)
    rejected = len(feed.files.of(REFUSED)) + len(damaged) - kept
    if (frames.get("damaged", 0), frames["rejected"]) != (kept, rejected):
        yield f"the report counts {frames}, expected {kept} damaged and {rejected} rejected"


def pictures(kinds, runs, feeds, codecs, sinks):
    for folder in ("jpeg", "png", "other"):
        files = Files(kinds, folder)
        for name in (f"{codec}-{folder}" for codec in codecs):
            feed = Feed(name, files, feeds.get(name, []), runs)
            yield from (f"{name}: {problem}" for problem in feed.problems())
            for sink, lines, _ in sinks:
                yield from (f"{sink} {name}: {problem}" for problem in feed.answers(lines.get(name, [])))
        name = f"kcat-{folder}"
        for sink, lines, letters in sinks if name in feeds else ():
            yield from (f"{sink} {name}: {problem}" for problem in foreign(
                kinds / folder, files, feeds[name], lines.get(name, []), letters, sink == "keep"))
    if "raw-cases" in feeds:
        yield from (f"cases: {problem}" for problem in cases(
            kinds / "cases", feeds["raw-cases"], sinks[0][1].get("kcat-cases", [])))


def main(broker, topic, kinds, runs, what):
    kinds, runs = pathlib.Path(kinds), pathlib.Path(runs)
    feeds = topics.read(broker, topic)
    if what == "sequences":
        problems = list(sequences(kinds, runs, feeds))
    elif what == "damaged":
        problems = list(pictures(kinds, runs, feeds, ("keep",), ()))
    else:
        sinks = [(sink, answers(runs / f"{sink}.jsonl", size), runs / f"{sink}-letters")
                 for sink, size in (("sink", (221, 149)), ("keep", (56, 38)))]
        problems = list(pictures(kinds, runs, feeds, ("raw", "jpeg"), sinks))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    sys.exit(main(*sys.argv[1:]))
