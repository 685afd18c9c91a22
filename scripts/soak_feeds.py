"""Feeds through a cluster under a fault: six sources of unequal rate, two sinks, and beside them a plain loop. What
became of each frame is read from the topic and the answers; of a source's own words only how many it says that were
acknowledged."""

import collections
import json
import os
import signal
import sys
import threading
import time
from confluent_kafka import Producer

from murmur2 import murmur2
from soak_account import Account
from soak_cluster import PLACES
from soak_program import Program, Tail

FRAMEFEED = os.path.abspath(os.environ.get("FRAMEFEED", ".build/release/framefeed"))
LOOP = os.path.abspath("scripts/soak_loop.py")
MODEL = os.path.abspath("models/motion.json")
# Frames a second of each feed, and the partition whose key it has: the partitions become of unequal length.
FEEDS = [(30, 0), (20, 1), (12, 2), (10, 0), (7, 3), (5, 2)]
BEGINNINGS = [5, 0, 9, 2]  # records without a value, which the partitions begin with


def feed_names():
    taken, numbers = [], iter(range(1, 10_000))
    for _, partition in FEEDS:
        taken.append(next(name for name in (f"camera-{n}" for n in numbers)
                          if murmur2(name.encode()) % len(PLACES) == partition))
    return taken


class Feeds:
    """A topic with what feeds and reads it, and the same for the loop."""

    count = 0

    def __init__(self, cluster, work, fault, is_brief=False):
        Feeds.count += 1
        self.cluster, self.fault, self.is_brief = cluster, fault, is_brief
        self.work = work / f"{Feeds.count}"
        self.work.mkdir()
        self.topic, self.group, self.other = f"frames-{Feeds.count}", f"group-{Feeds.count}", f"loop-{Feeds.count}"
        self.names = feed_names()
        self.sources, self.sinks, self.loops, self.ended, self.results = {}, {}, {}, [], []
        self.answered = collections.defaultdict(set)  # sequences by feed and run
        self.moves = collections.defaultdict(list)  # when an answer came, by feed
        self.loop_moves = collections.defaultdict(list)  # when a record came, by partition
        self.began, self.done, self.notes = None, None, []
        self.saved, self.comes_back, self.ends_told = [], True, None
        self.tail = Tail()
        cluster.create(self.topic)
        cluster.create(self.other)
        self.fill()
        threading.Thread(target=self.tail.run, daemon=True).start()

    def fill(self):
        producer = Producer({"bootstrap.servers": self.cluster.brokers})
        for partition, count in enumerate(BEGINNINGS):
            for _ in range(count):
                producer.produce(self.topic, None, "beginning", partition)
        producer.flush(20)

    # What runs

    @property
    def arguments(self):
        settings = dict(self.cluster.settings(self.fault.via))
        given = ["--broker", settings.pop("bootstrap.servers"), "--topic", self.topic]
        return given + [word for key, value in settings.items() for word in ("-X", f"{key}={value}")]

    def source(self, number):
        name = self.names[number]
        if old := self.sources.pop(name, None):
            self.ended.append(old)
        report = self.work / f"source-{number}-{len(self.ended)}.json"
        self.sources[name] = program = Program("source", [
            FRAMEFEED, "stream", "synthetic:160x120", "--codec", "jpeg", "--feed", name, "--fps", str(FEEDS[number][0]),
            "--frames", "1000000", "--report", str(report), *self.arguments])
        program.report, program.feed = report, name

    def sink(self, name):
        if old := self.sinks.pop(name, None):
            self.ended.append(old)
        path = self.work / f"{name}-{len(self.results)}.jsonl"
        self.results.append(path)
        self.tail.follow(path, self.take_answer)
        self.sinks[name] = Program("sink", [
            FRAMEFEED, "sink", "--group", self.group, "--model", MODEL, "--results", str(path),
            *(word.format(sink=name) for word in self.fault.settings), *self.arguments])

    def take_answer(self, row, now):
        self.answered[row["feed"], row["run"]].add(row["sequence"])
        self.moves[row["feed"]].append(now)

    def loop(self, action):
        path = self.work / f"{action}-{len(self.ended)}-{time.monotonic_ns()}"
        if action == "consume":
            self.tail.follow(path, lambda row, _: self.loop_moves[row[1]].append(row[3]))
        settings = {**self.cluster.settings(self.fault.via), **(self.fault.more if action == "consume" else {})}
        self.loops[action] = Program(
            "loop", [sys.executable, LOOP, action, self.other, str(path), json.dumps(settings)])

    @property
    def programs(self):
        return [*self.sources.values(), *self.sinks.values()]

    def start(self, seconds):
        """All of it, and waits until every feed has answers and then for some seconds."""
        for name in self.fault.sinks:
            self.sink(name)
        self.loop("consume")
        self.loop("produce")
        for number in range(len(FEEDS)):
            self.source(number)
        # Each sink has its share: a fault is not to meet the group while it shares out.
        if not self.until(lambda: all(path.exists() and path.stat().st_size for path in self.results) and all(
                self.moves[name] for name in self.names) and len(self.loop_moves) >= len(PLACES), 60):
            raise RuntimeError("feeds and loop did not come up: " + "; ".join(
                line for program in [*self.programs, *self.loops.values()] for _, line in program.lines[-3:]))
        time.sleep(seconds)

    def begin(self, what=None):
        """From now on there is a fault."""
        if what:
            self.notes.append(what)
        if self.began is None:
            self.began = time.monotonic()

    def restart_sources(self):
        self.stop(list(self.sources.values()))
        for number in range(len(FEEDS)):
            self.source(number)

    def restart_ended(self, why):
        """Starts again what ended by design, as an operator would."""
        sources = [number for number, name in enumerate(self.names) if not self.sources[name].runs]
        sinks = [name for name, sink in self.sinks.items() if not sink.runs]
        loops = [action for action, loop in self.loops.items() if not loop.runs]
        self.note_ends(why)
        for number in sources:
            self.source(number)
        for name in sinks:
            self.sink(name)
        for action in loops:
            self.loop(action)

    def note_ends(self, why):
        ended = collections.Counter(f"{program.role} with exit code {program.process.returncode}"
                                    for program in self.programs if not program.runs)
        self.ends_told = "ended: " + (", ".join(f"{count} {what}" for what, count in ended.items()) or "none")
        self.notes.append(f"{why}; {self.ends_told}")

    def ends(self, why):
        """Waits until what ends by design has ended: 30 s after the cause was told."""
        self.comes_back = False
        self.until(lambda: not any(program.runs for program in self.programs), 65)
        self.note_ends(why)

    def until(self, holds, seconds):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def over(self, seconds=60):
        """The fault is over: waits until every feed, and the loop, moves again."""
        if not self.comes_back:
            return
        since = time.monotonic()
        moves = lambda: all(self.moves[name] and self.moves[name][-1] > since + 1 for name in self.names)
        others = lambda: all(times[-1] > since + 1 for times in list(self.loop_moves.values()))
        if not self.until(moves, seconds):
            still = [name for name in self.names if not self.moves[name] or self.moves[name][-1] <= since + 1]
            self.notes.append(f"{seconds} s after the fault was over nothing of {', '.join(still)} was answered")
        if not self.until(others, 15):
            self.notes.append(f"the loop does not move {time.monotonic() - since:.0f} s after the fault was over")

    # How it ends

    def end(self):
        """Ends the sources, lets the sinks answer what there is, ends them; the same for the loop."""
        self.done = time.monotonic()
        self.stop(self.sources.values())
        produce, consume = self.loops["produce"], self.loops["consume"]
        stopping = threading.Thread(target=produce.stop)
        stopping.start()
        account = Account(self)
        account.list_topics()
        if not self.until(lambda: account.unanswered() == 0, 30):
            self.notes.append(f"{account.unanswered()} stored frames not answered within 30 s")
        stopping.join()
        account.list_loop()
        self.until(lambda: account.loop_unread() == 0, 15)
        self.stop(self.sinks.values())
        consume.stop()
        self.tail.ended = True
        time.sleep(0.05)
        self.tail.look()
        self.ended += self.programs
        return account

    def stop(self, programs):
        threads = [threading.Thread(target=self.stop_one, args=(program,)) for program in programs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop_one(self, program):
        since = time.monotonic()
        if not program.stop():
            self.notes.append(f"a {program.role} did not end within 45 s of Ctrl-C")
        elif (took := time.monotonic() - since) > 20:
            self.notes.append(f"a {program.role} ended {took:.0f} s after Ctrl-C")

    def said(self):
        """All lines since the fault began, and after how many seconds."""
        return [f"{at - self.began:6.1f} {program.role}: {line}" for at, program, line in sorted(
            ((at, program, line) for program in [*self.ended, *self.loops.values()] for at, line in program.lines),
            key=lambda one: one[0])]

    def close(self):
        self.tail.ended = True
        for program in [*self.programs, *self.loops.values()]:
            if program.runs:
                program.kill()
        try:
            self.cluster.delete(self.topic, self.other)
        except Exception:
            pass  # It may be gone, or the cluster.
