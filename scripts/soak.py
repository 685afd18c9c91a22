"""The fault book: soak.py [--brief] [--seconds N] [--json FILE] [FAULT...]

Three brokers of Apache Kafka, six feeds, two sinks, and a plain confluent-kafka loop beside them; one fault after the
other, a row of a Markdown table each. Frames are counted on the topic and in the answers (audit.py). Ends with 1 where
a frame is missing, stored twice or out of order; `soak.py list` lists the faults."""

import argparse
import json
import os
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import soak_faults, soak_faults_between  # They name themselves in FAULTS.
from soak_cluster import Cluster
from soak_fault import FAULTS
from soak_feeds import Feeds

COLUMNS = "sent,acknowledged,stored,answered,missing,stored twice,answered twice,unordered,still".split(",")
OF_LOOP = ["loop: lost, stored twice, answered twice", "loop: still"]


class Clusters:
    """Started when they are first needed, and again where one did not become whole."""

    def __init__(self, work):
        self.work, self.running = work, {}

    def take(self, fault):
        if fault.small_disk not in self.running:
            directory = Path(tempfile.mkdtemp(dir=self.work))
            self.running[fault.small_disk] = Cluster(directory, fault.small_disk)
        return self.running[fault.small_disk]

    def drop(self, fault):
        if cluster := self.running.pop(fault.small_disk, None):
            cluster.close()

    def close(self):
        for cluster in self.running.values():
            cluster.close()


def suffer(cluster, work, fault, given):
    """One fault. Returns: its row, and whether the cluster became whole again."""
    feeds = Feeds(cluster, work, fault, given.brief)
    try:
        feeds.start(1 if given.brief else 3)
        while True:
            fault.run(feeds)
            feeds.over()
            if not fault.again or time.monotonic() - feeds.began > given.seconds:
                break
        time.sleep(1 if given.brief else 2)
        is_whole = not feeds.comes_back or cluster.heal(feeds.topic)
        row = feeds.end().row()
        row["notes"] = feeds.notes
        row["said"] = feeds.said()
        return row, is_whole
    finally:
        feeds.close()


def shown(name, row):
    cells = [name, *(str(row[column]) for column in COLUMNS),
             "<br>".join(textwrap.shorten(line, 150, placeholder=" ...") for line in row["told"]).replace("|", "\\|")
             or "nothing",
             f"{row['loop lost']}, {row['loop stored twice']}, {row['loop answered twice']}", row["loop still"]]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", metavar="FAULT", nargs="*")
    parser.add_argument("--brief", action="store_true", help="as short as can be")
    parser.add_argument("--seconds", type=float, default=0, help="each fault again and again for so long; 0: once")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the rows for programs, with all that was said")
    given = parser.parse_args()
    if given.faults == ["list"]:
        print("\n".join(f"{name:22} {' '.join(fault.run.__doc__.split())}" for name, fault in FAULTS.items()))
        return 0
    if unknown := [name for name in given.faults if name not in FAULTS]:
        parser.error(f"no fault is called {unknown[0]}: soak.py list")
    rows, broken = {}, []
    with tempfile.TemporaryDirectory(prefix="framefeed-soak-") as work:
        clusters = Clusters(Path(work))
        try:
            for name in given.faults or FAULTS:
                fault, since = FAULTS[name], time.monotonic()
                if fault.small_disk and os.geteuid() != 0:
                    print(f"soak: {name} is left out: only root may mount a small disk", file=sys.stderr, flush=True)
                    continue
                try:
                    cluster = clusters.take(fault)
                    if not rows and not broken:
                        print(f"{cluster.name}, three nodes\n", flush=True)
                        heads = ["fault", *COLUMNS, "told first", *OF_LOOP]
                        print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
                    row, is_whole = suffer(cluster, Path(work), fault, given)
                except Exception as error:  # The others are to be seen all the same.
                    print(f"soak: {name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                    broken.append(name)
                    clusters.drop(fault)
                    continue
                rows[name] = row
                if given.json:
                    given.json.write_text(json.dumps(rows, indent=1) + "\n")
                print(shown(name, row), flush=True)
                took = f"{time.monotonic() - since:.0f} s"
                print(f"{name}, {took}: {'; '.join(row['notes'])}", file=sys.stderr, flush=True)
                if row.is_broken:
                    broken.append(name)
                if not is_whole:
                    print(f"soak: {name}: the cluster is not whole again after 60 s", file=sys.stderr, flush=True)
                    clusters.drop(fault)
        finally:
            clusters.close()
    if broken:
        print(f"soak: broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
