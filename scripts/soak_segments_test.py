"""Proves soak_segments.py, with segments whose batches kafka-python writes. Run by SoakScriptTests of `make test`."""

import struct
import tempfile
import unittest
from pathlib import Path

from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from soak_segments import batches, new_epochs, writer

LEADER = 3


def batch(base, count, producer=-1, epoch=-1, sequence=-1, compression=0, control=False):
    """As a broker stores it: the producer's bytes, and what a broker adds."""
    builder = DefaultRecordBatchBuilder(2, compression, control, producer, epoch, sequence, 1 << 20)
    for delta in range(count):
        # A marker's key is its version and its type: 1 is commit.
        key, value = (struct.pack(">hh", 0, 1), struct.pack(">hi", 0, 0)) if control else (b"camera", b"frame" * 100)
        builder.append(delta, 1_700_000_000_000 + delta, key, value, [])
    data = builder.build()
    struct.pack_into(">q", data, 0, base)
    struct.pack_into(">i", data, 12, LEADER)
    if control:
        # Above the checksum's four bytes, which a reader of who wrote it does not need.
        struct.pack_into(">h", data, 21, struct.unpack_from(">h", data, 21)[0] | DefaultRecordBatch.CONTROL_MASK)
        assert DefaultRecordBatch(bytes(data)).is_control_batch
    return bytes(data)


class Segments(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, *parts, partition="frames-0", node=1, base=0):
        folder = self.directory / f"n{node}" / "data" / partition
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{base:020}.log"
        path.write_bytes(b"".join(parts))
        return path

    def bases(self, path):
        return [found.base for found in batches(path)]

    def writer(self, offset, partition=0):
        return writer(self.directory, "frames", partition, offset)

    def test_every_field(self):
        path = self.write(batch(40, 3, producer=4000, epoch=2, sequence=17))
        found, = batches(path)
        known = DefaultRecordBatch(path.read_bytes())
        self.assertEqual(
            (found.base, found.length, found.leader, found.magic, found.crc, found.attributes, found.last),
            (40, len(path.read_bytes()) - 12, LEADER, 2, known.crc, known.attributes, 2))
        self.assertEqual(
            (found.first_time, found.last_time, found.producer, found.epoch, found.sequence, found.count),
            (1_700_000_000_000, 1_700_000_000_002, 4000, 2, 17, 3))

    def test_two_epochs_of_one_producer(self):
        first, second = batch(0, 5, 4, 0, 0), batch(5, 2, 4, 1, 0)
        self.write(first, second)
        self.assertEqual(self.writer(4), "producer 4 epoch 0 sequence 4, leader's epoch 3")
        self.assertEqual(self.writer(5), "producer 4 epoch 1 sequence 0, leader's epoch 3")
        self.assertEqual(new_epochs(self.directory, "frames"), 1)
        # The same batches on another node, and the producer's records of another partition.
        self.write(first, second, node=2)
        self.write(batch(0, 1, 4, 1, 2), partition="frames-1")
        self.assertEqual(new_epochs(self.directory, "frames"), 1)
        self.write(batch(1, 1, 5, 0, 0), batch(2, 1, 5, 2, 0), partition="frames-1", base=1)
        self.assertEqual(new_epochs(self.directory, "frames"), 3)

    def test_a_segment_behind_another_and_compressed_batches(self):
        self.write(batch(0, 8, 4, 0, 0, compression=1))
        self.write(batch(8, 8, 4, 0, 8, compression=1), base=8)
        for offset in range(16):
            self.assertEqual(self.writer(offset), f"producer 4 epoch 0 sequence {offset}, leader's epoch 3")
        self.assertEqual(self.writer(16), "in no file")
        self.assertEqual(self.writer(0, partition=1), "in no file")

    def test_a_marker_of_a_transaction(self):
        # Its epoch is the coordinator's: that of the transaction, or of who fences the producer.
        path = self.write(batch(0, 2, 4, 0, 0), batch(2, 1, 4, 1, control=True), batch(3, 1, 4, 0, 2))
        self.assertEqual(self.bases(path), [0, 2, 3])
        self.assertEqual(self.writer(2), "the coordinator of producer 4 epoch 1, leader's epoch 3")
        self.assertEqual(self.writer(3), "producer 4 epoch 0 sequence 2, leader's epoch 3")
        self.assertEqual(new_epochs(self.directory, "frames"), 0)

    def test_a_last_batch_that_was_cut(self):
        whole, last = batch(0, 2, 4, 0, 0), batch(2, 2, 4, 1, 0)
        for length in range(len(last)):
            self.assertEqual(self.bases(self.write(whole, last[:length])), [0], length)
        self.assertEqual(new_epochs(self.directory, "frames"), 0)
        self.assertEqual(self.writer(2), "in no file")
        self.assertEqual(self.bases(self.write(whole, last)), [0, 2])

    def test_space_that_is_reserved(self):
        self.assertEqual(self.bases(self.write(batch(0, 2, 4, 0, 0), bytes(1000))), [0])
        self.assertEqual(self.bases(self.write(b"")), [])

    def test_a_producer_without_numbers(self):
        self.write(batch(0, 2))
        self.assertEqual(self.writer(1), "producer -1 epoch -1, leader's epoch 3")
        self.assertEqual(new_epochs(self.directory, "frames"), 0)

    def test_sequences_begin_again_after_the_last(self):
        self.write(batch(0, 3, 4, 0, 2**31 - 2))
        self.assertEqual([self.writer(offset).split()[5] for offset in range(3)], ["2147483646,", "2147483647,", "0,"])

    def test_other_topics_are_others(self):
        self.write(batch(0, 1, 4, 1, 0), partition="frames-loop-0")
        self.assertEqual(new_epochs(self.directory, "frames"), 0)
        self.write(batch(0, 1, 4, 1, 0), partition="frames-0.4f2e-delete")
        self.assertEqual(new_epochs(self.directory, "frames"), 1)


if __name__ == "__main__":
    unittest.main()
