"""Checks README.md and docs/*.md: that links, anchors, commands, make targets and paths are right, and, beside a broker
($FRAMEFEED_BROKER), that the commands and the Python in them run. Ends with 1 where something is wrong.

check_docs.py --commands prints the commands as JSON, for the test that gives them to the program's own parser."""

import json
import os
import sys
from pathlib import Path

from check_docs_commands import framefeed_commands
from check_docs_pages import Page
from check_docs_program import Program
from check_docs_run import RunChecks
from check_docs_written import WrittenChecks

ROOT = Path(__file__).resolve().parent.parent


class Findings:
    def __init__(self):
        self.problems, self.notes = set(), []

    def problem(self, page, line, text): self.problems.add((page.name, line, text))

    def note(self, text): self.notes.append(text)


def check(root, pages, program, broker):
    findings = Findings()
    WrittenChecks(root, pages, program, findings).check()
    if broker: RunChecks(root, program, broker, findings).check(pages)
    else: findings.note("no broker (FRAMEFEED_BROKER): no command was run")
    return findings


def pages_of(root):
    return [Page(path, root) for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]]


def main():
    if sys.argv[1:] not in ([], ["--commands"]):
        print("usage: check_docs.py [--commands]", file=sys.stderr)
        return 64
    pages = pages_of(ROOT)
    program = Program(os.environ.get("FRAMEFEED", str(ROOT / ".build/release/framefeed")), ROOT)
    if not os.access(program.path, os.X_OK):
        raise SystemExit(f"check-docs: {program.path} is not there: make build, or FRAMEFEED=path/to/framefeed")
    if sys.argv[1:]:
        commands = [{"place": f"{page.name}:{line}", "words": words}
                    for page, line, words, is_whole in framefeed_commands(pages, Findings(), program.names) if is_whole]
        print(json.dumps(commands))
        return 0
    findings = check(ROOT, pages, program, os.environ.get("FRAMEFEED_BROKER"))
    for note in findings.notes: print(note)
    for name, line, text in sorted(findings.problems): print(f"{name}:{line}: {text}", file=sys.stderr)
    print(f"{len(pages)} pages, {len(findings.problems)} problems")
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
