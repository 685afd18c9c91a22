"""What pages say, without running it: links, anchors, commands, make targets, options and paths are right."""

import concurrent.futures
import re
import shlex
from pathlib import Path

from check_docs_commands import framefeed_commands, make_commands, texts
from check_docs_pages import Page

README_LINES = 150
LINE_LENGTH = 120
REPOSITORY_PATH = re.compile(r"(?<![\w/.-])((?:scripts|samples|models|docs|Sources|Tests|Fuzz|\.ci)/[\w./*+-]+)")


class WrittenChecks:
    def __init__(self, root, pages, program, findings):
        self.root, self.pages, self.program, self.findings = root, pages, program, findings

    def check(self):
        self.check_links()
        self.check_size()
        self.check_make()
        self.check_paths()
        self.check_commands()
        self.check_options()

    def check_links(self):
        anchors = {page.path: page.anchors for page in self.pages}
        for page in self.pages:
            for line, target in page.links:
                if re.match(r"[a-z]+:", target): continue
                name, _, anchor = target.partition("#")
                path = (page.path.parent / name).resolve() if name else page.path
                if not path.is_relative_to(self.root) or not path.exists():
                    self.findings.problem(page, line, f"link to {target}: there is no such file")
                elif anchor and path.suffix == ".md":
                    known = anchors.get(path) or Page(path, self.root).anchors
                    if anchor not in known:
                        self.findings.problem(page, line, f"link to {target}: there is no such heading")

    def check_size(self):
        readme = self.pages[0]
        if len(readme.lines) - 1 > README_LINES:
            self.findings.problem(
                readme, README_LINES + 1, f"README.md has more than {README_LINES} lines: move some to docs/")
        for number, line in enumerate(readme.lines, 1):
            if len(line) > LINE_LENGTH and not line.startswith("|"):
                self.findings.problem(readme, number, f"longer than {LINE_LENGTH} characters")

    def check_make(self):
        makefile = (self.root / "Makefile").read_text()
        targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
        for page, line, words in make_commands(self.pages, self.findings):
            for word in words[1:]:
                name, is_variable, _ = word.partition("=")
                if is_variable:
                    if f"$({name})" not in makefile and not re.search(rf"^{name} \?=", makefile, re.MULTILINE):
                        self.findings.problem(page, line, f"make has no variable {name}")
                elif word not in targets: self.findings.problem(page, line, f"make has no target {word}")

    def check_paths(self):
        for page, line, text, _ in texts(self.pages):
            for path in REPOSITORY_PATH.findall(text):
                path = path.rstrip(".,:")
                # models/NAME.json stands for any.
                if Path(path).stem.isupper(): continue
                exists = any(self.root.glob(path)) if "*" in path else (self.root / path).exists()
                if not exists: self.findings.problem(page, line, f"{path}: there is no such file")

    def check_commands(self):
        found = {}
        for page, line, words, _ in framefeed_commands(self.pages, self.findings, self.program.names):
            found.setdefault(tuple(words), []).append((page, line))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for words, wrong in zip(found, pool.map(lambda words: self.program.says_wrong(list(words)), found)):
                for page, line in found[words]:
                    if wrong: self.findings.problem(page, line, f"framefeed {shlex.join(words)}: {wrong}")
        self.findings.note(f"{len(found)} commands read")

    def check_options(self):
        """Options in inline code that begins with one: of the program, or of a script of ours."""
        known = self.program.options
        for script in (self.root / "scripts").glob("*.py"):
            known |= set(re.findall(r"[\"'](--[a-z][a-z-]+)[\"']", script.read_text(encoding="utf-8")))
        for page in self.pages:
            for line, text in page.code:
                option = re.match(r"--[a-z][a-z-]+", text)
                if option and option.group(0) not in known:
                    self.findings.problem(page, line, f"{option.group(0)}: no command has such an option")
