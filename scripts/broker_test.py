"""Proves scripts/broker.py: a broker is ready when it says so, obeys, and leaves nothing behind. Run by BrokerScriptTests
of `make test`: on Apache Kafka where KAFKA_HOME is set, else on the development server."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

import broker_wire as wire

SCRIPT = str(Path(__file__).with_name("broker.py"))
KAFKA = bool(os.environ.get("KAFKA_HOME"))
QUICK = ["--java=-XX:TieredStopAtLevel=1"] if KAFKA else []


def said_by(*arguments, **environment):
    """What a start that must fail says."""
    run = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=60,
                         env={**os.environ, **environment})
    return run.returncode, run.stderr


def is_alive(process):
    """Of a number; one that has ended but was not waited for is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Running:
    """One that a test started, as a shell would."""

    def __init__(self, *arguments, between=()):
        self.outer = tempfile.TemporaryDirectory()
        self.directory = Path(self.outer.name, "broker")
        place = [] if "--data" in arguments else ["--temporary", str(self.directory)]
        self.process = subprocess.Popen([*between, sys.executable, SCRIPT, "run", *place, *QUICK, *arguments],
                                        stdout=subprocess.PIPE, text=True)

    def ready(self):
        self.name, _, self.address = self.process.stdout.readline().strip().partition(" at ")
        return self

    @property
    def state(self):
        return json.loads((self.directory / "cluster.json").read_text())

    def order(self, *words):
        return subprocess.run([sys.executable, SCRIPT, words[0], str(self.directory), *words[1:]], capture_output=True,
                              text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()
        self.outer.cleanup()


class Broker(unittest.TestCase):
    def test_it_is_ready_when_it_says_so_and_gone_when_it_ends(self):
        with Running() as broker:
            admin = AdminClient({"bootstrap.servers": broker.ready().address, "log_level": 2})
            self.assertRegex(broker.name, r"^Apache Kafka \d+\.\d+\.\d+$" if KAFKA else r"^noida-db \d.* \(development")
            # At the first try.
            admin.create_topics([NewTopic("first", 1)], request_timeout=5)["first"].result()
            named = subprocess.run([sys.executable, SCRIPT, "name", broker.address], capture_output=True, text=True)
            # Kafka itself tells no patch release.
            name = broker.name.rpartition(".")[0] if KAFKA else "noida-db"
            self.assertEqual(named.stdout, f"{name} at {broker.address}\n")
            node, directory = broker.state["processes"][0], broker.directory
            self.assertTrue(is_alive(node))
            broker.process.send_signal(signal.SIGINT)
            self.assertEqual(broker.process.wait(20), 130)
            self.assertFalse(is_alive(node))
            self.assertFalse(directory.exists())

    def test_it_ends_with_who_started_it(self):
        # A shell in between that is killed, not asked.
        with Running(between=["sh", "-c", '"$@"; :', "sh"]) as broker:
            node = broker.ready().state["processes"][0]
            broker.process.kill()
            self.assertTrue(eventually(lambda: not is_alive(node)))
            self.assertTrue(eventually(lambda: not broker.directory.exists()))

    @unittest.skipUnless(sys.platform == "linux", "only Linux tells a child")
    def test_it_ends_with_its_watch(self):
        with Running() as broker:
            node = broker.ready().state["processes"][0]
            broker.process.kill()
            self.assertTrue(eventually(lambda: not is_alive(node)))

    def test_it_ends_while_it_starts(self):
        for wait in 0.2, 0.8:
            with Running() as broker:
                time.sleep(wait)
                broker.process.send_signal(signal.SIGTERM)
                self.assertIn(broker.process.wait(20), (143, -15))  # -15: before it was ours to catch
                self.assertFalse(broker.directory.exists() and any(broker.directory.iterdir()))

    def test_it_runs_a_command(self):
        run = subprocess.run([sys.executable, SCRIPT, "run", *QUICK, "--", "sh", "-c", "echo $FRAMEFEED_BROKER; exit 7"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 7)
        self.assertRegex(run.stdout, r"^localhost:\d+\n$")
        self.assertRegex(run.stderr, r"^broker: .* at " + run.stdout.strip() + r"\n$")

    def test_data_stays_where_it_is_named(self):
        with tempfile.TemporaryDirectory() as data:
            addresses = []
            for turn in range(2):
                with Running("--data", data) as broker:
                    client = {"bootstrap.servers": broker.ready().address, "log_level": 2}
                    addresses.append(broker.address)
                    admin = AdminClient(client)
                    if turn == 0:
                        admin.create_topics([NewTopic("kept", 1)])["kept"].result()
                        producer = Producer(client)
                        producer.produce("kept", b"x")
                        producer.flush()
                    else:
                        self.assertIn("kept", admin.list_topics(timeout=10).topics)
            self.assertEqual(addresses[0], addresses[1])

    def test_a_node_is_killed_held_and_started(self):
        with Running() as broker:
            address = broker.ready().address
            self.assertEqual(broker.order("suspend", "1").returncode, 0)
            with self.assertRaises(wire.Unanswered):
                wire.ask(address, 3, 1, b"\0\0\0\0", seconds=0.5)
            self.assertEqual(broker.order("resume", "1").returncode, 0)
            self.assertEqual(wire.cluster(address), ([1], 1))
            for action in "kill", "stop":
                self.assertEqual(broker.order(action, "1").stderr, "")
                with self.assertRaises(wire.Unanswered):
                    wire.cluster(address)
                self.assertEqual(broker.order("start", "1").stderr, "")
                self.assertEqual(wire.cluster(address), ([1], 1))
            self.assertIn("node 1 runs", broker.order("start", "1").stderr)
            self.assertIn("there is no node 2, only 1 to 1", broker.order("kill", "2").stderr)

    def test_what_is_wrong_is_said_in_a_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = said_by("run", "--port", str(port))
        self.assertEqual((code, said), (1, f"broker.py: port {port} is in use here: choose another (PORT=...)\n"))
        code, said = said_by("run", JAVA_HOME="/nowhere", KAFKA_HOME=os.environ.get("KAFKA_HOME") or "/")
        self.assertEqual((code, said.count("\n")), (1, 1))
        self.assertIn("apt-get install openjdk-17-jre-headless" if KAFKA else "libs/", said)
        self.assertIn("no libs/kafka_*.jar", said_by("run", KAFKA_HOME="/")[1])
        self.assertIn("only Apache Kafka has several nodes", said_by("run", "--nodes", "3", KAFKA_HOME="")[1])


@unittest.skipUnless(KAFKA, "KAFKA_HOME names no Apache Kafka")
class Cluster(unittest.TestCase):
    def test_three_nodes_one_at_a_time(self):
        with Running("--nodes", "3", "--heap", "256m") as cluster:
            addresses = cluster.ready().address.split(",")
            admin = AdminClient({"bootstrap.servers": cluster.address, "log_level": 2})
            admin.create_topics([NewTopic("copied", 3)])["copied"].result()
            # The node that is asked may not have heard of it yet.
            self.assertTrue(eventually(lambda: "copied" in admin.list_topics(timeout=10).topics))
            parts = admin.list_topics(timeout=10).topics["copied"].partitions.values()
            self.assertEqual({len(part.replicas) for part in parts}, {3})
            self.assertEqual(cluster.order("stop", "2").stderr, "")
            alive = cluster.state["processes"]
            self.assertEqual([process is None for process in alive], [False, True, False])
            self.assertTrue(eventually(lambda: wire.cluster(addresses[0])[0] == [1, 3]))
            self.assertEqual(cluster.order("start", "2").stderr, "")
            self.assertEqual(sorted(wire.cluster(addresses[1])[0]), [1, 2, 3])

    def test_another_listener_takes_logins_of_users_that_were_there_from_the_start(self):
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        with Running("--listener", "LOGIN=SASL_PLAINTEXT", "--set", "sasl.enabled.mechanisms=SCRAM-SHA-512",
                     "--set", f"listener.name.login.scram-sha-512.sasl.jaas.config={login}",
                     "--add-scram", "SCRAM-SHA-512=[name=cam,password=secret]") as broker:
            broker.ready()
            client = {"bootstrap.servers": broker.state["listeners"][0]["LOGIN"], "security.protocol": "sasl_plaintext",
                      "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "cam", "log_level": 0}
            self.assertEqual(len(AdminClient({**client, "sasl.password": "secret"}).list_topics(timeout=10).brokers), 1)
            with self.assertRaises(KafkaException):
                AdminClient({**client, "sasl.password": "wrong"}).list_topics(timeout=3)

    def test_clients_are_told_another_address(self):
        with Running("--listener", "PROXIED=PLAINTEXT@localhost:1,localhost:2", "--nodes", "2", "--heap", "256m") as cluster:
            inner = cluster.ready().state["listeners"][1]["PROXIED"]
            told = wire.ask(inner, 3, 1, b"\0\0\0\0")
            nodes = told.many(lambda: (told.number("i"), told.text(), told.number("i"), told.text())[:3])
            self.assertEqual(sorted(nodes), [(1, "localhost", 1), (2, "localhost", 2)])


if __name__ == "__main__":
    unittest.main()
