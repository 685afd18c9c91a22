"""Proves scripts/audit.py: on real topics of $FRAMEFEED_BROKER, whatever is wrong with the answers is found, and
nothing is found where nothing is wrong. Run by AuditTests of `make test`."""

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


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.topic = Topic().whole()

    @classmethod
    def tearDownClass(cls):
        cls.topic.delete()

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

    def changed(self, change):
        files = [list(rows) for rows in self.topic.files]
        change(*files)
        return files

    def test_a_perfect_pair_passes(self):
        self.topic.commit("perfect", 26, 16, 49)
        report = self.audit(self.topic, self.topic.files, "--group", "perfect", code=0)
        self.found(report)
        self.assertEqual({run["run"]: run["answered"] for run in report["runs"]},
                         {"a-1": 20, "b-1": 15, "c-1": 30, "c-2": 8})
        self.assertEqual([part["position"] for part in report["partitions"]], [26, 16, 49])
        ended, text = command(self.topic.name, *(str(self.work / f"{n}.jsonl") for n in range(2)))
        self.assertEqual(ended, 0)
        self.assertIn("exact: every frame was answered once and in order: frames 73, answered 73", text)

    def test_each_removed_row_is_found(self):
        for file, rows in enumerate(self.topic.files):
            for number in range(len(rows)):
                report = self.audit(self.topic, self.changed(lambda *files: files[file].pop(number)), code=2)
                self.found(report, unanswered=1)

    def test_removed_rows_are_told_by_place(self):
        report = self.audit(self.topic, self.changed(lambda _, rows: rows.__delitem__(slice(3, 8))), code=2)
        run = next(run for run in report["runs"] if run["unanswered"])
        self.assertEqual((run["run"], run["unansweredAt"]), (
            "a-1", [{"era": 0, "partition": 0, "offsets": [[8, 12]], "sequences": [[3, 7]]}]))

    def test_doubled_rows_are_found(self):
        report = self.audit(self.topic, self.changed(lambda rows, _: rows.insert(4, rows[4])), code=3)
        self.found(report, twice=1)
        self.assertEqual(report["totals"]["repeatedInOneFile"], 1)
        report = self.audit(self.topic, self.changed(lambda rows, others: others.append(rows[4])), code=3)
        self.found(report, twice=1)

    def test_reordered_rows_are_found(self):
        report = self.audit(self.topic, self.changed(lambda _, rows: rows.insert(3, rows.pop(4))), code=2)
        self.found(report, backwards=1)

    def test_swapped_rows_are_found(self):
        def swap(name, *numbers):
            def change(_, rows):
                a, b = (dict(rows[number]) for number in numbers)
                a[name], b[name] = b[name], a[name]
                rows[numbers[0]], rows[numbers[1]] = a, b
            return self.changed(change)
        self.found(self.audit(self.topic, swap("sequence", 5, 6), code=2), backwards=1)
        self.found(self.audit(self.topic, swap("feed", 19, 25), code=2), swapped=2, unanswered=2)
        self.found(self.audit(self.topic, swap("run", 19, 25), code=2), swapped=2, unanswered=2)

    def test_rows_that_name_another_record_are_found(self):
        def place(partition, *offsets):
            return self.changed(lambda _, rows: rows.__setitem__(
                slice(3, 5), [{**row, "partition": partition, "offset": o} for row, o in zip(rows[3:5], offsets)]))
        self.found(self.audit(self.topic, place(0, 8, 9), code=0))
        self.found(self.audit(self.topic, place(0, 9, 8), code=2), swapped=2, unanswered=2)
        self.found(self.audit(self.topic, place(7, 8, 9), code=2), swapped=2, unanswered=2)

    def test_invented_rows_are_found(self):
        for row in [{"feed": "a", "run": "a-9", "sequence": 0}, {"feed": "a", "run": "a-1", "sequence": 20},
                    {"feed": "a"}]:
            self.found(self.audit(self.topic, self.changed(lambda rows, _: rows.append(row)), code=2), invented=1)

    def test_a_line_that_was_cut_is_no_answer(self):
        report = self.audit(self.topic, self.changed(lambda rows, _: rows.append('{"feed":"b","run":"b-1"')), code=0)
        self.assertEqual(report["unreadableRows"], 1)
        report = self.audit(self.topic, self.changed(lambda rows, _: rows.__setitem__(14, '{"feed":"b",')), code=2)
        self.found(report, unanswered=1)

    def test_a_position_past_an_unanswered_frame_is_found(self):
        files = self.changed(lambda _, rows: rows.__delitem__(slice(17, 20)))
        self.topic.commit("past", 23, 16, 49)
        report = self.audit(self.topic, files, "--group", "past", code=2)
        self.found(report, unanswered=3, passed=1, behind=3)

    def test_a_position_that_is_no_end_is_found(self):
        self.topic.commit("off", 26, 12, 51)
        report = self.audit(self.topic, self.topic.files, "--group", "off", code=2)
        self.found(report, behind=4, beyond=2)
        report = self.audit(self.topic, self.topic.files, "--group", "none", code=3)
        self.found(report, behind=91)

    def test_holes_of_the_topic_are_told_by_their_reason(self):
        topic = Topic()
        topic.frames(0, "a", "a-1", [0, 1, 3, 4], end=2)
        topic.frames(1, "b", "b-1", range(8), end=10)
        topic.frames(2, "c", "c-1", range(6), end=6)
        saved = str(self.work / "saved")
        self.assertEqual(command(topic.name, "--save", saved)[0], 0)
        topic.delete_records(2, 12)
        whole = self.audit(topic, topic.files, code=2)
        self.found(whole, afterEnd=2, holes=3)
        self.assertEqual({run["run"]: run["holesAt"] for run in whole["runs"]}, {
            "a-1": [[2, 2, "never sent"]], "b-1": [[8, 9, "never sent"]], "c-1": []})
        topic.commit("g", 10, 9, 16)
        topic.files[1] = topic.files[1][:4] + topic.files[1][6:]  # c-1: 2 and later
        report = self.audit(topic, topic.files, "--group", "g", code=2)
        self.assertEqual(report["runs"][2]["holesAt"], [[0, 1, "deleted"]])
        self.found(self.audit(topic, topic.files, "--partial", code=2), afterEnd=2, holes=3)
        report = self.audit(topic, topic.files, "--group", "g", "--from-offsets", saved, code=2)
        self.found(report, afterEnd=2, holes=3, unanswered=2, passed=2, deleted=2)
        topic.delete()
        report = self.audit(topic, topic.files, "--from-offsets", saved, code=2)
        self.assertEqual(report["totals"]["unanswered"], 2)

    def test_a_topic_that_lacks_doubles_or_swaps_records_is_found(self):
        """What a bad producer does, though every record that there is was answered once."""
        topic = Topic()
        topic.frames(0, "a", "a-1", [0, 1, 3, 4], end=5)
        topic.frames(1, "b", "b-1", [0, 1, 2, 2, 3], end=4)
        topic.frames(2, "c", "c-1", [0, 2, 1, 3], end=4)
        topic.files[0].pop(3)
        report = self.audit(topic, topic.files, code=2)
        self.found(report, holes=1, storedTwice=1, storedBackwards=1, crossed=1)
        names = "holes", "storedTwice", "storedBackwards"
        self.assertEqual([[run[name] for name in names] for run in report["runs"]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        topic.delete()

    def test_records_stored_twice_alone_are_no_loss(self):
        topic = Topic()
        topic.frames(1, "b", "b-1", [0, 1, 2, 1, 2, 3], end=4)
        topic.files[0] = [row for number, row in enumerate(topic.files[0]) if number not in (3, 4)]
        self.found(self.audit(topic, topic.files, code=3), storedTwice=2)
        topic.delete()

    def test_aborted_and_open_transactions(self):
        topic = Topic()
        topic.producer.flush()
        topic.producer = Producer({"bootstrap.servers": BROKER, "transactional.id": topic.name})
        topic.producer.init_transactions()
        topic.producer.begin_transaction()
        topic.frames(0, "a", "a-1", range(3))
        topic.producer.commit_transaction()
        topic.producer.begin_transaction()
        topic.frames(0, "a", "a-1", range(3, 5), answered=False)
        topic.producer.abort_transaction()
        topic.producer.begin_transaction()
        topic.frames(0, "a", "a-1", range(5, 8), end=8)
        topic.producer.commit_transaction()
        topic.producer.begin_transaction()
        topic.frames(1, "b", "b-1", range(2), answered=False)
        report = self.audit(topic, topic.files, code=2)
        self.found(report, holes=2)
        self.assertEqual(report["runs"][0]["holesAt"], [[3, 4, "compacted or aborted"]])
        self.assertEqual((report["partitions"][1]["readable"], report["partitions"][1]["end"]), (0, 2))
        self.found(self.audit(topic, topic.files, "--uncommitted", code=2), unanswered=4)
        topic.producer.abort_transaction()
        topic.delete()

    def test_frames_without_headers_and_a_topic_that_was_recreated(self):
        topic = Topic()
        for _ in range(10):
            topic.put(0, "x", PICTURE)
        topic.producer.flush()
        saved = str(self.work / "saved")
        command(topic.name, "--save", saved)
        topic.delete()
        topic = Topic(topic.name)
        for value in [PICTURE] * 6 + [b"garbage"] + [PICTURE] * 3:
            topic.put(0, "x", value)
        topic.producer.flush()
        answers = [{"feed": "x"}] * 19
        self.found(self.audit(topic, [answers], "--from-offsets", saved, code=0))
        topic.commit("again", 15, 0, 9)
        report = self.audit(topic, [answers[:12]], "--from-offsets", saved, "--group", "again", code=2)
        self.assertEqual(report["recreated"], 1)
        # Whichever they are: 10 were lost with the old topic, 9 are past the position, of 12 answers.
        self.found(report, unanswered=7)
        report = self.audit(topic, [answers[:6]], "--from-offsets", saved, "--group", "again", code=2)
        self.found(report, unanswered=13, deleted=4, passed=3)
        self.found(self.audit(topic, [answers + answers[:2]], "--from-offsets", saved, code=3), twice=2)
        topic.delete()

    def test_refused_records_are_in_the_dead_letters(self):
        topic, letters = Topic(), Topic()
        topic.frames(0, "a", "a-1", range(4), end=4)
        topic.put(1, "j", b"junk")
        topic.put(1, "j", b"x", format_version=1, run="j-1", end=0)
        topic.producer.flush()
        rows = [row for row in topic.files[1] if row["sequence"] != 2]
        self.found(self.audit(topic, [rows], "--dead-letters", letters.name, code=2), unanswered=1, untold=2)
        self.letter(topic, letters, 0, 7)
        self.letter(topic, letters, 1, 0)
        self.letter(topic, letters, 1, 1)
        report = self.audit(topic, [rows], "--dead-letters", f"kafka:{letters.name}", code=0)
        self.assertEqual((report["totals"]["refused"], report["totals"]["junk"]), (1, 2))
        self.letter(topic, letters, 0, 6, value=b"y")
        self.found(self.audit(topic, [rows], "--dead-letters", letters.name, code=2), altered=1)
        self.letter(topic, letters, 0, 5, timestamp=1)
        self.found(self.audit(topic, [rows], "--dead-letters", letters.name, code=2), altered=2)
        for place in [(0, 7), (1, 0), (1, 1)]:
            name = f"{topic.name}-{place[0]}-{place[1]}.json"
            (self.work / name).write_text(json.dumps({"topic": topic.name, "partition": place[0], "offset": place[1]}))
        self.found(self.audit(topic, [rows], "--dead-letters", str(self.work), code=0))
        topic.delete()
        letters.delete()

    def letter(self, topic, letters, partition, offset, value=None, timestamp=None):
        client = Consumer({"bootstrap.servers": BROKER, "group.id": "letter"})
        client.assign([TopicPartition(topic.name, partition, offset)])
        record = client.poll(10)
        client.close()
        headers = [("dead-letter-reason", "bad"), ("dead-letter-topic", topic.name),
                   ("dead-letter-partition", str(partition)), ("dead-letter-offset", str(offset))]
        letters.producer.produce(letters.name, value or record.value(), record.key(), 0, headers=(
            record.headers() or []) + headers, timestamp=timestamp or record.timestamp()[1])
        letters.producer.flush()

    def test_feeds_whose_keys_are_no_names_stay_apart(self):
        topic = Topic()
        for key, run in (b"\xff\x01", "1"), (b"\xff\x02", "2"), (b"k" * 2000, "3"):
            topic.put(0, key, b"x", format_version=1, run=run, sequence=0)
            for _ in range(int(run)):
                topic.put(1, key, PICTURE)
        topic.producer.flush()
        names = ["one", "two", "three"]
        rows = [{"feed": name, "run": str(n), "sequence": 0} for n, name in enumerate(names, 1)]
        foreign = [{"feed": name} for n, name in enumerate(names, 1) for _ in range(n)]
        self.found(self.audit(topic, [rows + foreign], code=0))
        merged = [{**row, "feed": "one" if row["feed"] == "two" else row["feed"]} for row in rows + foreign]
        report = self.audit(topic, [merged], code=2)
        self.found(report, swapped=1, unanswered=3, twice=2)
        topic.delete()

    def test_foreign_feeds_whose_keys_are_no_names_stay_apart(self):
        topic = Topic()
        for number, key in enumerate([b"\xff\x01", b"\xff\x02", b"k" * 2000], 1):
            for _ in range(number):
                topic.put(1, key, PICTURE)
        topic.producer.flush()
        self.found(self.audit(topic, [[{"feed": name} for name in "abbccc"]], code=0))
        self.found(self.audit(topic, [[{"feed": name} for name in "aaabbb"]], code=2), unanswered=1, twice=1)
        self.found(self.audit(topic, [[{"feed": name} for name in "aaaaaa"]], code=2), unanswered=3, twice=3)
        topic.delete()

    def test_what_the_user_asked_to_leave_out_is_not_missing(self):
        topic = self.topic
        late = self.changed(lambda rows, _: rows.__delitem__(slice(6)))
        self.found(self.audit(topic, late, code=2), unanswered=6)
        self.assertEqual(self.audit(topic, late, "--partial", code=0)["totals"]["before"], 6)
        later = self.changed(lambda rows, _: rows.clear())
        self.found(self.audit(topic, later, "--partial", code=2), unanswered=15)
        few = self.changed(lambda rows, _: rows.__delitem__(slice(3, 9)))
        self.assertEqual(self.audit(topic, few, "--policy", "latest", code=0)["totals"]["dropped"], 6)
        few = self.changed(lambda rows, _: rows.__delitem__(slice(12, 15)))
        self.found(self.audit(topic, few, "--policy", "latest", code=2), unanswered=3)

    def test_what_was_there_before_need_not_be_answered(self):
        topic = Topic()
        topic.frames(1, "b", "b-1", range(4))
        saved = str(self.work / "saved")
        command(topic.name, "--save", saved)
        topic.frames(1, "b", "b-1", range(4, 9), end=9)
        report = self.audit(topic, [topic.files[0][4:]], "--since", saved, code=0)
        self.assertEqual(report["totals"]["before"], 4)
        self.found(self.audit(topic, [topic.files[0][5:]], "--since", saved, code=2), unanswered=1)
        topic.delete()

    def test_partitions_have_no_order_between_them(self):
        topic = Topic()
        topic.frames(0, "a", "a-1", range(5))
        topic.frames(2, "a", "a-1", range(5, 9), end=9)
        rows = topic.files[1][5:7] + topic.files[1][:5] + topic.files[1][7:]
        self.found(self.audit(topic, [rows], code=0), crossed=5)
        self.found(self.audit(topic, [rows], "--policy", "latest", code=2), crossed=5)
        topic.delete()

    def test_answers_on_a_topic(self):
        answers = Topic()
        for number, rows in enumerate(self.topic.files):
            for row in rows:
                answers.put(number, row["feed"], json.dumps(row))
        answers.producer.flush()
        ended, text = command(self.topic.name, f"kafka:{answers.name}", "--json")
        self.assertEqual((ended, json.loads(text)["rows"]), (0, 73), text)
        answers.delete()

    def test_wrong_usage(self):
        with contextlib.redirect_stderr(io.StringIO()):
            for wrong in [], ["frames"], ["frames", "x", "--save", "y"], ["frames", "x", "--policy", "some"]:
                self.assertEqual(command(*wrong)[0], 64)


if __name__ == "__main__":
    unittest.main()
