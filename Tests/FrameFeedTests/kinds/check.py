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
from catalogue import DAMAGED, FRAME, REFUSED, SKIPPED, difference, shape
from check_sequences import sequences
from referees import Files, compare, is_jpeg
from sink_answers import answer, answers, cases, foreign


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
            is_file = frame.headers["content-type"] == "image/jpeg"
            problem = compare(pixels, files.pixels[name], entry, is_file and not is_jpeg(entry))
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
        if keep and files.named[name]["verdict"] == DAMAGED and not is_jpeg(files.named[name]) and lines[name]:
            # Of a damaged file of another kind a reader may have nothing to keep.
            continue
        if name not in came:
            yield f"{name}: no frame came; said: {lines[name]}"
    if sorted(came, key=wanted.index) != came or len(set(came)) != len(came):
        yield f"order: {[name for at, name in enumerate(came) if came[:at].count(name) or came[:at] and wanted.index(came[at - 1]) > wanted.index(name)]}"
    for name in files.of(REFUSED) if keep else files.of(DAMAGED, REFUSED):
        if lines[name] is None and name not in strange:
            yield f"{name}: {files.named[name]['verdict']}, but no line names it"
    yield from counts(files, json.loads((runs / f"{feed}.json").read_text()), feed, keep, came)
    for name in files.of(SKIPPED):
        if lines[name] is not None and name.startswith("."):
            yield f"{name}: hidden, but said: {lines[name]}"
    others = [name for name in files.of(SKIPPED) if not name.startswith(".")]
    told = [line for line in said.splitlines() if any(name in line for name in others)]
    if others and (len(told) != 1 or f" {len(others)} " not in told[0]):
        yield f"{len(others)} files that are no pictures are to be told in one line, with an example: {told}"
    feed_origins[feed] = origin


def counts(files, report, feed, keep, came):
    """Whether a report counts what is odd and what is damaged."""
    odd = collections.Counter(entry["oddity"] for entry in files.entries if entry["oddity"])
    found = report.get("oddities") or {}
    for kind, count in odd.items():
        # Damaged files that are kept may be odd besides; and of spare bytes libjpeg, which decodes to pixels, does not
        # see the few that its bit buffer has read already.
        least = 1 if kind == "spareBytes" and not feed.startswith("jpeg") else count
        if not least <= found.get(kind, 0) or found[kind] > count and not keep:
            yield f"the report counts {found.get(kind, 0)} files with {kind}, expected {count}"
    if not odd and found:
        yield f"the report counts {found}, expected nothing odd"
    frames, damaged = report["frames"], files.of(DAMAGED)
    kept = sum(name in came for name in damaged)
    if frames.get("damaged", 0) != kept:
        yield f"the report counts {frames.get('damaged', 0)} damaged files, expected {kept}"
    rejected = len(files.of(REFUSED)) + len(damaged) - kept
    if frames["rejected"] != rejected:
        yield f"the report counts {frames['rejected']} rejected files, expected {rejected}"


feed_origins = {}


def printable(name):
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def pictures(kinds, runs, feeds, codecs, sinks):
    for folder in ("jpeg", "png", "other"):
        files = Files(kinds, folder)
        for codec in codecs:
            feed = f"{codec}-{folder}"
            for problem in stream(feed, files, feeds.get(feed, []), runs, keep=codec == "keep"):
                yield f"{feed}: {problem}"
        for sink, lines, letters in sinks:
            for codec in codecs:
                feed = f"{codec}-{folder}"
                for line in lines.get(feed, []):
                    name = feed_origins[feed].get(line["sequence"])
                    reencoded = name and codec == "jpeg" and not is_jpeg(files.named[name])
                    problem = answer(name, files, line, reencoded) if name else None
                    if problem:
                        yield f"{sink} {feed}: {problem}"
            feed = f"kcat-{folder}"
            if feed in feeds:
                for problem in foreign(kinds / folder, files, feeds[feed], lines.get(feed, []), letters, sink == "keep"):
                    yield f"{sink} {feed}: {problem}"
    if "raw-cases" in feeds:
        for problem in cases(kinds / "cases", feeds["raw-cases"], sinks[0][1].get("kcat-cases", [])):
            yield f"cases: {problem}"


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
