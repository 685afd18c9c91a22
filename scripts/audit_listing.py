"""What a topic holds and held, as any Kafka consumer gets it: an identity and a digest of each record."""

import bisect
import collections
import hashlib
import json
import time
from typing import NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

# Seconds without a record or an end of partition after which reading fails.
PATIENCE = 30


class UnknownTopic(ValueError):
    pass


class Record(NamedTuple):
    partition: int
    offset: int
    kind: str  # frame, end, foreign (a picture without FrameFeed's headers), tombstone, junk (no frame at all)
    key: str  # the key's bytes, each as the character of that number: JSON has no bytes
    run: str
    number: int  # a frame's sequence; an end record's count
    digest: str  # of key, value, headers and timestamp


class Bounds(NamedTuple):
    start: int  # the log start
    readable: int  # the end for read_committed: the first offset of an open transaction, else the log end
    end: int  # the log end


class Listing(NamedTuple):
    topic: str
    partitions: dict  # Bounds by partition
    records: list

    def save(self, path):
        with open(path, "w") as file:
            print(json.dumps({"topic": self.topic, "partitions": self.partitions}), file=file)
            for record in self.records:
                print(json.dumps(record), file=file)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as file:
            head = json.loads(file.readline())
            partitions = {int(number): Bounds(*bounds) for number, bounds in head["partitions"].items()}
            return cls(head["topic"], partitions, [Record(*json.loads(line)) for line in file])


def consumer(broker, settings, uncommitted=False):
    """A consumer of no group: it is given its partitions and commits nothing."""
    return Consumer({
        "bootstrap.servers": broker, "group.id": "audit", "enable.auto.commit": False,
        "enable.auto.offset.store": False, "enable.partition.eof": True, "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 10,  # an end of partition is told by a fetch that finds nothing
        "isolation.level": "read_uncommitted" if uncommitted else "read_committed",
        # The local development broker answers with its whole backlog at once.
        "receive.message.max.bytes": 2_000_000_000, **settings})


def messages(client, topic):
    """Every message of a topic from the log start to the end, those of each partition in order."""
    found = client.list_topics(topic, timeout=10).topics[topic]
    if found.error:
        raise UnknownTopic(f"topic {topic}: {found.error.str()}")
    waiting = set(found.partitions)
    client.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in sorted(waiting)])
    since = time.monotonic()
    while waiting:
        message = client.poll(1)
        if time.monotonic() - since > PATIENCE:
            raise TimeoutError(f"topic {topic}: nothing came of partitions {sorted(waiting)} for {PATIENCE} s")
        if message is None:
            continue
        # A topic may be written while it is read: what comes behind an end that was met is no progress.
        if message.partition() in waiting:
            since = time.monotonic()
        if not message.error():
            yield message
        elif message.error().code() == KafkaError._PARTITION_EOF:
            waiting.discard(message.partition())
        else:
            raise KafkaException(message.error())
    # Bounds are asked for without an assignment.
    client.unassign()


def read(broker, topic, settings, uncommitted=False):
    """Lists a topic as it is now."""
    client, other = consumer(broker, settings, uncommitted), consumer(broker, settings, uncommitted=True)
    try:
        records = [record(message) for message in messages(client, topic)]
        partitions = {}
        for number in sorted(client.list_topics(topic, timeout=10).topics[topic].partitions):
            place = TopicPartition(topic, number)
            start, readable = client.get_watermark_offsets(place, timeout=10)
            partitions[number] = Bounds(start, readable, other.get_watermark_offsets(place, timeout=10)[1])
        return Listing(topic, partitions, sorted(records))
    finally:
        client.close()
        other.close()


def record(message):
    kind, run, number = identity(message)
    key = (message.key() or b"").decode("latin-1")
    return Record(message.partition(), message.offset(), kind, key, run, number, digest(message))


def identity(message):
    """What a record is by its headers: kind, run and number. The rules are those of the record format."""
    value = message.value()
    if value is None:
        return "tombstone", "", 0
    header = {name: value or b"" for name, value in message.headers() or []}  # the last of a name wins
    if "frame-format-version" not in header:
        return ("foreign" if value.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) else "junk"), "", 0
    is_end = "frame-end" in header
    run, number = header.get("frame-run", b""), header.get("frame-end" if is_end else "frame-sequence", b"")
    sound = header["frame-format-version"] == b"1" and run and number.isdigit() and len(number) < 20 \
        and not (is_end and value)
    return ("end" if is_end else "frame", run.decode(errors="replace"), int(number)) if sound else ("junk", "", 0)


def digest(message, without=()):
    """Tells records apart and, without the headers that a dead letter has more, that one is the same."""
    parts = [message.key(), message.value(), str(message.timestamp()[1]).encode()]
    for name, value in message.headers() or []:
        if name not in without:
            parts += [name.encode(), value]
    sum = hashlib.blake2b(digest_size=12)
    for part in parts:  # Null is not empty, and "a","b" not "ab".
        sum.update(b"-" if part is None else b"%d:" % len(part))
        sum.update(part or b"")
    return sum.hexdigest()


class Place(NamedTuple):
    """Of a record. A topic that was deleted and recreated counts its offsets anew: that is another era."""
    era: int
    partition: int
    offset: int


class History:
    """The records of one or more listings of a topic, the oldest listing first, the newest the topic as it is."""

    def __init__(self, listings):
        self.topic, self.bounds, self.eras = listings[-1].topic, listings[-1].partitions, []
        for one in listings:
            if not self.eras or self.was_recreated(one):
                self.eras.append(collections.defaultdict(dict))  # record by partition and offset
            for record in one.records:
                self.eras[-1][record.partition][record.offset] = record
        self.offsets = {(era, number): sorted(records) for era, partitions in enumerate(self.eras)
                        for number, records in partitions.items()}

    def was_recreated(self, newer):
        """An offset never gets another record, and a log never becomes shorter."""
        known = self.eras[-1]
        return any(known[r.partition].get(r.offset, r).digest != r.digest for r in newer.records) or any(
            number not in newer.partitions or max(records, default=-1) >= newer.partitions[number].end
            for number, records in known.items())

    def __iter__(self):
        for era, number in sorted(self.offsets):
            for offset in self.offsets[era, number]:
                yield Place(era, number, offset), self.eras[era][number][offset]

    def record(self, place):
        return self.eras[place.era][place.partition].get(place.offset)

    def is_current(self, place):
        return place.era == len(self.eras) - 1

    def is_gone(self, place):
        """Whether a record is no longer on the topic."""
        return not self.is_current(place) or place.offset < self.bounds[place.partition].start

    def why_absent(self, before, after):
        """Why there is no record of some frames between those at two places, by the offsets between the places."""
        stretches = [(after.era, after.partition, 0, after.offset)]
        if before and before[:2] == after[:2]:
            stretches = [(*before[:2], before.offset + 1, after.offset)]
        elif before:
            stretches.append((*before[:2], before.offset + 1, self.offsets[before[:2]][-1] + 1))
        gaps = [stretch for stretch in stretches if self.has_gap(*stretch)]
        if any(self.is_gone(Place(era, partition, low)) for era, partition, low, _ in gaps):
            return "deleted"
        return "compacted or aborted" if gaps else "never sent"

    def has_gap(self, era, partition, low, high):
        known = self.offsets[era, partition]
        return bisect.bisect_left(known, high) - bisect.bisect_left(known, low) < high - low
