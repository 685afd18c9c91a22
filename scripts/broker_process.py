"""A broker's process: begun, stopped, killed, held and let go on, and never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time


class Failed(Exception):
    """Why it cannot go on, in one line."""


C = ctypes.CDLL(None)  # Not in the child, which must not load anything.
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Linux ends the process when ours has gone, also by SIGKILL; elsewhere only an orderly end takes it along.
    Sound only in a child that the main thread forks: the signal comes when the forking thread ends."""
    os.setsid()  # Ctrl-C is not for it.
    if sys.platform == "linux":
        C.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Node:
    """A process that begins again with what it had."""

    def __init__(self, number, directory):
        self.number, self.directory = number, directory
        self.process = None
        self.held = False

    def command(self):
        raise NotImplementedError

    @property
    def log(self):
        return self.directory / "log"

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def begin(self):
        if self.is_running:
            raise Failed(f"node {self.number} runs")
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        self.held = False

    def signal(self, number):
        if not self.is_running:
            raise Failed(f"node {self.number} does not run")
        os.kill(self.process.pid, number)

    def hold(self):
        self.signal(signal.SIGSTOP)
        self.held = True

    def go_on(self):
        self.signal(signal.SIGCONT)
        self.held = False

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=60):
        """In order, so that it hands on what it leads and writes out what it has."""
        if self.held:
            self.go_on()
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"node {self.number} did not stop within {seconds} s and was killed") from None

    def last_words(self, lines=6):
        """Of its log, without the places in Java's code."""
        try:
            said = self.log.read_text(errors="replace").splitlines()
            return "\n".join([line for line in said if not line.startswith("\tat ")][-lines:])
        except OSError:
            return ""


def wait_until(nodes, holds, what, seconds):
    """Waits until something holds; fails at once when one of the nodes ends meanwhile."""
    deadline = time.monotonic() + seconds
    while not holds():
        ended = next((node for node in nodes if not node.is_running), None)
        if ended:
            raise Failed(f"node {ended.number} ended with {ended.process.returncode}:\n{ended.last_words()}")
        if time.monotonic() > deadline:
            raise Failed(f"{what} within {seconds} s:\n{nodes[0].last_words()}")
        time.sleep(0.05)
