"""What pages say, by running it beside a broker: the commands of their console blocks, and their Python."""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

# Commands fail with the line of the page that they are from; `wait` fails where a command in the background did.
PRELUDE = """
set -uE -o pipefail
trap 'status=$?; echo "check-docs: at $at"; exit $status' ERR
wait() { local job status=0; for job in $(jobs -p); do builtin wait "$job" || status=$?; done; return "$status"; }
"""

# The program, with a topic and a group of its own where the page means the usual ones.
WRAPPER = """#!{python}
import os, sys
program, topic = {program!r}, {topic!r}
words = sys.argv[1:]
command = words[:2] if words[:1] == ["topic"] else words[:1]
if command in (["stream"], ["sink"], ["doctor"]) and "--topic" not in words: words += ["--topic", topic]
if command in (["sink"], ["topic", "lag"]) and "--group" not in words: words += ["--group", topic]
if command[:1] == ["topic"]: words = [topic if word == "frames" else word for word in words]
os.execv(program, [program] + words)
"""


def shape(line):
    """A printed line without what differs from run to run: numbers, ids, widths."""
    line = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", line)
    line = re.sub(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", "N", line)
    return " ".join(line.split())


class RunChecks:
    def __init__(self, root, program, broker, findings):
        self.root, self.program, self.broker, self.findings = root, program, broker, findings

    def check(self, pages):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(self.run_page, pages))

    def run_page(self, page):
        """The console blocks of a page, in order and in one shell; then its Python, each on a topic of its own."""
        blocks = [block for block in page.blocks if block.language == "console"]
        for block in blocks:
            if block.is_left_out: self.findings.note(f"left out: {page.name}:{block.line}: {block.rest}")
        blocks = [block for block in blocks if not block.is_left_out]
        topic = f"docs-{page.path.stem.lower()}-{uuid.uuid4().hex[:8]}"
        with tempfile.TemporaryDirectory() as scratch:
            if blocks: self.run_blocks(page, blocks, topic, Path(scratch))
        for block in page.blocks:
            if block.language == "python" and not block.is_left_out: self.run_python(page, block)

    def run_blocks(self, page, blocks, topic, scratch):
        for name in ("samples", "models"): (scratch / name).symlink_to(self.root / name)
        (scratch / "bin").mkdir()
        wrapper = scratch / "bin" / "framefeed"
        wrapper.write_text(WRAPPER.format(python=sys.executable, program=self.program.path, topic=topic))
        wrapper.chmod(0o755)
        script = [PRELUDE]
        for block in blocks:
            for line, command in block.commands():
                command = command.replace("localhost:9092", self.broker).replace("-t frames", f"-t {topic}")
                script += [f"at={line}", command]
        script.append("wait")
        environment = os.environ | {"PATH": f"{scratch / 'bin'}:{os.environ['PATH']}"}
        try:
            ended = subprocess.run(["bash", "-c", "\n".join(script)], cwd=scratch, env=environment, text=True,
                                   errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, timeout=60)
        except subprocess.TimeoutExpired as late:
            self.findings.problem(page, blocks[0].line, f"did not end in 60 s: {(late.stdout or b'')[-500:]}")
            return
        finally:
            self.program.run("topic", "delete", topic)
        if ended.returncode:
            at = re.findall(r"^check-docs: at (\d+)$", ended.stdout, re.MULTILINE)
            line = int(at[0]) if at else blocks[0].line
            said = ended.stdout[-1000:].strip()
            self.findings.problem(page, line, f"the command failed ({ended.returncode}): {said}")
            return
        printed = [shape(line) for line in ended.stdout.split("\n")]
        for block in blocks:
            for line, text in block.output():
                if not text.strip() or text.strip() == "...": continue
                whole = not text.endswith("...")
                expected = shape(text if whole else text[:-3])
                if not any(found == expected if whole else found.startswith(expected) for found in printed):
                    self.findings.problem(page, line, f"no command printed such a line: {text}")
        self.findings.note(f"run: {page.name}: {sum(len(list(block.commands())) for block in blocks)} commands")

    def run_python(self, page, block):
        python = os.environ.get("FRAMEFEED_PYTHON") or str(self.root / ".venv/bin/python")
        if not Path(python).exists():
            self.findings.note(f"left out: {page.name}:{block.line}: no Python with confluent-kafka (FRAMEFEED_PYTHON)")
            return
        topic = f"docs-python-{uuid.uuid4().hex[:8]}"
        codec = dict(word.split("=", 1) for word in block.rest.split() if "=" in word).get("codec", "jpeg")
        text = "\n".join(line for _, line in block.lines)
        text = text.replace('"localhost:9092"', repr(self.broker)).replace('"frames"', repr(topic))
        try:
            sent = self.program.run("stream", "samples/flight", "--frames", "3", "--fps", "max", "--quiet",
                                    "--topic", topic, "--codec", codec)
            ended = subprocess.run([python, "-c", text], capture_output=True, text=True, timeout=60)
            if sent.returncode or ended.returncode or not ended.stdout:
                self.findings.problem(page, block.line, f"the Python failed: {sent.stderr}{ended.stderr[-1000:]}")
            else:
                self.findings.note(f"run: {page.name}:{block.line}: Python")
        except subprocess.TimeoutExpired:
            self.findings.problem(page, block.line, "the Python did not end in 60 s")
        finally:
            self.program.run("topic", "delete", topic)
