"""README.md and docs/*.md, cut into fenced blocks, inline code, links and headings."""

import re

# Languages whose blocks hold no commands.
NO_SHELL = {"json", "python", "swift", "mermaid"}


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

    def __init__(self, path, root):
        self.path = path
        self.name = str(path.relative_to(root))
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
