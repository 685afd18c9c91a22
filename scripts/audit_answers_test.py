"""Proves scripts/audit.py: on a real topic of $FRAMEFEED_BROKER, whatever is wrong with the answers or the positions is
found, and nothing is found where nothing is wrong. Run by AuditTests of `make test`."""

import contextlib
import io
import json
import unittest

from audit_case import AuditCase, Topic, command


class AnswersTest(AuditCase):
    @classmethod
    def setUpClass(cls):
        cls.topic = Topic().whole()

    @classmethod
    def tearDownClass(cls):
        cls.topic.delete()

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
