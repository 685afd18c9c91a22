"""What the tests of scripts/audit.py share: a topic of $FRAMEFEED_BROKER with the answers that are right for it, and the
auditor run on them."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
import uuid
from pathlib import Path
from unittest import mock

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import audit

BROKER = os.environ["FRAMEFEED_BROKER"]
PICTURE = b"\xff\xd8\xff\xe0 a picture"


class Topic:
    """A topic of three partitions of different lengths, and the answers that are right for it."""

    def __init__(self, name=None):
        self.name = name or f"audit-{uuid.uuid4().hex[:8]}"
        self.admin = AdminClient({"bootstrap.servers": BROKER, "log_level": 4})
        self.admin.create_topics([NewTopic(self.name, 3)])[self.name].result()
        self.producer = Producer({"bootstrap.servers": BROKER})
        self.files = [[], []]  # rows of two sinks: of partition 1, and of the others
        for partition, count in enumerate([5, 0, 9]):
            for _ in range(count):
                self.put(partition, "", None)

    def put(self, partition, key, value, **headers):
        self.producer.produce(self.name, value, key, partition, headers={
            f"frame-{name.replace('_', '-')}": str(header) for name, header in headers.items()})

    def frames(self, partition, feed, run, sequences, end=None, answered=True):
        for sequence in sequences:
            self.put(partition, feed, b"x", format_version=1, run=run, sequence=sequence)
            if answered:
                self.files[partition != 1].append({"feed": feed, "run": run, "sequence": sequence})
        if end is not None:
            self.put(partition, feed, b"", format_version=1, run=run, end=end)
        self.producer.flush()

    def whole(self):
        """Three runs, of which two interleave on one partition and one goes on in another partition."""
        self.frames(0, "a", "a-1", range(20), end=20)
        self.frames(1, "b", "b-1", range(15))
        self.frames(2, "c", "c-1", range(10))
        self.frames(2, "c", "c-2", range(5))
        self.frames(2, "c", "c-1", range(10, 30), end=30)
        self.frames(2, "c", "c-2", range(5, 8), end=8)
        self.frames(1, "b", "b-1", [], end=15)
        return self

    def commit(self, group, *offsets):
        client = Consumer({"bootstrap.servers": BROKER, "group.id": group})
        client.commit(offsets=[TopicPartition(self.name, *place) for place in enumerate(offsets)], asynchronous=False)
        client.close()

    def delete_records(self, partition, before):
        place = TopicPartition(self.name, partition, before)
        self.admin.delete_records([place])[place].result()

    def delete(self):
        self.admin.delete_topics([self.name])[self.name].result()


def command(*arguments):
    """Runs the auditor as its users do, without the time to start Python."""
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["audit.py", "--broker", BROKER, *arguments]), contextlib.redirect_stdout(out):
        try:
            code = audit.main()
        except SystemExit as ended:
            code = ended.code
    return code, out.getvalue()


class AuditCase(unittest.TestCase):
    def setUp(self):
        self.work = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def audit(self, topic, files, *options, code):
        paths = [self.work / f"{number}.jsonl" for number in range(len(files))]
        for path, rows in zip(paths, files):
            path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
        ended, text = command(topic.name, *map(str, paths), "--json", *options)
        report = json.loads(text)
        self.assertEqual((ended, report["exit"]), (code, code), report)
        return report

    def found(self, report, **counts):
        """Expects these counts, and of all else that may be wrong none."""
        wrong = audit.WRONG + audit.REPEATED + ["passed", "deleted", "crossed"]
        self.assertEqual({name: n for name in wrong if (n := report["totals"][name])}, counts)
