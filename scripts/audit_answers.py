"""Answers of a sink's --results, and the frames of a topic that they are of."""

import collections
import json
from typing import NamedTuple

from audit_listing import Place


class Row(NamedTuple):
    """One answer. FrameFeed's tell no place; those of other programs may."""
    feed: str
    run: str
    sequence: int
    partition: int | None
    offset: int | None

    @classmethod
    def parse(cls, line):
        """None where the line is cut, as that of a sink that was killed, or no answer at all."""
        try:
            row = json.loads(line)
            found = cls(row["feed"], row.get("run", ""), row.get("sequence", -1),
                        row.get("partition"), row.get("offset"))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        sound = isinstance(found.feed, str) and isinstance(found.run, str) and type(found.sequence) is int \
            and all(number is None or type(number) is int for number in found[3:])
        return found if sound and bool(found.run) == (found.sequence >= 0) else None


class Run:
    """The frames of one run of one feed, and their answers."""

    def __init__(self, key, name):
        self.key, self.name, self.end, self.end_place = key, name, None, None
        self.places = collections.defaultdict(list)  # by sequence
        self.answers = collections.Counter()  # by sequence
        self.holes = []  # first and last sequence that the topic does not have, and why
        self.again = self.backwards = self.crossed = 0
        self.stored_twice = self.stored_backwards = 0
        self.highest = {}  # sequence by era and partition

    def store(self, place, sequence):
        """Takes a frame of the topic; those of a partition come in its order."""
        self.stored_twice += sequence in self.places
        self.stored_backwards += sequence not in self.places and sequence < self.highest.get(place[:2], -1)
        self.places[sequence].append(place)
        self.highest[place[:2]] = max(self.highest.get(place[:2], -1), sequence)

    def find_holes(self, history):
        there = sorted(self.places)
        steps = [(-1, None)] + [(sequence, self.places[sequence][0]) for sequence in there]
        if self.end is not None and self.end > steps[-1][0] + 1:
            steps.append((self.end, self.end_place))
        self.holes = [(a + 1, b - 1, history.why_absent(before, after))
                      for (a, before), (b, after) in zip(steps, steps[1:]) if b > a + 1]


class Answers:
    """The frames of a topic by run, and every answer put to the frame that it is of."""

    def __init__(self, history):
        self.history = history
        self.runs = {}  # by key and run
        self.keys = collections.defaultdict(list)  # by run
        self.foreign = collections.defaultdict(list)  # places by key
        self.junk = []
        for place, record in history:
            self.take(place, record)
        for run in self.runs.values():
            run.find_holes(history)
        self.names = {key: name for key in [key for key, _ in self.runs] + list(self.foreign)
                      if (name := self.plain_name(key)) is not None}
        self.foreign_answers = collections.Counter()  # by feed
        self.swapped, self.invented = [], []
        self.rows = self.unreadable = 0

    def take(self, place, record):
        key = record.key or self.history.topic
        if record.kind == "foreign":
            self.foreign[key].append(place)
        elif record.kind == "junk":
            self.junk.append(place)
        elif record.kind in ("frame", "end"):
            if (key, record.run) not in self.runs:
                self.runs[key, record.run] = Run(key, record.run)
                self.keys[record.run].append(key)
            run = self.runs[key, record.run]
            if record.kind == "frame":
                run.store(place, record.number)
            else:
                run.end, run.end_place = record.number, place

    def plain_name(self, key):
        """The feed of a key; None where it is no text or a long one, and may be called anything."""
        try:
            return key.encode("latin-1").decode() if len(key) <= 1024 else None
        except UnicodeDecodeError:
            return None

    def is_named(self, key, feed):
        """A key without a plain name goes by the first name met that no other key goes by."""
        if key not in self.names and feed not in self.names.values():
            self.names[key] = feed
        return self.names.get(key) == feed

    def read(self, lines):
        """Takes the answers of one file, in order."""
        highest, seen = {}, set()
        for row in map(Row.parse, lines):
            self.rows += row is not None
            self.unreadable += row is None
            run = self.run_of(row) if row else None
            if run is None:
                continue
            if (run, row.sequence) in seen:
                run.again += 1
            elif row.sequence < highest.get(run, -1):
                self.step_back(run, highest[run], row.sequence)
            seen.add((run, row.sequence))
            highest[run] = max(highest.get(run, -1), row.sequence)
            run.answers[row.sequence] += 1

    def name_foreign_feeds(self):
        """Gives the foreign feeds without a plain name, whose frames can only be counted, names that have as many
        answers: two feeds that were answered under one name show as one with too many and one with none."""
        names = set(self.foreign_answers) - set(self.names.values())
        keys = [key for key in self.foreign if key not in self.names]
        self.names.update(zip(sorted(keys, key=lambda key: len(self.foreign[key]), reverse=True),
                              sorted(names, key=self.foreign_answers.get, reverse=True)))

    def step_back(self, run, later, earlier):
        """Partitions are read independently, and one is read in its own order: then no sink can do better."""
        places = [run.places[sequence][0] for sequence in (earlier, later) if sequence in run.places]
        if len(places) == 2 and (places[0][:2] != places[1][:2] or places[0] > places[1]):
            run.crossed += 1
        else:
            run.backwards += 1

    def run_of(self, row):
        """The run that a row answers a frame of; None for a foreign frame, and where the row is wrong."""
        if row.offset is not None:
            record = self.history.record(Place(len(self.history.eras) - 1, row.partition, row.offset))
            wanted = (row.run, row.sequence) if row.run else ("", 0)
            if record is None or (record.run, record.number) != wanted \
                    or not self.is_named(record.key or self.history.topic, row.feed):
                self.swapped.append(row)
                return None
        if not row.run:
            self.foreign_answers[row.feed] += 1
            return None
        key = next((key for key in self.keys.get(row.run, []) if self.is_named(key, row.feed)), None)
        run = self.runs.get((key, row.run))
        if run is None:
            (self.swapped if row.run in self.keys else self.invented).append(row)
        elif row.sequence not in run.places and not any(
                a <= row.sequence <= b and why != "never sent" for a, b, why in run.holes):
            self.invented.append(row)
        else:
            return run
        return None
