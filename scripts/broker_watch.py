"""Watches over nodes that run: takes orders for them, runs a command beside them, and ends when it is told to, when the
command has ended, or when who started it has gone."""

import os
import signal
import socket
import subprocess
import sys

from broker_process import Failed

CONTROL = "control"  # a socket in the cluster's directory, one order a connection


class Ended(BaseException):
    """By a signal, or because nobody is left; not an error that anything should catch on the way."""

    def __init__(self, status):
        self.status = status


def own_group():
    os.setpgrp()


class Watch:
    """While it is entered, signals raise ``Ended`` wherever we are; a command beside the nodes gets them instead."""

    def __init__(self, stay):
        self.parent = None if stay else os.getppid()
        self.command = None
        self.control = None

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        signal.signal(signal.SIGALRM, self.on_tick)
        signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
        return self

    def __exit__(self, *_):
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.command and self.command.poll() is None:
            self.end_command()
        if self.control:
            self.control.close()
            self.path.unlink(missing_ok=True)

    def on_signal(self, number, _):
        if self.command and self.command.poll() is None:
            os.killpg(self.command.pid, number)
        else:
            raise Ended(128 + number)

    def on_tick(self, *_):
        if self.parent and os.getppid() != self.parent:
            raise Ended(1)

    def end_command(self):
        os.killpg(self.command.pid, signal.SIGTERM)
        try:
            self.command.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.command.pid, signal.SIGKILL)
            self.command.wait()

    def serve(self, cluster, command):
        """Until the command has ended, or for ever.
        Returns: the command's exit status."""
        self.listen(cluster.directory)
        if command:
            # A group of its own: Ctrl-C reaches us, and by us the command, and the broker last.
            environment = dict(os.environ, FRAMEFEED_BROKER=",".join(cluster.addresses))
            if cluster.jmx:
                environment["FRAMEFEED_JMX"] = ",".join(f"127.0.0.1:{port}" for port in cluster.jmx)
            try:
                self.command = subprocess.Popen(command, env=environment, preexec_fn=own_group)
            except OSError as error:
                raise Failed(f"{command[0]}: {error.strerror}") from None
        expected = {node for node in cluster.nodes if node.is_running}
        while not (self.command and self.command.poll() is not None):
            try:
                connection, _ = self.control.accept()
            except socket.timeout:
                connection = None
            if connection:
                with connection:
                    self.obey(cluster, connection)
                expected = {node for node in cluster.nodes if node.is_running}
            for node in [node for node in expected if not node.is_running]:
                expected.remove(node)
                # One of several, or one that a test ends by itself, is for who runs the command to judge.
                print(f"broker: node {node.number} of {cluster.name} ended with {node.process.returncode}:\n"
                      + node.last_words(), file=sys.stderr, flush=True)
                if not expected and not self.command:
                    raise Failed("no node is left")
        status = self.command.returncode
        return 128 - status if status < 0 else status

    def listen(self, directory):
        self.control, self.path = socket.socket(socket.AF_UNIX), directory / CONTROL
        self.path.unlink(missing_ok=True)
        # The name of a socket has room for 100 letters, a directory may have more.
        there = os.open(".", os.O_RDONLY)
        os.chdir(directory)
        try:
            self.control.bind(CONTROL)
        finally:
            os.fchdir(there)
            os.close(there)
        self.control.listen(8)
        self.control.settimeout(0.1)

    def obey(self, cluster, connection):
        try:
            connection.settimeout(5)
            action, *numbers = connection.makefile().readline().split()
            cluster.do(action, [int(number) for number in numbers])
            answer = "ok"
        except (Failed, ValueError, OSError) as error:
            answer = str(error)
        try:
            connection.settimeout(5)
            connection.sendall(answer.encode())
        except OSError:
            pass  # Who asked has gone; it is done all the same.


def tell(directory, action, numbers):
    """Gives an order to who watches over the nodes of a directory, and waits until it is done."""
    wire = socket.socket(socket.AF_UNIX)
    os.chdir(directory)
    try:
        wire.connect(CONTROL)
    except OSError:
        raise Failed(f"no broker.py runs in {directory}") from None
    wire.sendall(f"{action} {' '.join(map(str, numbers))}\n".encode())
    answer = wire.makefile().read()
    if answer != "ok":
        raise Failed(answer or f"the broker in {directory} ended meanwhile")
