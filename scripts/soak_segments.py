"""The batches of a partition by the files of its brokers, for what no client is told: which producer, of which epoch,
wrote a record under which sequence (https://kafka.apache.org/43/implementation/message-format/)."""

import struct

# baseOffset, batchLength, partitionLeaderEpoch, magic, crc, attributes, lastOffsetDelta, baseTimestamp, maxTimestamp,
# producerId, producerEpoch, baseSequence, records
HEADER = struct.Struct(">qiibIhiqqqhii")
BEFORE_LENGTH = 12  # bytes that batchLength does not count


def batches(path):
    data, at = path.read_bytes(), 0
    while at + HEADER.size <= len(data):
        header = HEADER.unpack_from(data, at)
        if header[1] <= 0:
            return  # what a broker has reserved and not written
        yield header
        at += BEFORE_LENGTH + header[1]


def writer(directory, topic, partition, offset):
    """Who wrote the record: "producer 4 epoch 0 sequence 17", by whichever node has it."""
    for path in sorted(directory.glob(f"n*/data/{topic}-{partition}/*.log")):
        for base, _, leader, _, _, _, last, _, _, producer, epoch, sequence, _ in batches(path):
            if base <= offset <= base + last:
                return f"producer {producer} epoch {epoch} sequence {sequence + offset - base}, leader's epoch {leader}"
    return "in no file"


def new_epochs(directory, topic):
    """How often producers of a topic began a new epoch: librdkafka's way out of an order that it does not understand,
    in which it sends again what may be stored."""
    last = {}
    for path in directory.glob(f"n*/data/{topic}-*/*.log"):
        for batch in batches(path):
            producer, epoch = batch[9:11]
            last[producer] = max(last.get(producer, 0), epoch)
    return sum(last.values())
