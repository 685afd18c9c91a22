"""The commands that pages show: lines of shell cut into words, and of these the program's and make's."""

import re
import shlex


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


def is_mention(words):
    """Whether these may be a command's name alone, as in `topic create`."""
    return all(re.fullmatch(r"[a-z]+", word) for word in words)


def texts(pages):
    """All code of all pages: page, line, text, whether it is inline."""
    for page in pages:
        for line, text in page.code: yield page, line, text, True
        for block in page.blocks:
            for line, text in block.commands(): yield page, line, text, False


def make_commands(pages, findings):
    """Command lines of make: page, line, words."""
    for page, line, words, _ in every_command(pages, findings):
        if words[0] == "make": yield page, line, words


def framefeed_commands(pages, findings, names):
    """The program's command lines without its name, up to `...`, with numbers for placeholders: page, line, words, and
    whether they are whole: begin with the program's name, and are no mention of a command alone. Inline code may begin
    with the name of a command instead."""
    for page, line, words, is_inline in every_command(pages, findings):
        if words[0] == "framefeed" or words[0].endswith("/framefeed"):
            words = words[1:]
            is_whole = not (is_inline and is_mention(words))
        elif is_inline and len(words) > 1 and words[0] in names:
            is_whole = False
        else:
            continue
        is_elided = "..." in words
        words = words[: words.index("...") if is_elided else None]
        words = ["1" if word in ("N", "SECONDS") else word for word in words]
        if words: yield page, line, words, is_whole and not is_elided


def every_command(pages, findings):
    """Of any program: page, line, words, whether it is inline."""
    for page, line, text, is_inline in texts(pages):
        try:
            found = list(segments(text))
        except ValueError:
            # A line of output with one quote.
            if re.match(r"(framefeed|make) ", text): findings.problem(page, line, f"cannot be read: {text}")
            continue
        for words in found:
            if words: yield page, line, words, is_inline
