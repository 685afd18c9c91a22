"""Programs that run under a fault: what each says and when, and lines of the files that they write as they come."""

import json
import re
import signal
import subprocess
import threading
import time

from broker_process import die_with_parent

PROGRESS = re.compile(r"^(\d+)(?:/\d+)? frames (acknowledged|\w+)")


class Program:
    """One that runs, what it says line by line, and when."""

    def __init__(self, role, arguments):
        self.role, self.lines, self.acknowledged = role, [], 0
        self.stopped = float("inf")  # when we had it end
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            preexec_fn=die_with_parent)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            for part in line.rstrip("\n").split("\r"):
                if found := PROGRESS.match(part):
                    if found[2] == "acknowledged":
                        self.acknowledged = int(found[1])
                elif part:
                    self.lines.append((time.monotonic(), part))

    @property
    def runs(self):
        return self.process.poll() is None

    def send(self, number):
        if self.runs:
            self.process.send_signal(number)

    def kill(self):
        self.send(signal.SIGKILL)
        self.process.wait()
        self.reader.join(5)

    def stop(self, number=signal.SIGINT, seconds=45):
        """In order; False where it had to be killed."""
        self.stopped = time.monotonic()
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            self.process.wait(seconds)
            self.reader.join(5)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False


class Tail:
    """Lines of files as they come, and when each was seen."""

    def __init__(self):
        self.files, self.ended = {}, False
        self.take = {}

    def follow(self, path, take):
        self.take[path] = take
        self.files[path] = [0, b""]

    def look(self):
        now = time.monotonic()
        for path, state in list(self.files.items()):
            try:
                with open(path, "rb") as file:
                    file.seek(state[0])
                    data = file.read()
            except OSError:
                continue
            state[0] += len(data)
            *lines, state[1] = (state[1] + data).split(b"\n")
            for line in lines:
                try:
                    self.take[path](json.loads(line), now)
                except ValueError:
                    pass

    def run(self):
        while not self.ended:
            self.look()
            time.sleep(0.02)
