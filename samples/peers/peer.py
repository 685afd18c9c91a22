"""The line protocol between `framefeed compare` and a peer: see README.md here."""

import argparse, os, pathlib, sys, time

clock = time.monotonic_ns


def arguments(*flags):
    """The role, payload files and address, and the options of peers.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["send", "receive"])
    parser.add_argument("--payloads", required=True)
    parser.add_argument("--address")
    parser.add_argument("--topic")
    parser.add_argument("--ca", metavar="FILE")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    given = parser.parse_args()
    files = sorted(pathlib.Path(given.payloads).iterdir())
    given.payloads = [file.read_bytes() for file in files]
    return given


def say(*words):
    print(*words, flush=True)


def failed(why):
    """Ends the process from any thread."""
    print(why, file=sys.stderr, flush=True)
    os._exit(1)


def end_with_input():
    """Blocks until standard input ends, then ends the process."""
    sys.stdin.read()
    os._exit(0)


class Receiver:
    """Counts and checks what comes."""

    def __init__(self, payloads):
        self.payloads = payloads
        self.count = 0

    def took(self, data, now=None):
        now = now or clock()
        if data != self.payloads[self.count % len(self.payloads)]:
            failed(f"payload {self.count}: {len(data)} bytes that are not those sent")
        say("received", self.count, now)
        self.count += 1


def orders():
    """Yields (number, due) when a payload is to go out, until standard input ends; `None` is due now."""
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "send":
            yield int(numbers[0]), None
        elif command == "pace":
            first, count, fps = int(numbers[0]), int(numbers[1]), float(numbers[2])
            begin = clock()
            for at in range(count):
                due = begin + int(at * 1e9 / fps)
                while (left := due - clock()) > 0:
                    time.sleep(left / 1e9)
                yield first + at, due
