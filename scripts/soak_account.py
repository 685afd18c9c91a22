"""What became of every frame under a fault, by the records of the topic and the answers (audit.py), and of the plain
loop's records by what it wrote down."""

import argparse
import collections
import json

from confluent_kafka import KafkaException

from audit_answers import Answers
from audit_judgement import Judgement
from audit_listing import History, Listing, UnknownTopic, messages, consumer, read
from positions import positions
from soak_loop import place
from soak_segments import new_epochs, writer


class Row(dict):
    """Of the table, by column."""

    @property
    def is_broken(self):
        # With each new epoch a producer may store again what it had stored.
        return bool(self["missing"] or self["stored twice"] or self["unordered"] or self["new epochs"])


class Account:
    def __init__(self, feeds):
        self.feeds, self.cluster = feeds, feeds.cluster
        self.listing, self.loop_stored = None, collections.Counter()

    def list_topics(self):
        """What the topic has, behind what was saved before it was deleted."""
        try:
            self.listing = read(self.cluster.brokers, self.feeds.topic, {"log_level": "0"})
        except (UnknownTopic, KafkaException):
            self.listing = Listing(self.feeds.topic, {}, [])
        self.history = History([*self.feeds.saved, self.listing])

    def unanswered(self):
        answered = {(run, sequence) for (_, run), sequences in list(self.feeds.answered.items())
                    for sequence in list(sequences)}
        return sum((record.run, record.number) not in answered for _, record in self.history if record.kind == "frame")

    def list_loop(self):
        client = consumer(self.cluster.brokers, {"log_level": "0"})
        try:
            places = collections.defaultdict(list)
            for message in messages(client, self.feeds.other):
                places[place(message)].append((message.partition(), message.offset()))
            self.loop_stored = collections.Counter({one: len(all) for one, all in places.items()})
            for one, all in places.items():
                if len(all) > 1:
                    self.feeds.notes.append(f"loop: {one} is stored at {self.written(self.feeds.other, all)}")
        except (UnknownTopic, KafkaException):
            pass
        finally:
            client.close()

    def written(self, topic, places):
        return " and ".join(f"[{partition}]@{offset} ({writer(self.cluster.directory, topic, partition, offset)})"
                            for partition, offset in places)

    def loop_rows(self, action):
        found = collections.Counter()
        for path in self.feeds.work.glob(f"{action}-*"):
            for line in path.read_text().splitlines():
                try:
                    found[tuple(json.loads(line)[:3])] += 1
                except ValueError:
                    pass  # the last line of one that was killed
        return found

    def of_loop(self):
        """What was lost of its records (acknowledged and not stored, stored and not received) and what is twice; not
        known where the topic was deleted, as it was not listed before."""
        produced, consumed = self.loop_rows("produce"), self.loop_rows("consume")
        found = [len(produced.keys() - self.loop_stored.keys()) + len(self.loop_stored.keys() - consumed.keys()),
                 self.loop_stored.total() - len(self.loop_stored), consumed.total() - len(consumed)]
        names = "loop lost", "loop stored twice", "loop answered twice"
        return dict(zip(names, ["-"] * 3 if self.feeds.saved else found))

    def loop_unread(self):
        return len(self.loop_stored.keys() - self.loop_rows("consume").keys())

    def judgement(self):
        feeds, answers = self.feeds, Answers(self.history)
        try:
            stand = {one["partition"]: one["committed"] for one in positions(
                self.cluster.brokers, feeds.topic, feeds.group, {"log_level": "0"})}
        except (KafkaException, KeyError, RuntimeError):
            stand = {}  # The topic is gone.
        for path in feeds.results:
            answers.read(path.read_bytes().split(b"\n")[:-1] if path.exists() else [])
        options = argparse.Namespace(group=stand and feeds.group, partial=False, policy="every", dead_letters=None)
        for run in answers.runs.values():
            for sequence, places in run.places.items():
                if len(places) > 1:
                    feeds.notes.append(f"frame {sequence} of run {run.name} of {run.key} is stored at "
                                       + self.written(feeds.topic, [(one.partition, one.offset) for one in places]))
        return Judgement(answers, {}, set(), stand, options).report()

    def row(self):
        feeds, report = self.feeds, self.judgement()
        total = report["totals"]
        sent, acknowledged, more, told = 0, 0, "", collections.Counter()
        for program in (program for program in feeds.ended if program.role == "source"):
            taken, answered, least = self.counts(program)
            sent, acknowledged, more = sent + taken, acknowledged + answered, more or least
            told[program.feed] += answered
        stored = collections.Counter()
        for run in report["runs"]:
            stored[run["feed"]] += run["frames"]
        unstored = sum(max(0, told[feed] - stored[feed]) for feed in told)
        if unstored:
            feeds.notes.append(f"{unstored} frames acknowledged and not stored")
        for name in "swapped", "invented", "holes", "afterEnd", "behind", "beyond":
            if total[name]:
                feeds.notes.append(f"audit: {name} {total[name]}")
        epochs = [new_epochs(self.cluster.directory, topic) for topic in (feeds.topic, feeds.other)]
        if any(epochs):
            feeds.notes.append(f"new epochs of producers: {epochs[0]}, the loop's {epochs[1]}")
        if holes := [hole for run in report["runs"] for hole in run["holesAt"]]:
            feeds.notes.append(f"first holes: {holes[:6]}")
        return Row({
            "sent": f"{sent}{more}", "acknowledged": f"{acknowledged}{more}", "stored": sum(stored.values()),
            "answered": total["answered"], "missing": total["unanswered"] + unstored,
            "stored twice": total["storedTwice"], "answered twice": total["twice"],
            "unordered": sum(total[name] for name in ("backwards", "storedBackwards", "invented", "swapped")),
            "new epochs": epochs[0], "still": self.still(feeds.moves), "told": self.told(), **self.of_loop(),
            "loop still": self.still(feeds.loop_moves)})

    @staticmethod
    def counts(program):
        """Frames sent and acknowledged by a source's report at its end; how many at least, by its last line of
        progress, where it was killed."""
        try:
            frames = json.loads(program.report.read_text())["frames"]
            return frames["sent"], frames["acknowledged"], ""
        except (OSError, ValueError, KeyError):
            return program.acknowledged, program.acknowledged, "+"

    def still(self, moves):
        """Seconds of the longest stretch since the fault began in which some feed had no answer; > where it goes on."""
        worst, ended = 0.0, True
        for times in moves.values():
            times = sorted(t for t in times if t <= self.feeds.done)
            last = self.feeds.began
            for at in [t for t in times if t > last] + [self.feeds.done]:
                if at - last > worst:
                    worst, ended = at - last, at != self.feeds.done
                last = at
        return f"{worst:.1f}" if ended else f">{worst:.1f}"

    def told(self):
        """The first line since the fault began of a source, and of a sink, and after how many seconds."""
        found = []
        for role in "source", "sink":
            lines = [(at, line) for program in self.feeds.ended if program.role == role for at, line in program.lines
                     if self.feeds.began <= at < min(self.feeds.done, program.stopped)]
            if lines:
                at, line = min(lines)
                found.append(f"{role} {at - self.feeds.began:.1f} s: {line.removeprefix('framefeed: ')}")
        return found + [self.feeds.ends_told] * (self.feeds.ends_told is not None)
