"""Three brokers of Apache Kafka for the fault book: who leads what, what is done to a node, and Kafka's own tools."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from broker_kafka import Kafka
from broker_watch import tell
from soak_proxy import Line

NODES = (1, 2, 3)
PASSWORD = "open-sesame"
LOGIN = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "cam",
         "sasl.password": PASSWORD}
REAUTHENTICATION = 3000  # ms
# Who leads the partitions of a topic, and who has copies: each node leads, and is led.
PLACES = [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2]]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certificate(directory):
    """One for all nodes, which is its own authority."""
    key, cert, both = (directory / name for name in ("key.pem", "cert.pem", "both.pem"))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    both.write_text(key.read_text() + cert.read_text())
    return cert, both


class Cluster:
    """Runs beside this process and ends with it, in a directory of its own. Ways of reaching it: PLAINTEXT; LINE, by
    lines that can be disturbed; LOGIN, by SCRAM; RELOGIN, by SCRAM in TLS, where a login is good for 3 s."""

    def __init__(self, directory, has_small_disk=False):
        self.kafka = Kafka(os.environ["KAFKA_HOME"])
        self.name = self.kafka.name
        self.directory, self.disk = directory / ("small" if has_small_disk else "cluster"), None
        if has_small_disk:
            self.disk = self.directory / "n3"
            self.disk.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", self.disk], check=True)
        self.lines = {node: Line() for node in NODES}
        self.authority, both = certificate(directory)
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        lines = ",".join(line.address for line in self.lines.values())
        settings = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS", "allow.everyone.if.no.acl.found": "true",
            "listener.name.login.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.login.scram-sha-512.sasl.jaas.config": scram,
            "listener.name.relogin.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.relogin.scram-sha-512.sasl.jaas.config": scram,
            "listener.name.relogin.scram-sha-512.connections.max.reauth.ms": REAUTHENTICATION,
            "listener.name.relogin.ssl.keystore.type": "PEM", "listener.name.relogin.ssl.keystore.location": both,
            "num.network.threads": 1, "num.io.threads": 4}
        self.process = subprocess.Popen(
            [sys.executable, "scripts/broker.py", "run", "--nodes", "3", "--data" if has_small_disk else "--temporary",
             self.directory, "--heap", "384m", "--java=-XX:TieredStopAtLevel=1",
             "--listener", f"LINE=PLAINTEXT@{lines}", "--listener", "LOGIN=SASL_PLAINTEXT",
             "--listener", "RELOGIN=SASL_SSL", "--add-scram", f"SCRAM-SHA-512=[name=cam,password={PASSWORD}]",
             *(argument for key, value in settings.items() for argument in ("--set", f"{key}={value}"))],
            stdout=subprocess.PIPE, stderr=open(directory / "brokers", "w"), text=True)
        if not self.process.stdout.readline():
            raise RuntimeError(f"the cluster did not come up: {(directory / 'brokers').read_text()}")
        state = json.loads((self.directory / "cluster.json").read_text())
        self.listeners = state["listeners"]
        for node, line in self.lines.items():
            host, port = self.listeners[node - 1]["LINE"].split(":")
            line.to = host, int(port)
        self.brokers = self.reached_by("PLAINTEXT")
        self.admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})

    def reached_by(self, listener):
        if listener == "LINE":
            return ",".join(line.address for line in self.lines.values())
        return ",".join(at[listener] for at in self.listeners)

    def settings(self, listener):
        """Of a client, that reaches it by a listener."""
        more = {"LOGIN": LOGIN, "RELOGIN": {**LOGIN, "security.protocol": "SASL_SSL",
                                            "ssl.ca.location": str(self.authority)}}
        return {"bootstrap.servers": self.reached_by(listener), **more.get(listener, {})}

    def order(self, action, *nodes):
        here = os.getcwd()
        try:
            tell(self.directory, action, nodes)
        finally:
            os.chdir(here)

    def close(self):
        self.process.terminate()
        self.process.wait()
        if self.disk:
            subprocess.run(["umount", self.disk])

    # Who is what

    def topic(self, name):
        return self.admin.list_topics(name, timeout=20).topics[name]

    def leader(self, topic, partition=0):
        return self.topic(topic).partitions[partition].leader

    def controller(self):
        said = self.tool("org.apache.kafka.tools.MetadataQuorumCommand", "describe", "--status")
        return int(re.search(r"LeaderId:\s+(\d+)", said)[1])

    def coordinator(self, group):
        return self.admin.describe_consumer_groups([group], request_timeout=20)[group].result().coordinator.id

    # What is done to it

    def create(self, name, **settings):
        config = {"min.insync.replicas": "2", **settings}
        topic = NewTopic(name, len(PLACES), replica_assignment=PLACES, config=config)
        self.admin.create_topics([topic])[name].result(20)

    def delete(self, *names):
        for future in self.admin.delete_topics(list(names)).values():
            future.result(20)

    def tool(self, name, *arguments):
        """What one of Kafka's own tools says."""
        where = "--bootstrap-server", self.brokers
        run = subprocess.run(
            self.kafka.command(self.directory, ["-XX:TieredStopAtLevel=1"], name, *where, *arguments),
            capture_output=True, text=True, timeout=60)
        if run.returncode:
            raise RuntimeError(f"{name}: {(run.stdout + run.stderr)[-400:]}")
        return run.stdout

    def reassign(self, topics, places):
        """Moves the copies of partitions, and the first of each is to lead."""
        plan = self.directory / "plan.json"
        plan.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": partition, "replicas": replicas}
            for topic in topics for partition, replicas in enumerate(places)]}))
        self.tool("org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
                  "--reassignment-json-file", plan, "--execute")

    def elect(self):
        self.tool("org.apache.kafka.tools.LeaderElectionCommand", "--election-type", "preferred",
                  "--all-topic-partitions")

    def quota(self, rate):
        """Of each client id at each broker, in bytes a second; none with None."""
        names = "producer_byte_rate", "consumer_byte_rate"
        change = ["--delete-config", ",".join(names)] if rate is None else [
            "--add-config", ",".join(f"{name}={rate}" for name in names)]
        self.tool("kafka.admin.ConfigCommand", "--alter", *change, "--entity-type", "clients", "--entity-default")

    def is_running(self, node):
        process = json.loads((self.directory / "cluster.json").read_text())["processes"][node - 1]
        try:
            # One that has ended is not gone before it was waited for.
            return process is not None and ") Z " not in Path(f"/proc/{process}/stat").read_text()
        except OSError:
            return False

    def heal(self, topic):
        """Until every node runs and has every copy of a topic; False where that does not happen."""
        for line in self.lines.values():
            line.heal()
        for node in NODES:
            self.order("resume" if self.is_running(node) else "begin", node)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if all(len(part.isrs) == 3 for part in self.topic(topic).partitions.values()):
                    return True
            except (KafkaException, KeyError):
                pass
            time.sleep(0.3)
        return False
