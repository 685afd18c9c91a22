"""Writes one file of every kind of picture or sequence, the pixels that OpenCV and Pillow read from each, and
kinds.json, which says what must become of each: generate.py DIRECTORY pictures|sequences [SHARED_CASES]

Ends with 1 and a line each where the referees disagree beyond the tolerance of the kind, or read other pixels than
were written: then the kind itself is wrong."""

import json
import pathlib
import shutil
import sys

import cv2
import numpy as np

import jpeg_damage
import jpeg_frames
import other_pictures
import png_kinds
import sequences
from catalogue import FRAME, Catalogue, opencv


def interleaved(jobs):
    """Bad files between good ones: what one leaves behind in a decoder would show in the next."""
    jobs = list(jobs)
    good = [job for job in jobs if job[2].get("verdict", FRAME) == FRAME]
    bad = [job for job in jobs if job[2].get("verdict", FRAME) != FRAME]
    every = max(1, len(good) // (len(bad) + 1))
    while good:
        yield from good[:every]
        del good[:every]
        if bad:
            yield bad.pop(0)
    yield from bad


def write(catalogue, folder, jobs):
    for kind, make, options in interleaved(jobs):
        number = catalogue.next_number()
        made = make(number)
        data, expected = made if isinstance(made, tuple) else (made, None)
        catalogue.add(folder, kind, data, number=number, expected=expected, **options)


def copy_cases(source, target):
    """The files of shared/cases with an oracle.json, which OpenCV here must read as the one that wrote it."""
    target.mkdir(parents=True)
    shutil.copy(source / "oracle.json", target)
    for name, oracle in json.loads((source / "oracle.json").read_text()).items():
        shutil.copy(source / name, target)
        pixels = opencv(source / name).reshape(-1, 3)
        if np.abs(pixels.mean(0) - oracle["mean"]).max() > 1 or np.abs(pixels.std(0) - oracle["std"]).max() > 1:
            yield f"{name}: mean {pixels.mean(0)} and deviation {pixels.std(0)}, expected {oracle}"


def main(root, what, cases=None):
    catalogue = Catalogue(root)
    problems = []
    if what == "pictures":
        write(catalogue, "jpeg", [*jpeg_frames.jobs(), *jpeg_damage.jobs()])
        write(catalogue, "png", png_kinds.jobs())
        write(catalogue, "other", other_pictures.jobs())
        if cases:
            problems = list(copy_cases(pathlib.Path(cases), catalogue.root / "cases"))
    else:
        sequences.write(catalogue)
    catalogue.write()
    problems += catalogue.disagreements
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    sys.exit(main(*sys.argv[1:]))
