"""The built program, by its own help and its own parser: which commands and options there are, and what is wrong with a
command line."""

import functools
import re
import subprocess

from check_docs_commands import is_mention

# No command has such an option: what is wrong before it is named first, and nothing is run.
SENTINEL = "--no-such-option-of-check-docs"


def listed(text, section):
    """The names that a section of a help text lists, each at the start of a line of its own."""
    names, is_in = [], False
    for line in text.split("\n"):
        if re.match(r"\S", line): is_in = line == f"{section}:"
        elif is_in and (name := re.match(r"  (\S+)", line)): names.append(name.group(1))
    return names


class Program:
    def __init__(self, path, directory):
        self.path, self.directory = path, directory

    def run(self, *words):
        return subprocess.run([self.path, *words], cwd=self.directory, capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=20)

    @functools.cached_property
    def helps(self):
        """The help of every command, by its words; () is the program's own."""
        found, wanted = {}, [()]
        while wanted:
            words = wanted.pop()
            ended = self.run(*words, "--help")
            if ended.returncode:
                raise SystemExit(f"check-docs: {' '.join([self.path, *words])} --help failed: {ended.stderr.strip()}")
            found[words] = ended.stdout
            wanted += [(*words, name) for name in listed(ended.stdout, "Commands")]
        if len(found) == 1: raise SystemExit(f"check-docs: {self.path} --help lists no commands")
        return found

    @property
    def names(self):
        """Of its commands; those below them go by the first word."""
        return {words[0] for words in self.helps if words}

    @property
    def options(self):
        return {option for text in self.helps.values() for option in re.findall(r"--[a-z][a-z-]+", text)}

    def says_wrong(self, words):
        """What its parser says is wrong with a command line, else nothing."""
        if words[0] in ("help", "--help", "--version", "--manual", "--completions"):
            return "" if self.run(*words).returncode == 0 else " ".join(words)
        if is_mention(words) and self.run("help", *words).returncode == 0: return ""
        at = words.index("--") if "--" in words else len(words)
        said = self.run(*words[:at], SENTINEL, *words[at:]).stderr
        return "" if f"{SENTINEL}: no such option" in said else said.split("\n")[0]
