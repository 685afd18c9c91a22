"""Directories with a file of recorded times, as EuRoC, ROS, TUM and plain scripts export them."""

import picture
from catalogue import EXACT, saved

COUNT = 5
# ns of each frame from the first: unequal, and no order of names. 40 ms, so that a busy machine does not matter.
STEPS = [0, 40_000_000, 120_000_000, 160_000_000, 280_000_000]
START = 1_403_636_579_763_555_584


def write(catalogue):
    times = [START + step for step in STEPS]
    names = [f"{time}.png" for time in times]
    # The times are not in the order of the names: a source that ignores the file shows.
    letters = [f"{name}.png" for name in "dbeac"]
    blanks = [f"left eye {name}.png" for name in "dbeac"]

    def lines(names, separator, unit, digits=0, head="", end="\n"):
        values = [f"{time / unit:.{digits}f}" if digits else str(time // unit) for time in times]
        return (head + "".join(f"{value}{separator}{name}{end}" for value, name in zip(values, names))).encode()

    for kind, names, text in (
            ("euroc", names, lines(names, ",", 1, head="#timestamp [ns],filename\n")),
            ("euroc-crlf", names, lines(names, ",", 1, head="#timestamp [ns],filename\r\n", end="\r\n")),
            ("euroc-comma-blank", names, lines(names, ", ", 1)),
            ("bom", letters, b"\xef\xbb\xbf" + lines(letters, ",", 1)),
            ("ros-blank", letters, lines(letters, " ", 1)),
            ("tab", letters, lines(letters, "\t", 1)),
            ("us", letters, lines(letters, " ", 1000)),
            ("ms", letters, lines(letters, " ", 1_000_000)),
            ("s", letters, lines(letters, " ", 1_000_000_000, digits=6, head="# made by hand\n\n")),
            ("names-with-blanks", blanks, lines(blanks, ",", 1_000_000_000, digits=6)),
            ("names-with-blanks-tab", blanks, lines(blanks, "\t", 1))):
        folder = catalogue.root / "sequences" / f"times-{kind}"
        folder.mkdir(parents=True)
        pictures = [picture.rgb(560 + at, 160, 120) for at in range(COUNT)]
        for name, pixels in zip(names, pictures):
            (folder / name).write_bytes(saved(pixels, "PNG"))
        (folder / "times.csv").write_bytes(text)
        catalogue.add_sequence(
            name=folder.name, data=None, pixels=pictures, tolerance=EXACT, steps=STEPS,
            arguments=["--timestamps", f"{folder}/times.csv"])
