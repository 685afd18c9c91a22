"""A development server with feeds, and what became of their frames: counted by feed, run and sequence from the sinks'
answers alone. Positions are the broker's own answer to confluent-kafka: no count is taken from a report of ours. Every
topic has partitions of different lengths."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from confluent_kafka import Producer

from murmur2 import murmur2
from positions import positions

FRAMEFEED = os.environ.get("FRAMEFEED", ".build/release/framefeed")
SOURCE = ["synthetic:320x180", "--codec", "jpeg"]
RATE = 30  # frames a second of each feed
GROUP = "framefeed"
# Records without a value that the partitions begin with, and how long their feeds are to each other.
BEGINNINGS = [5, 0, 9, 2]
LENGTHS = [1.0, 0.7, 0.9, 0.8]


class Broker:
    """One of its own (see broker.py) that can be ended in order and started again with what it had."""

    def __init__(self, work):
        self.directory = work / "broker"
        self.process = subprocess.Popen(
            [sys.executable, "scripts/broker.py", "run", "--development", "--temporary", str(self.directory)],
            stdout=subprocess.PIPE, text=True)
        self.name, _, self.address = self.process.stdout.readline().strip().rpartition(" at ")
        if not self.address:
            sys.exit("soak: the local broker did not come up")

    def order(self, action):
        subprocess.run([sys.executable, "scripts/broker.py", action, str(self.directory), "1"], check=True)

    def start(self):
        self.order("start")

    def stop(self):
        self.order("stop")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Feeds:
    """A broker, a topic with a feed in each partition, and the sources and sinks that are started on it."""

    def __init__(self, partitions=3):
        self.directory = tempfile.TemporaryDirectory()
        self.work = Path(self.directory.name)
        self.broker = Broker(self.work)
        self.running = []
        self.results = []
        self.notes = []
        self.run("topic", "create", "frames", "--partitions", str(partitions)).wait()
        # Where FrameFeed puts a feed.
        self.names = [next(name for name in (f"camera-{n}" for n in range(1, 1000))
                           if murmur2(name.encode()) % partitions == partition) for partition in range(partitions)]
        producer = Producer({"bootstrap.servers": self.broker.address})
        for partition in range(partitions):
            for _ in range(BEGINNINGS[partition]):
                producer.produce("frames", None, self.names[partition], partition)
        producer.flush()

    def run(self, *arguments):
        log = open(self.work / f"{len(self.running)}.log", "w+")
        process = subprocess.Popen(
            [FRAMEFEED, *arguments, "--broker", self.broker.address], stdout=log, stderr=log)
        process.log = log.name
        self.running.append(process)
        return process

    def sink(self, name=None, *more):
        """One with a name in its group takes the place of one of the same name that was killed; one without leaves
        the group when it ends."""
        self.results.append(self.work / f"{len(self.results)}.jsonl")
        member = ["-X", f"group.instance.id={name}"] if name else []
        return self.run("sink", "--group", GROUP, "--model", "models/motion.json", "--results", str(self.results[-1]),
                        *member, *more)

    def lengths(self, seconds):
        return [int(RATE * seconds * share) for share in LENGTHS[:len(self.names)]]

    def sources(self, seconds):
        """One for each feed; the first one's is the longest and lasts for so many seconds."""
        return [self.run("stream", *SOURCE, "--feed", name, "--fps", str(RATE), "--frames", str(frames))
                for name, frames in zip(self.names, self.lengths(seconds))]

    def end(self, sources):
        """Waits for sources: what they were to send is then with the broker."""
        for source in sources:
            if source.wait() != 0:
                sys.exit(f"soak: a source failed:\n{Path(source.log).read_text()}")

    def answered(self):
        return sum(path.read_bytes().count(b"\n") for path in self.results if path.exists())

    def recovered(self, since, sources, enough=25):
        """Seconds until answers come again; 0 when the sources end before, so that it cannot be told."""
        before = self.answered()
        while self.answered() < before + enough:
            if all(source.poll() is not None for source in sources):
                return 0
            if time.monotonic() - since > 120:
                raise RuntimeError("no answers for 120 s")
            time.sleep(0.02)
        return time.monotonic() - since

    def answers(self):
        """Each sink's answers: feed, run and sequence."""
        for path in self.results:
            rows = []
            for line in path.read_text().splitlines() if path.exists() else []:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # the last line of a sink that was killed
                rows.append((row["feed"], row["run"], row["sequence"]))
            yield rows

    def runs(self):
        """Answered sequences by feed and run, and how many answers were a frame's second or came out of order."""
        found, twice, unordered = {}, 0, 0
        for rows in self.answers():
            last = {}
            for feed, run, sequence in rows:
                frames = found.setdefault((feed, run), set())
                twice += sequence in frames
                frames.add(sequence)
                unordered += sequence <= last.get((feed, run), -1)
                last[feed, run] = max(last.get((feed, run), -1), sequence)
        return found, twice, unordered

    def behind(self):
        """Records that the group stands before the end of the partitions, in all, by the broker's answer."""
        found = positions(self.broker.address, "frames", GROUP)
        wrong = [p for p in found if (p["committed"] or 0) != p["end"]]
        self.notes += [f"position: {p}" for p in wrong]
        return sum(abs(p["end"] - (p["committed"] or 0)) for p in found)

    def row(self, seconds):
        """Accounts for every frame of sources that ended in order: one run a feed."""
        found, twice, unordered = self.runs()
        sent, lost, answered = 0, 0, sum(map(len, found.values()))
        for name, frames in zip(self.names, self.lengths(seconds)):
            runs = [run for (feed, _), run in found.items() if feed == name]
            sent += frames
            lost += len(set(range(frames)) - (runs[0] if len(runs) == 1 else set()))
        return {"sent": sent, "answered": answered, "lost": lost, "twice": twice, "unordered": unordered,
                "behind": self.behind()}

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.broker.close()
        self.directory.cleanup()
