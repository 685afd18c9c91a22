"""The batches of a partition by the files of its brokers, for what no client is told: which producer, of which epoch,
wrote a record under which sequence (https://kafka.apache.org/43/implementation/message-format/)."""

import collections
import re
import struct

Batch = collections.namedtuple("Batch", "base length leader magic crc attributes last first_time last_time producer epoch"
                                        " sequence count")
HEADER = struct.Struct(">qiibIhiqqqhii")
BEFORE_LENGTH = 12  # bytes that the length does not count
CONTROL = 1 << 5  # of the attributes: a marker of the transaction coordinator, no record of a producer
SEQUENCES = 1 << 31  # after the last comes 0


def batches(path):
    data, at = path.read_bytes(), 0
    while at + HEADER.size <= len(data):
        batch = Batch._make(HEADER.unpack_from(data, at))
        at += BEFORE_LENGTH + batch.length
        if batch.length <= 0 or at > len(data):
            return  # what a broker has reserved and not written, or has not written to its end
        yield batch


def writer(directory, topic, partition, offset):
    """Who wrote the record: "producer 4 epoch 0 sequence 17", by whichever node has it."""
    for path in sorted(directory.glob(f"n*/data/{topic}-{partition}/*.log")):
        for batch in batches(path):
            if batch.base <= offset <= batch.base + batch.last:
                where = f"producer {batch.producer} epoch {batch.epoch}"
                if batch.attributes & CONTROL:
                    where = f"the coordinator of {where}"
                elif batch.sequence >= 0:
                    where += f" sequence {(batch.sequence + offset - batch.base) % SEQUENCES}"
                return f"{where}, leader's epoch {batch.leader}"
    return "in no file"


def new_epochs(directory, topic):
    """How often producers of a topic began a new epoch: librdkafka's way out of an order that it does not understand,
    in which it sends again what may be stored."""
    last = {}
    for path in directory.glob(f"n*/data/{topic}-*/*.log"):
        # A topic that was deleted is there for a minute, as frames-0.ID-delete.
        if not re.fullmatch(r"\d+(\..*)?", path.parent.name.removeprefix(f"{topic}-")):
            continue
        for batch in batches(path):
            if not batch.attributes & CONTROL:
                last[batch.producer] = max(last.get(batch.producer, 0), batch.epoch)
    return sum(last.values())
