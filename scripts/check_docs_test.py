"""Proves check_docs.py: whatever is wrong with a page is found at its line, and nothing where nothing is wrong. With
the program $FRAMEFEED; what is run needs $FRAMEFEED_BROKER. Run by DocsTests of `make test`."""

import os
import tempfile
import unittest
from pathlib import Path

import check_docs
from check_docs_program import Program, listed

BROKER = os.environ.get("FRAMEFEED_BROKER")
README = """# Whole

See [a page](docs/page.md), [its part](docs/page.md#a-part) and [above](#whole). `make test FILTER=x` makes it.
A sink needs `--model`, and `topic create NAME` a name. It is in `scripts/tool.py`, or `models/NAME.json`.

```
framefeed stream samples/flight --codec zstd | cat
framefeed report merge a.json b.json >all.json
```
"""
PAGE = """# Page

## A part

```console
$ framefeed --version
```

```python
print("read")
```
"""
MAKEFILE = "FILTER ?=\ntest:\n\ttrue $(FILTER)\n"


class CheckDocs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program(os.environ["FRAMEFEED"], check_docs.ROOT)

    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        for name in "docs", "scripts": (self.root / name).mkdir()
        for name in "samples", "models": (self.root / name).symlink_to(check_docs.ROOT / name)
        (self.root / "Makefile").write_text(MAKEFILE)
        (self.root / "scripts/tool.py").write_text('parser.add_argument("--of-a-script")\n')

    def found(self, readme=README, page=PAGE, broker=None):
        """Problems, as `FILE:LINE: PROBLEM`."""
        (self.root / "README.md").write_text(readme)
        (self.root / "docs/page.md").write_text(page)
        found = check_docs.check(self.root, check_docs.pages_of(self.root), self.program, broker)
        return [f"{name}:{line}: {text}" for name, line, text in sorted(found.problems)]

    def expect(self, old, new, *problems):
        """Of a README that has this in place of that, these problems and no other."""
        self.assertIn(old, README)
        self.assertEqual(self.found(README.replace(old, new)), list(problems))

    def test_nothing_is_found_where_nothing_is_wrong(self):
        self.assertEqual(self.found(), [])

    def test_dead_links_and_anchors(self):
        self.expect("(docs/page.md)", "(docs/pages.md)", "README.md:3: link to docs/pages.md: there is no such file")
        self.expect("#a-part", "#a-past", "README.md:3: link to docs/page.md#a-past: there is no such heading")
        self.expect("(#whole)", "(#half)", "README.md:3: link to #half: there is no such heading")
        self.expect("(docs/page.md)", "(../x)", "README.md:3: link to ../x: there is no such file")

    def test_commands(self):
        for old, new, line, command, wrong in [
            ("--codec zstd", "--codecs zstd", 7, "stream samples/flight --codecs zstd",
             "--codecs: no such option; did you mean --codec?"),
            ("stream samples", "strem samples", 7, "strem samples/flight --codec zstd",
             "strem: no such command; did you mean stream?"),
            ("report merge", "report marge", 8, "report marge a.json b.json",
             "marge: no such command; did you mean merge?"),
            ("topic create NAME", "topic create --partition 3 NAME", 4, "topic create --partition 3 NAME",
             "--partition: no such option; did you mean --partitions?"),
        ]:
            self.expect(old, new, f"README.md:{line}: framefeed {command}: framefeed: {wrong}")
        self.expect("framefeed stream", 'framefeed "stream',
                    'README.md:7: cannot be read: framefeed "stream samples/flight --codec zstd | cat')

    def test_options(self):
        self.expect("`--model`", "`--modal`", "README.md:4: --modal: no command has such an option")
        self.expect("`--model`", "`--of-a-script`")

    def test_make(self):
        self.expect("make test", "make tests", "README.md:3: make has no target tests")
        self.expect("FILTER=", "FILTERS=", "README.md:3: make has no variable FILTERS")

    def test_paths(self):
        self.expect("scripts/tool.py", "scripts/tools.py", "README.md:4: scripts/tools.py: there is no such file")
        self.expect("scripts/tool.py", "scripts/*.sh", "README.md:4: scripts/*.sh: there is no such file")
        self.expect("samples/flight", "samples/fight", "README.md:7: samples/fight: there is no such file")

    def test_a_readme_that_is_too_long(self):
        self.assertEqual(self.found(README + "\n" * 150),
                         ["README.md:151: README.md has more than 150 lines: move some to docs/"])
        self.expect("See", "x" * 90, "README.md:3: longer than 120 characters")

    def test_a_help_that_lists_nothing_is_no_list(self):
        text = "Usage\n\nCommands:\n  one  It\n     goes on\n  two  It\n\nHelp:\n  three\n"
        self.assertEqual(listed(text, "Commands"), ["one", "two"])
        with self.assertRaisesRegex(SystemExit, "echo --help lists no commands"):
            Program("echo", self.root).names

    @unittest.skipUnless(BROKER, "FRAMEFEED_BROKER names no broker")
    def test_what_is_run(self):
        self.assertEqual(self.found(broker=BROKER), [])
        lines = "$ framefeed --version\n"
        failed = self.found(page=PAGE.replace(lines, lines + "$ framefeed models none\n"), broker=BROKER)
        self.assertEqual(len(failed), 1)
        self.assertRegex(failed[0], r"^docs/page.md:7: the command failed \(\d+\): ")
        self.assertEqual(self.found(page=PAGE.replace(lines, lines + "no such thing\n"), broker=BROKER),
                         ["docs/page.md:7: no command printed such a line: no such thing"])
        failed = self.found(page=PAGE.replace('print("read")', "raise SystemExit(1)"), broker=BROKER)
        self.assertEqual(len(failed), 1)
        self.assertRegex(failed[0], "^docs/page.md:9: the Python failed: ")


if __name__ == "__main__":
    unittest.main()
