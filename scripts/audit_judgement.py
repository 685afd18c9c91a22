"""What became of each frame of a topic: the verdict, as counts, places and an exit code."""

import bisect
import collections

from audit_answers import Row
from audit_listing import Place

# What is counted, in the order told; what of it is wrong, and what only is more than once.
OF_FOREIGN = "frames answered twice refused before dropped unanswered passed deleted".split()
OF_RUN = OF_FOREIGN + "holes storedTwice storedBackwards afterEnd backwards crossed repeatedInOneFile".split()
COUNTS = OF_RUN + "swapped invented beyond behind junk untold altered".split()
WRONG = "unanswered holes storedBackwards afterEnd backwards swapped invented beyond untold altered".split()
REPEATED = ["storedTwice", "twice", "behind"]


def spans(numbers):
    """[first, last] of each stretch of numbers without a gap."""
    found = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def without(first, last, numbers):
    """What is left of a stretch without some numbers, which are in order."""
    left = []
    for number in numbers[bisect.bisect_left(numbers, first):bisect.bisect_right(numbers, last)]:
        left.append((first, number - 1))
        first = number + 1
    return [(a, b) for a, b in left + [(first, last)] if a <= b]


def by_run(rows):
    """Answers of one run together."""
    found = collections.defaultdict(list)
    for row in rows:
        found[row.feed, row.run].append(row.sequence)
    return [{"feed": feed, "run": run, "rows": len(sequences), "sequences": spans(sequences) if run else []}
            for (feed, run), sequences in found.items()]


def where(frames):
    """Places of frames, or of frames that have no sequence, as spans by partition."""
    found = collections.defaultdict(list)
    for place, sequence in frames:
        found[place[:2]].append((place.offset, sequence))
    return [{"era": era, "partition": partition, "offsets": spans(offset for offset, _ in pairs),
             "sequences": spans(sequence for _, sequence in pairs if sequence is not None)}
            for (era, partition), pairs in sorted(found.items())]


class Judgement:
    """`letters` has digests of dead letters by partition and offset, a None among them where one was not compared;
    `since` the partition, offset and digest of each record that was there before reading began; `committed` the
    group's positions by partition."""

    def __init__(self, answers, letters, since, committed, options):
        self.answers, self.letters, self.since, self.committed = answers, letters, since, committed
        self.history, self.options = answers.history, options
        # Letters that are of no record that ever had the place.
        self.altered = {place for place, digests in letters.items() if digests - {None} - {
            era[place[0]][place[1]].digest for era in self.history.eras if place[1] in era[place[0]]}}
        self.first = {}  # the first answered offset by era and partition
        for run in answers.runs.values():
            for place in (place for sequence in run.answers for place in run.places.get(sequence, [])):
                self.first[place[:2]] = min(self.first.get(place[:2], place.offset), place.offset)

    def is_before(self, place):
        """Whether a record lies before what was to be read."""
        if self.since:
            return (*place[1:], self.history.record(place).digest) in self.since
        return self.options.partial and place.offset < self.first.get(place[:2], 0)

    def is_refused(self, place):
        digests = self.letters.get(place[1:], ())
        return None in digests or self.history.record(place).digest in digests or place[1:] in self.altered

    def is_passed(self, place):
        """Whether the group's position is past a record: the group will never read it."""
        return self.history.is_current(place) and (self.committed.get(place.partition) or 0) > place.offset

    def run(self, run):
        """What became of the frames of a run."""
        count, newest = collections.Counter(frames=len(run.places)), max(run.answers, default=-1)
        unanswered = []
        for sequence, places in sorted(run.places.items()):
            if answered := run.answers[sequence]:
                count["answered"] += 1
                count["twice"] += max(0, answered - len(places))
            elif any(map(self.is_refused, places)):
                count["refused"] += 1
            elif all(map(self.is_before, places)):
                count["before"] += 1
            elif self.options.policy == "latest" and sequence < newest:
                count["dropped"] += 1
            else:
                unanswered += [(place, sequence) for place in places]
        count.update(self.unanswered(place for place, _ in unanswered))
        count["unanswered"] = len({sequence for _, sequence in unanswered})
        count["storedTwice"], count["storedBackwards"] = run.stored_twice, run.stored_backwards
        count["backwards"], count["crossed"], count["repeatedInOneFile"] = run.backwards, run.crossed, run.again
        excused = self.excused_below(run)
        # Some may have been there when they were answered.
        gone = sorted(sequence for sequence in run.answers if sequence not in run.places)
        holes = [(*rest, why) for a, b, why in run.holes for rest in without(a, b, gone)
                 if why == "never sent" or rest[1] >= excused]
        count["holes"] = sum(b - a + 1 for a, b, _ in holes)
        # What follows an end record was not counted by it.
        count["afterEnd"] = sum(sequence >= run.end for sequence in run.places) if run.end is not None else 0
        return {"feed": self.answers.names.get(run.key, run.key), "run": run.name, "end": run.end,
                **{name: count[name] for name in OF_RUN}, "unansweredAt": where(unanswered), "holesAt": holes}

    def excused_below(self, run):
        """The sequence before which frames that are no longer on the topic need not have been answered."""
        if self.options.policy == "latest":
            return max(run.answers, default=0)
        first = min(run.answers, default=0) if self.options.partial else 0
        return max((s for s, places in run.places.items() if any(map(self.is_before, places))), default=first)

    def unanswered(self, places):
        """How many places of unanswered records were passed by the group, and how many are no longer there."""
        count = collections.Counter()
        for place in places:
            count["passed"] += self.is_passed(place)
            count["deleted"] += self.history.is_gone(place)
        return count

    def foreign(self, key):
        """What became of frames without sequences: they can only be counted."""
        places = [place for place in self.answers.foreign[key] if not self.is_refused(place)]
        due = [place for place in places if not self.is_before(place)]
        name = self.answers.names.get(key)
        answers = self.answers.foreign_answers[name]
        absent = max(0, len(due) - answers)
        excused = absent if answers and (self.options.partial or self.options.policy == "latest") else 0
        count = collections.Counter(
            frames=len(self.answers.foreign[key]), answered=min(answers, len(places)),
            twice=max(0, answers - len(places)), refused=len(self.answers.foreign[key]) - len(places),
            before=len(places) - len(due), dropped=excused, unanswered=absent - excused)
        if count["unanswered"]:
            # Which ones is not known: at the best those that the group has yet to read.
            passed = self.unanswered(due)
            count["passed"] = max(0, passed["passed"] - answers)
            count["deleted"] = max(0, passed["deleted"] - answers)
        return {"feed": key if name is None else name, **{name: count[name] for name in OF_FOREIGN},
                "unansweredAt": where((place, None) for place in due) if count["unanswered"] else []}

    def partition(self, number, bounds):
        """Where the group stands in a partition, and what of it it would read again."""
        position, records = self.committed.get(number), self.history.eras[-1][number]
        told = {"partition": number, **bounds._asdict(), "position": position, "behind": 0, "beyond": 0}
        if self.options.group:
            told["behind"] = sum(offset >= (position or 0) for offset in records)
            told["beyond"] = max(0, (position or 0) - bounds.end)
        return told

    def report(self):
        answers, records = self.answers, collections.Counter(record.kind for _, record in self.history)
        runs, foreign = list(map(self.run, answers.runs.values())), list(map(self.foreign, answers.foreign))
        partitions = [self.partition(*bounds) for bounds in sorted(self.history.bounds.items())]
        known = {answers.names[key] for key in answers.foreign if key in answers.names}
        invented = answers.invented + [Row(feed, "", -1, None, None) for feed in answers.foreign_answers.elements()
                                       if feed not in known]
        totals = collections.Counter(swapped=len(answers.swapped), invented=len(invented))
        for part in runs + foreign + partitions:
            totals.update({name: part[name] for name in COUNTS if name in part})
        untold = [place for place in answers.junk if self.options.dead_letters and not self.is_refused(place)]
        totals.update(junk=len(answers.junk), untold=len(untold), altered=len(self.altered))
        return {
            "topic": self.history.topic, "recreated": len(self.history.eras) - 1, "records": records,
            "partitions": partitions, "rows": answers.rows, "unreadableRows": answers.unreadable, "runs": runs,
            "foreign": foreign, "swapped": by_run(answers.swapped), "invented": by_run(invented),
            "untoldAt": where((place, None) for place in untold),
            "alteredAt": where((Place(0, *place), None) for place in self.altered),
            "totals": {name: totals[name] for name in COUNTS}, "exit": self.exit_code(totals)}

    def exit_code(self, totals):
        wrong = WRONG + (["crossed"] if self.options.policy == "latest" else [])
        return 2 if any(totals[name] for name in wrong) else 3 if any(totals[name] for name in REPEATED) else 0
