"""Audits what became of every frame on a topic, by the records and the answers alone; no report of FrameFeed's is
read. RESULTS are files that `framefeed sink --results FILE` wrote, or kafka:TOPIC. A file should be of one start of a
sink where repeats within it matter.

Ends with 0 when every frame was answered once and in order; 2 when frames are unanswered, out of order or not on the
topic, or answers are of no frame; 3 when there is nothing worse than frames that were stored or answered twice or would
be read again; 1 when the audit failed; 64 on wrong usage."""

import argparse
import collections
import json
import os
import sys
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException

from audit_answers import Answers
from audit_judgement import COUNTS, REPEATED, WRONG, Judgement
from audit_listing import History, Listing, UnknownTopic, consumer, digest, messages, read
from positions import positions

LETTER = ("dead-letter-reason", "dead-letter-topic", "dead-letter-partition", "dead-letter-offset")


def shown(name):
    """A feed or a run: both are what someone put on the topic."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name[:64])
    return text + ("..." if len(name) > 64 else "")


def text_of_spans(pairs):
    first = ",".join(f"{a}-{b}" if a < b else f"{a}" for a, b in pairs[:8])
    return first + (f" and {len(pairs) - 8} stretches more" if len(pairs) > 8 else "")


def text_of_places(found):
    return "; ".join(f"partition {f['partition']} offsets {text_of_spans(f['offsets'])}"
                     + (f" (sequences {text_of_spans(f['sequences'])})" if f["sequences"] else "") for f in found)


def text_of_counts(counts):
    return ", ".join(f"{name} {counts[name]}" for name in COUNTS if counts.get(name)) or "nothing"


def lines_of(report):
    """The report for people: what is exact in short."""
    records = ", ".join(f"{count} {kind}" for kind, count in sorted(report["records"].items()))
    yield f"topic {report['topic']}: {len(report['partitions'])} partitions, records: {records or 'none'}"
    if report["recreated"]:
        yield f"  it was recreated, {report['recreated']} times between the listings: an offset has other records now"
    for part in report["partitions"]:
        opened = f", open transaction from {part['readable']}" if part["readable"] < part["end"] else ""
        position = "" if part["position"] is None else f", the group stands at {part['position']}"
        yield f"  partition {part['partition']}: offsets {part['start']} to {part['end']}{opened}{position}" \
            + (f", {part['behind']} records behind" if part["behind"] else "") \
            + (f", {part['beyond']} past the end" if part["beyond"] else "")
    yield f"answers: {report['rows']} rows" + (
        f", {report['unreadableRows']} unreadable" if report["unreadableRows"] else "")
    for part in report["runs"] + report["foreign"]:
        name = f"run {shown(part['run'])}" if "run" in part else "foreign frames"
        end = "" if part.get("end", 0) is not None else ", no end record"
        yield f"{name} of {shown(part['feed'])}: {text_of_counts(part)}{end}"
        if part["unansweredAt"]:
            yield f"  unanswered: {text_of_places(part['unansweredAt'])}"
        holes = part.get("holesAt", [])
        for why in sorted({why for _, _, why in holes}):
            yield f"  not on the topic, {why}: sequences {text_of_spans([h[:2] for h in holes if h[2] == why])}"
    for what in ("swapped", "invented"):
        for part in report[what]:
            sequences = f" sequences {text_of_spans(part['sequences'])}" if part["run"] else ""
            yield f"{what} answers: {part['rows']} of {shown(part['feed'])} {shown(part['run'])}{sequences}"
    if report["totals"]["invented"] and any(part["start"] for part in report["partitions"]):
        yield "  records were deleted from the topic: if those were answered, give a listing that has them (--save)"
    for what, name in ("untoldAt", "no frame, and no dead letter"), ("alteredAt", "dead letters that differ"):
        if report[what]:
            yield f"{name}: {text_of_places(report[what])}"
    verdict = {0: "exact: every frame was answered once and in order", 2: "WRONG",
               3: "complete, but stored or answered twice, or to be read again"}
    yield f"{verdict[report['exit']]}: {text_of_counts(report['totals'])}"


# The inputs


def results_of(broker, settings, name):
    """The lines of a file of results, or of each partition of a topic of results."""
    if not name.startswith("kafka:"):
        return [[line for line in Path(name).read_bytes().split(b"\n") if line]]
    found, client = collections.defaultdict(list), consumer(broker, settings)
    for message in messages(client, name.removeprefix("kafka:")):
        found[message.partition()].append(message.value() or b"")
    client.close()
    return list(found.values())


def letters_of(broker, settings, name, topic):
    """Digests of dead letters by partition and offset; those of a directory are not compared."""
    found = collections.defaultdict(set)
    if os.path.isdir(name):
        for letter in (json.loads(path.read_text()) for path in Path(name).glob("*.json")):
            if letter["topic"] == topic:
                found[letter["partition"], letter["offset"]].add(None)
        return found
    client = consumer(broker, settings)
    for message in messages(client, name.removeprefix("kafka:")):
        header = dict(message.headers() or [])
        if header.get("dead-letter-topic") == topic.encode():
            place = int(header["dead-letter-partition"]), int(header["dead-letter-offset"])
            found[place].add(digest(message, without=LETTER))
    client.close()
    return found


def committed_of(broker, settings, topic, group):
    """Where a group stands, by partition; nowhere where the topic is gone."""
    try:
        return {one["partition"]: one["committed"] for one in positions(broker, topic, group, settings)}
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise
        return {}


def current(given, settings, saved):
    """The topic as it is; an empty one where it is gone and earlier listings tell what it had."""
    try:
        return read(given.broker, given.topic, settings, given.uncommitted)
    except UnknownTopic:
        if not saved:
            raise
        return Listing(given.topic, {}, [])


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def arguments():
    parser = Arguments(prog="audit.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topic", metavar="TOPIC")
    parser.add_argument("results", metavar="RESULTS", nargs="*", help="a file, or kafka:TOPIC")
    parser.add_argument("--broker", default=os.environ.get("FRAMEFEED_BROKER", "localhost:9092"))
    parser.add_argument("-X", dest="settings", action="append", default=[], metavar="SETTING=VALUE")
    parser.add_argument("--group", help="compare where this group stands with what is answered")
    parser.add_argument("--save", metavar="FILE", help="only save what the topic has now, for a later audit")
    parser.add_argument("--from-offsets", metavar="FILE", action="append", default=[],
                        help="a saved listing: what it has was on the topic; repeatable, the oldest first")
    parser.add_argument("--since", metavar="FILE", help="a saved listing: what it has need not be answered")
    parser.add_argument("--partial", action="store_true",
                        help="in each partition, what is before the first answered frame need not be answered")
    parser.add_argument("--policy", choices=["every", "latest"], default="every",
                        help="latest: a frame may be left out when a later one of its run was answered")
    parser.add_argument("--dead-letters", metavar="DIR|TOPIC", help="what is there was refused, not unanswered")
    parser.add_argument("--uncommitted", action="store_true", help="count records of open and aborted transactions")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    given = parser.parse_args()
    if bool(given.save) == bool(given.results):
        parser.error("give RESULTS to audit, or --save FILE")
    if any("=" not in setting for setting in given.settings):
        parser.error("-X takes SETTING=VALUE")
    return given


def main():
    given = arguments()
    settings = dict(setting.split("=", 1) for setting in given.settings)
    saved = [Listing.load(path) for path in given.from_offsets]
    if given.save:
        current(given, settings, saved).save(given.save)
        return 0
    # Positions first, the topic last: where a feed goes on, each answer has its frame and each position its answers.
    committed = committed_of(given.broker, settings, given.topic, given.group) if given.group else {}
    results = [lines for name in given.results for lines in results_of(given.broker, settings, name)]
    letters = letters_of(given.broker, settings, given.dead_letters, given.topic) if given.dead_letters else {}
    since = {(r.partition, r.offset, r.digest) for r in Listing.load(given.since).records} if given.since else set()
    answers = Answers(History(saved + [current(given, settings, saved)]))
    for lines in results:
        answers.read(lines)
    answers.name_foreign_feeds()
    report = Judgement(answers, letters, since, committed, given).report()
    print(json.dumps(report) if given.json else "\n".join(lines_of(report)))
    return report["exit"]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KafkaException, OSError, RuntimeError, ValueError) as error:
        print(f"audit.py: {error}", file=sys.stderr)
        sys.exit(1)
