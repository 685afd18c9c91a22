"""Checks README.md and docs/*.md: that links, anchors, commands, make targets and paths are right, and, beside a broker
($FRAMEFEED_BROKER), that the commands and the Python in them run. Ends with 1 where something is wrong.

check_docs.py --commands prints the commands as JSON, for the test that gives them to the program's own parser."""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README_LINES = 150
LINE_LENGTH = 120
# Languages whose blocks hold no commands.
NO_SHELL = {"json", "python", "swift", "mermaid"}
# The program's commands, and those below them.
COMMANDS = {
    "stream": [], "sink": [], "demo": [], "plot": [], "doctor": [], "models": [], "report": ["merge"],
    "compare": ["encodings", "tensors", "transports", "settings"],
    "topic": ["create", "list", "describe", "lag", "delete"],
}
# No command has such an option: what is wrong before it is named first, and nothing is run.
SENTINEL = "--no-such-option-of-check-docs"
REPOSITORY_PATH = re.compile(r"(?<![\w/.-])((?:scripts|samples|models|docs|Sources|Tests|Fuzz|\.ci)/[\w./*+-]+)")


class Block:
    """A fenced block: its language, what else its first line says, and its lines."""

    def __init__(self, page, line, info):
        words = info.split(None, 1)
        self.page, self.line = page, line
        self.language = words[0] if words else ""
        self.rest = words[1] if len(words) > 1 else ""
        self.lines = []

    @property
    def is_left_out(self):
        return self.rest.startswith("not-run")

    def commands(self):
        """Lines of a shell, with their numbers; a backslash joins a line to the next."""
        if self.language in NO_SHELL: return
        joined, start = "", None
        for number, line in self.lines:
            if self.language == "console" and not joined:
                if not line.startswith("$ "): continue
                line = line[2:]
            start = start or number
            joined += line
            if joined.endswith("\\"):
                joined = joined[:-1]
                continue
            yield start, joined
            joined, start = "", None

    def output(self):
        """Lines that a console block shows as printed."""
        return [(n, text) for n, text in self.lines if not text.startswith("$ ")] if self.language == "console" else []


class Page:
    """A Markdown file, cut into fenced blocks, inline code, links and headings."""

    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.lines = path.read_text(encoding="utf-8").split("\n")
        self.blocks, self.code, self.links, self.headings = [], [], [], []
        paragraph, block = [], None
        for number, line in enumerate(self.lines, 1):
            fence = re.match(r"\s*```(.*)$", line)
            if block is not None:
                if fence: block = None
                else: block.lines.append((number, line))
                continue
            if fence or not line.strip():
                self.read(paragraph)
                paragraph = []
            if fence:
                block = Block(self, number, fence.group(1))
                self.blocks.append(block)
                continue
            heading = re.match(r"#{1,6} (.*)$", line)
            if heading: self.headings.append(heading.group(1))
            if line.lstrip().startswith("|"):
                self.read(paragraph)
                paragraph = []
                self.read([(number, line.replace("\\|", "|"))])
            elif line.strip():
                paragraph.append((number, line))
        self.read(paragraph)

    def read(self, paragraph):
        """Takes inline code and links out of consecutive lines."""
        if not paragraph: return
        text = "\n".join(line for _, line in paragraph)

        def number(at): return paragraph[text.count("\n", 0, at)][0]

        def blank(match):
            self.code.append((number(match.start()), " ".join(match.group(2).split())))
            return " " * len(match.group(0))

        def keep_lines(match):
            filled = blank(match)
            return "".join("\n" if old == "\n" else new for old, new in zip(match.group(0), filled))

        rest = re.sub(r"(`+)(.+?)\1", keep_lines, text, flags=re.DOTALL)
        for match in re.finditer(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", rest):
            self.links.append((number(match.start()), match.group(1)))

    @property
    def anchors(self):
        """As GitHub makes them of headings."""
        seen, anchors = {}, set()
        for heading in self.headings:
            plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
            slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
            count = seen.get(slug, 0)
            seen[slug] = count + 1
            anchors.add(slug if count == 0 else f"{slug}-{count}")
        return anchors


def segments(line):
    """The commands of a line of shell, as lists of words; without redirections, assignments and comments."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words, skip = [], False
    for word in lexer:
        if skip:
            skip = False
        elif set(word) <= set("<>&") and set(word) & set("<>"):
            skip = True
        elif set(word) <= set("();|&"):
            yield words
            words = []
        elif words or not re.match(r"[A-Z_]+=", word):
            words.append(word)
    yield words


class Checker:
    def __init__(self):
        paths = [ROOT / "README.md"] + sorted((ROOT / "docs").glob("*.md"))
        self.pages = [Page(path) for path in paths]
        self.problems, self.notes = set(), []
        self.program = os.environ.get("FRAMEFEED", str(ROOT / ".build/release/framefeed"))
        self.makefile = (ROOT / "Makefile").read_text()
        self.targets = set(re.findall(r"^([a-z][\w-]*):", self.makefile, re.MULTILINE))

    def problem(self, page, line, text): self.problems.add((page.name, line, text))

    # What is written.

    def check_links(self):
        anchors = {page.path: page.anchors for page in self.pages}
        for page in self.pages:
            for line, target in page.links:
                if re.match(r"[a-z]+:", target): continue
                name, _, anchor = target.partition("#")
                path = (page.path.parent / name).resolve() if name else page.path
                if not path.is_relative_to(ROOT) or not path.exists():
                    self.problem(page, line, f"link to {target}: there is no such file")
                elif anchor and path.suffix == ".md":
                    known = anchors.get(path) or Page(path).anchors
                    if anchor not in known: self.problem(page, line, f"link to {target}: there is no such heading")

    def check_size(self):
        readme = self.pages[0]
        if len(readme.lines) - 1 > README_LINES:
            self.problem(readme, README_LINES + 1, f"README.md has more than {README_LINES} lines: move some to docs/")
        for number, line in enumerate(readme.lines, 1):
            if len(line) > LINE_LENGTH and not line.startswith("|"):
                self.problem(readme, number, f"longer than {LINE_LENGTH} characters")

    def texts(self):
        """All code of all pages: page, line, text, whether it is inline."""
        for page in self.pages:
            for line, text in page.code: yield page, line, text, True
            for block in page.blocks:
                for line, text in block.commands(): yield page, line, text, False

    def commands(self):
        """Command lines: page, line, words, and whether they are whole: begin with a program's name, and are no mention of
        a command alone."""
        for page, line, text, is_inline in self.texts():
            try:
                found = list(segments(text))
            except ValueError:
                # A line of output with one quote.
                if re.match(r"(framefeed|make) ", text): self.problem(page, line, f"cannot be read: {text}")
                continue
            for words in found:
                if not words: continue
                if words[0] == "framefeed" or words[0].endswith("/framefeed"):
                    yield page, line, ["framefeed"] + words[1:], not (is_inline and self.is_mention(words[1:]))
                elif words[0] == "make": yield page, line, words, True
                elif is_inline and len(words) > 1 and words[0] in COMMANDS: yield page, line, ["framefeed"] + words, False

    def framefeed_commands(self):
        """Of those, the program's: up to `...`, with numbers for placeholders."""
        for page, line, words, is_whole in self.commands():
            if words[0] != "framefeed" or len(words) == 1: continue
            is_elided = "..." in words
            words = words[1 : words.index("...") if is_elided else None]
            words = ["1" if word in ("N", "SECONDS") else word for word in words]
            if words: yield page, line, words, is_whole and not is_elided

    def framefeed(self, *words):
        return subprocess.run([self.program, *words], cwd=ROOT, capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=20)

    @staticmethod
    def is_mention(words):
        """Whether these may be a command's name alone, as in `topic create`."""
        return all(re.fullmatch(r"[a-z]+", word) for word in words)

    def check_command(self, words):
        """What the program's parser says is wrong, else nothing."""
        if words[0] in ("help", "--help", "--version", "--manual", "--completions"):
            return "" if self.framefeed(*words).returncode == 0 else " ".join(words)
        if self.is_mention(words) and self.framefeed("help", *words).returncode == 0: return ""
        at = words.index("--") if "--" in words else len(words)
        said = self.framefeed(*words[:at], SENTINEL, *words[at:]).stderr
        return "" if f"{SENTINEL}: no such option" in said else said.split("\n")[0]

    def check_commands(self):
        found = {}
        for page, line, words, _ in self.framefeed_commands(): found.setdefault(tuple(words), []).append((page, line))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for words, wrong in zip(found, pool.map(lambda words: self.check_command(list(words)), found)):
                for page, line in found[words]:
                    if wrong: self.problem(page, line, f"framefeed {shlex.join(words)}: {wrong}")
        self.notes.append(f"{len(found)} commands read")

    def check_make(self):
        for page, line, words, _ in self.commands():
            if words[0] != "make": continue
            for word in words[1:]:
                name, is_variable, _ = word.partition("=")
                if is_variable:
                    if f"$({name})" not in self.makefile and not re.search(rf"^{name} \?=", self.makefile, re.MULTILINE):
                        self.problem(page, line, f"make has no variable {name}")
                elif word not in self.targets: self.problem(page, line, f"make has no target {word}")

    def check_paths(self):
        for page, line, text, _ in self.texts():
            for path in REPOSITORY_PATH.findall(text):
                path = path.rstrip(".,:")
                # models/NAME.json stands for any.
                if Path(path).stem.isupper(): continue
                exists = any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()
                if not exists: self.problem(page, line, f"{path}: there is no such file")

    def check_options(self):
        """Options in inline code that begins with one: of the program, or of a script of ours."""
        spelling = r"--[a-z][a-z-]+"
        known = set(re.findall(spelling, self.framefeed("--help").stdout))
        for name, below in COMMANDS.items():
            for words in [[name]] + [[name, word] for word in below]:
                known |= set(re.findall(spelling, self.framefeed(*words, "--help").stdout))
        for script in (ROOT / "scripts").glob("*.py"):
            known |= set(re.findall(r"[\"'](--[a-z][a-z-]+)[\"']", script.read_text(encoding="utf-8")))
        for page in self.pages:
            for line, text in page.code:
                option = re.match(r"--[a-z][a-z-]+", text)
                if option and option.group(0) not in known:
                    self.problem(page, line, f"{option.group(0)}: no command has such an option")

    # What is run.

    def run_page(self, page, broker):
        """The console blocks of a page, in order and in one shell; then its Python, each block on a topic of its own."""
        blocks = [block for block in page.blocks if block.language == "console"]
        for block in blocks:
            if block.is_left_out: self.notes.append(f"left out: {page.name}:{block.line}: {block.rest}")
        blocks = [block for block in blocks if not block.is_left_out]
        topic = f"docs-{page.path.stem.lower()}-{uuid.uuid4().hex[:8]}"
        with tempfile.TemporaryDirectory() as scratch:
            if blocks: self.run_blocks(page, blocks, broker, topic, Path(scratch))
        for block in page.blocks:
            if block.language == "python" and not block.is_left_out: self.run_python(page, block, broker)

    def run_blocks(self, page, blocks, broker, topic, scratch):
        for name in ("samples", "models"): (scratch / name).symlink_to(ROOT / name)
        (scratch / "bin").mkdir()
        wrapper = scratch / "bin" / "framefeed"
        wrapper.write_text(WRAPPER.format(python=sys.executable, program=self.program, topic=topic))
        wrapper.chmod(0o755)
        script = [PRELUDE]
        for block in blocks:
            for line, command in block.commands():
                command = command.replace("localhost:9092", broker).replace("-t frames", f"-t {topic}")
                script += [f"at={line}", command]
        script.append("wait")
        environment = os.environ | {"PATH": f"{scratch / 'bin'}:{os.environ['PATH']}"}
        try:
            ended = subprocess.run(["bash", "-c", "\n".join(script)], cwd=scratch, env=environment, text=True,
                                   errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, timeout=60)
        except subprocess.TimeoutExpired as late:
            self.problem(page, blocks[0].line, f"did not end in 60 s: {(late.stdout or b'')[-500:]}")
            return
        finally:
            self.framefeed("topic", "delete", topic)
        if ended.returncode:
            at = re.findall(r"^check-docs: at (\d+)$", ended.stdout, re.MULTILINE)
            line = int(at[0]) if at else blocks[0].line
            self.problem(page, line, f"the command failed ({ended.returncode}): {ended.stdout[-1000:].strip()}")
            return
        printed = [shape(line) for line in ended.stdout.split("\n")]
        for block in blocks:
            for line, text in block.output():
                if not text.strip() or text.strip() == "...": continue
                whole = not text.endswith("...")
                expected = shape(text if whole else text[:-3])
                if not any(found == expected if whole else found.startswith(expected) for found in printed):
                    self.problem(page, line, f"no command printed such a line: {text}")
        self.notes.append(f"run: {page.name}: {sum(len(list(block.commands())) for block in blocks)} commands")

    def run_python(self, page, block, broker):
        python = os.environ.get("FRAMEFEED_PYTHON") or str(ROOT / ".venv/bin/python")
        if not Path(python).exists():
            self.notes.append(f"left out: {page.name}:{block.line}: no Python with confluent-kafka (FRAMEFEED_PYTHON)")
            return
        topic = f"docs-python-{uuid.uuid4().hex[:8]}"
        codec = dict(word.split("=", 1) for word in block.rest.split() if "=" in word).get("codec", "jpeg")
        text = "\n".join(line for _, line in block.lines)
        text = text.replace('"localhost:9092"', repr(broker)).replace('"frames"', repr(topic))
        try:
            sent = self.framefeed("stream", "samples/flight", "--frames", "3", "--fps", "max", "--quiet", "--topic", topic,
                                  "--codec", codec)
            ended = subprocess.run([python, "-c", text], capture_output=True, text=True, timeout=60)
            if sent.returncode or ended.returncode or not ended.stdout:
                self.problem(page, block.line, f"the Python failed: {sent.stderr}{ended.stderr[-1000:]}")
            else:
                self.notes.append(f"run: {page.name}:{block.line}: Python")
        except subprocess.TimeoutExpired:
            self.problem(page, block.line, "the Python did not end in 60 s")
        finally:
            self.framefeed("topic", "delete", topic)

    def check(self):
        self.check_links()
        self.check_size()
        self.check_make()
        self.check_paths()
        if not os.access(self.program, os.X_OK):
            raise SystemExit(f"check-docs: {self.program} is not there: make build, or FRAMEFEED=path/to/framefeed")
        self.check_commands()
        self.check_options()
        broker = os.environ.get("FRAMEFEED_BROKER")
        if broker:
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda page: self.run_page(page, broker), self.pages))
        else:
            self.notes.append("no broker (FRAMEFEED_BROKER): no command was run")
        for note in self.notes: print(note)
        for name, line, text in sorted(self.problems): print(f"{name}:{line}: {text}", file=sys.stderr)
        print(f"{len(self.pages)} pages, {len(self.problems)} problems")
        return 1 if self.problems else 0


def shape(line):
    """A printed line without what differs from run to run: numbers, ids, widths."""
    line = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", line)
    line = re.sub(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", "N", line)
    return " ".join(line.split())


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


def main():
    checker = Checker()
    if sys.argv[1:] == ["--commands"]:
        commands = [{"place": f"{page.name}:{line}", "words": words}
                    for page, line, words, is_whole in checker.framefeed_commands() if is_whole]
        print(json.dumps(commands))
        return 0
    if sys.argv[1:]:
        print("usage: check_docs.py [--commands]", file=sys.stderr)
        return 64
    return checker.check()


if __name__ == "__main__":
    sys.exit(main())
