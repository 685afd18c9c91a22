"""Apache Kafka from KAFKA_HOME: what a node is started from, and a node. Everything is a class on the class path of
`libs/`, in the official distribution and elsewhere; its own scripts are not needed."""

import base64
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from broker_process import Failed, Node

JAVA_NEEDED = 17
CACHE = Path(__file__).resolve().parent.parent / ".build" / "kafka"
# A broker for tests is small, and as quiet as the machine it shares. -Xshare: the class archive, where there is one.
JVM = ["-Xms64m", "-XX:-UsePerfData", "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"]
COLLECTOR = re.compile(r"-XX:\+Use\w+GC")
LOG4J2 = """\
rootLogger.level=WARN
rootLogger.appenderRef.c.ref=c
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c %m%n
"""
LOG4J = """\
log4j.rootLogger=WARN, c
log4j.appender.c=org.apache.log4j.ConsoleAppender
log4j.appender.c.layout=org.apache.log4j.PatternLayout
log4j.appender.c.layout.ConversionPattern=%d %p %c %m%n
"""


def identity():
    """As Kafka writes ids: 16 bytes in base64 that do not begin like an option."""
    while True:
        text = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def properties(pairs):
    return "".join(f"{key}={value}\n" for key, value in pairs)


class Kafka:
    """The jars, the Java that runs them, and what starts of the same version have in common."""

    def __init__(self, home):
        found = sorted(Path(home, "libs").glob("kafka_*-*.jar"))
        versions = [re.fullmatch(r"kafka_[\d.]+-(\d.*?)\.jar", jar.name) for jar in found]
        self.version = next((match[1] for match in versions if match), None)
        if self.version is None:
            raise Failed(f"KAFKA_HOME={home} has no libs/kafka_*.jar: name the folder of Apache Kafka that has libs/")
        self.name = f"Apache Kafka {self.version}"
        self.jars = sorted(Path(home, "libs").resolve().glob("*.jar"))
        self.class_path = ":".join(map(str, self.jars))
        self.java, self.java_version = self.find_java()
        key = "\n".join([self.java_version, *(f"{jar} {jar.stat().st_size} {jar.stat().st_mtime}" for jar in self.jars)])
        self.cache = CACHE / f"{self.version}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        self.classes = self.cache / "classes.jsa"

    @staticmethod
    def find_java():
        home = os.environ.get("JAVA_HOME")
        java = f"{home}/bin/java" if home else "java"
        try:
            said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
        except OSError:
            said = ""
        version = re.search(r'version "(\d+)(?:\.(\d+))?[^"]*"', said)
        # Java 8 called itself 1.8.
        number = int(version[2] if version[1] == "1" and version[2] else version[1]) if version else 0
        if number < JAVA_NEEDED:
            found = f"{java} is Java {number}" if number else f"{java} was not found or is none"
            raise Failed(f"Apache Kafka needs Java {JAVA_NEEDED} or newer, and {found}: "
                         "apt-get install openjdk-17-jre-headless")
        return java, said

    def command(self, directory, options, main, *arguments):
        """A class of Kafka's. What it logs comes out of it; `directory` is for what says so."""
        for name, text in ("log4j2.properties", LOG4J2), ("log4j.properties", LOG4J):
            (directory / name).write_text(text)
        logging = [f"-Dlog4j2.configurationFile={directory}/log4j2.properties",
                   f"-Dlog4j.configuration=file:{directory}/log4j.properties", f"-Dkafka.logs.dir={directory}"]
        archive = [f"-XX:SharedArchiveFile={self.classes}"] if self.classes.exists() else []
        # The JVM does not start with two collectors.
        collector = [] if any(COLLECTOR.fullmatch(option) for option in options) else ["-XX:+UseSerialGC"]
        return [self.java, *JVM, *collector, *archive, *logging, *options, "-cp", self.class_path, main, *map(str, arguments)]

    def format(self, directory, scram=()):
        """What a node's first start needs in its data directory, by Kafka's own tool: the same for all nodes but for
        meta.properties."""
        settings, data = directory / "format.properties", directory / "formatted"
        settings.write_text(properties([
            ("process.roles", "broker,controller"), ("node.id", 1), ("controller.listener.names", "CONTROLLER"),
            ("controller.quorum.voters", "1@localhost:1"), ("listeners", "PLAINTEXT://localhost:2,CONTROLLER://localhost:1"),
            ("log.dirs", data)]))
        users = [argument for user in scram for argument in ("--add-scram", user)]
        run = subprocess.run(
            self.command(directory, ["-XX:TieredStopAtLevel=1"], "kafka.tools.StorageTool", "format", "-t", identity(),
                         "-c", settings, *users), capture_output=True, text=True)
        if run.returncode or not (data / "meta.properties").exists():
            said = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
            raise Failed(f"Kafka's StorageTool did not format a directory: {said[-1] if said else run.returncode}")
        return data

    def formatted(self, directory, scram=()):
        """As ``format``, but asked only once where no users are added: each time is a second."""
        if scram:
            return self.format(directory, scram)
        kept = self.cache / "formatted"
        if not kept.exists():
            self.keep(self.format, kept)
        return kept

    def keep(self, make, kept):
        """Makes something and moves it to where it is kept; who comes second finds it there."""
        self.cache.mkdir(parents=True, exist_ok=True)
        # One for each: the archive of classes is made by a node that is formatted first.
        with open(self.cache / f"{kept.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                with tempfile.TemporaryDirectory(dir=self.cache) as directory:
                    os.rename(make(Path(directory)), kept)


class KafkaNode(Node):
    """One of the nodes of a cluster: broker and controller in one process."""

    def __init__(self, kafka, number, directory, settings, options, jmx=None):
        super().__init__(number, directory)
        self.kafka, self.settings, self.options = kafka, settings, list(options)
        if jmx:
            # Who may connect may do anything with the process: this machine's programs only, as with the broker itself.
            self.options += [f"-Dcom.sun.management.jmxremote.port={jmx}", f"-Dcom.sun.management.jmxremote.rmi.port={jmx}",
                             "-Dcom.sun.management.jmxremote.host=127.0.0.1", "-Djava.rmi.server.hostname=127.0.0.1",
                             "-Dcom.sun.management.jmxremote.authenticate=false", "-Dcom.sun.management.jmxremote.ssl=false"]

    def lay_out(self, cluster, formatted):
        """Writes what its first start needs; nothing where it has run before."""
        data = self.directory / "data"
        (self.directory / "server.properties").write_text(properties([*self.settings, ("log.dirs", data)]))
        if (data / "meta.properties").exists():
            return
        data.mkdir(parents=True, exist_ok=True)
        for part in formatted.iterdir():
            if part.name != "meta.properties":
                shutil.copy(part, data)
        (data / "meta.properties").write_text(properties([
            ("version", 1), ("cluster.id", cluster), ("node.id", self.number), ("directory.id", identity())]))

    def command(self):
        return self.kafka.command(
            self.directory, self.options, "kafka.Kafka", self.directory / "server.properties")
