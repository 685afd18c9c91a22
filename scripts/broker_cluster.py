"""The nodes of one broker or cluster, on this machine: laid out in a directory, started, and told what to do."""

import json
import os
import random
import shutil
import socket
import subprocess

import broker_wire as wire
from broker_development import DevelopmentNode
from broker_kafka import KafkaNode, identity
from broker_process import Failed, Node, wait_until

START = 120  # seconds; 2 to 7 on a quiet machine


def is_free(port):
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def free_port(taken):
    """One below those that outgoing connections get: a client that seeks a broker which is down could be given that
    broker's own port, would find itself there, and keep it."""
    while True:
        port = random.randrange(10_000, 30_000)
        if port not in taken and is_free(port):
            taken.add(port)
            return port


class Listener:
    """One more port of each node: NAME=PROTOCOL, or NAME=PROTOCOL@HOST:PORT,... with what each node tells clients."""

    def __init__(self, text):
        text, _, advertised = text.partition("@")
        self.name, _, self.protocol = text.partition("=")
        self.advertised = advertised.split(",") if advertised else []
        if self.protocol not in ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"):
            raise Failed(f"--listener {text}: expected NAME=PROTOCOL, of PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL")


class Cluster:
    """Where its nodes are stays in DIRECTORY/cluster.json, and is taken again at the next start there."""

    def __init__(self, directory):
        self.directory, self.nodes = directory, []
        self.name, self.places, self.jmx = "", [], []

    @property
    def state(self):
        return self.directory / "cluster.json"

    @property
    def addresses(self):
        return [place["PLAINTEXT"] for place in self.places]

    def take_places(self, count, port, listeners=()):
        """The ports of each node by listener; those of before, if there was one."""
        if self.state.exists():
            before = json.loads(self.state.read_text())
            self.identity, self.places = before["id"], before["listeners"]
            if len(self.places) != count or port and self.addresses[0] != f"localhost:{port}":
                raise Failed(f"{self.directory} has {len(self.places)} nodes from {self.addresses[0]} on: "
                             "start the same, or take another directory")
            return
        self.identity, taken = identity(), set(range(port, port + count)) if port else set()
        for number in range(count):
            if port and not is_free(port + number):
                raise Failed(f"port {port + number} is in use here: choose another (PORT=...)")
            names = ["CONTROLLER", *(listener.name for listener in listeners)]
            place = {"PLAINTEXT": port + number if port else free_port(taken)}
            place |= {name: free_port(taken) for name in names}
            self.places.append({name: f"localhost:{number}" for name, number in place.items()})

    def save(self):
        told = {"id": self.identity, "name": self.name, "broker": ",".join(self.addresses), "listeners": self.places,
                "jmx": [f"127.0.0.1:{port}" for port in self.jmx],
                "processes": [node.process.pid if node.is_running else None for node in self.nodes]}
        written = self.state.with_suffix(".new")
        written.write_text(json.dumps(told, indent=2) + "\n")
        os.replace(written, self.state)

    def development(self, server, port):
        self.name = server.name
        self.take_places(1, port)
        self.nodes = [DevelopmentNode(server, self.directory / "n1", wire.place(self.addresses[0])[1])]

    def kafka(self, kafka, count, port, listeners, settings, options, scram, jmx=False):
        self.name = kafka.name
        self.take_places(count, port, listeners)
        copies, enough = (3, 2) if count >= 3 else (count, 1)
        shared = [
            ("process.roles", "broker,controller"),
            ("controller.quorum.voters", ",".join(f"{n}@{at['CONTROLLER']}" for n, at in enumerate(self.places, 1))),
            ("controller.listener.names", "CONTROLLER"), ("inter.broker.listener.name", "PLAINTEXT"),
            ("listener.security.protocol.map", ",".join(
                ["PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT", *(f"{one.name}:{one.protocol}" for one in listeners)])),
            ("auto.create.topics.enable", "false"), ("num.partitions", 1), ("default.replication.factor", copies),
            ("min.insync.replicas", enough), ("offsets.topic.num.partitions", count),
            ("offsets.topic.replication.factor", copies), ("transaction.state.log.num.partitions", count),
            ("transaction.state.log.replication.factor", copies), ("transaction.state.log.min.isr", enough),
            ("share.coordinator.state.topic.num.partitions", count),
            ("share.coordinator.state.topic.replication.factor", copies),
            ("share.coordinator.state.topic.min.isr", enough),
            # Groups of tests are small and come at once; what is deleted goes at once, also in a short test.
            ("group.initial.rebalance.delay.ms", 0), ("log.retention.check.interval.ms", 500),
            ("log.initial.task.delay.ms", 500), ("log.segment.delete.delay.ms", 100), ("log.cleaner.backoff.ms", 200),
            ("log.cleaner.dedupe.buffer.size", 8 << 20),  # of a small heap
        ]
        # Of no use to a later start: not kept.
        taken = {wire.place(address)[1] for place in self.places for address in place.values()}
        self.jmx = [free_port(taken) for _ in self.places] if jmx else []
        formatted = None
        for number, place in enumerate(self.places, 1):
            advertised = dict(place)
            advertised |= {one.name: one.advertised[number - 1] for one in listeners if len(one.advertised) >= number}
            own = [("node.id", number), ("listeners", ",".join(f"{name}://{at}" for name, at in place.items())),
                   ("advertised.listeners", ",".join(
                       f"{name}://{at}" for name, at in advertised.items() if name != "CONTROLLER"))]
            node = KafkaNode(kafka, number, self.directory / f"n{number}", [*shared, *own, *settings], options,
                             self.jmx[number - 1] if jmx else None)
            node.directory.mkdir(parents=True, exist_ok=True)
            if formatted is None and not (node.directory / "data" / "meta.properties").exists():
                formatted = kafka.formatted(self.directory, scram)
            node.lay_out(self.identity, formatted)
            self.nodes.append(node)

    def start(self):
        for node in self.nodes:
            node.begin()
        self.save()
        self.await_ready()

    def await_ready(self):
        """Until all that run and are not held answer; without a majority no controller is there to wait for."""
        awake = [node for node in self.nodes if node.is_running and not node.held]
        if 2 * len(awake) <= len(self.nodes):
            return
        numbers = [node.number for node in awake]
        addresses = [self.addresses[number - 1] for number in numbers]
        wait_until(awake, lambda: wire.is_ready(addresses, numbers), f"{self.name} at {','.join(addresses)} is not ready", START)

    def do(self, action, numbers):
        """One of kill, stop, begin, start, suspend, resume, for some nodes; a start ends when they serve again."""
        wrong = next((number for number in numbers if not 0 < number <= len(self.nodes)), None)
        if wrong is not None:
            raise Failed(f"there is no node {wrong}, only 1 to {len(self.nodes)}")
        acts = {"kill": Node.kill, "stop": Node.stop, "begin": Node.begin, "start": Node.begin, "suspend": Node.hold,
                "resume": Node.go_on}
        if action not in acts:
            raise Failed(f"{action}: expected one of {', '.join(acts)}")
        for number in numbers:
            acts[action](self.nodes[number - 1])
        self.save()
        if action == "start":
            self.await_ready()

    def end(self, in_order):
        """All nodes; in order where their data stays, so that it is whole."""
        for node in self.nodes:
            if node.is_running and node.held:
                node.go_on()
        running = [node for node in self.nodes if node.is_running]
        for node in running:
            node.process.terminate() if in_order else node.process.kill()
        for node in running:
            try:
                node.process.wait(30)
            except subprocess.TimeoutExpired:
                node.process.kill()
                node.process.wait()

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)
