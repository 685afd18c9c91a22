"""Proves scripts/audit.py: whatever is wrong with the records of a topic of $FRAMEFEED_BROKER is found and told apart:
holes, deleted and aborted records, records stored twice, refused or of a topic before. Run by AuditTests of
`make test`."""

import json
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition

from audit_case import BROKER, PICTURE, AuditCase, Topic, command


class TopicsTest(AuditCase):
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


if __name__ == "__main__":
    unittest.main()
