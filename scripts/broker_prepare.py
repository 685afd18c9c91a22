"""What makes later starts of Apache Kafka cost two fifths of the processor time: its classes, as the JVM has them once
they are loaded and checked (class data sharing), in a file of the checkout's .build."""

import sys
import tempfile
from pathlib import Path

from broker_cluster import Cluster
from broker_kafka import Kafka
from broker_process import Failed
from broker_watch import Watch


def prepare(home):
    if not home:
        raise Failed("KAFKA_HOME names no folder of Apache Kafka")
    kafka = Kafka(home)
    if kafka.classes.exists():
        return
    print(f"preparing {kafka.name}, once", file=sys.stderr, flush=True)
    kafka.keep(lambda directory: archive(kafka, directory), kafka.classes)


def archive(kafka, directory):
    """Starts a node, and has the JVM write down at its end which classes that took."""
    archive = directory / "classes.jsa"
    with tempfile.TemporaryDirectory(prefix="framefeed-broker-") as data, Watch(stay=False):
        cluster = Cluster(Path(data))
        try:
            cluster.kafka(kafka, 1, 0, [], [], ["-Xmx512m", f"-XX:ArchiveClassesAtExit={archive}"], [])
            cluster.start()
            cluster.nodes[0].stop(seconds=180)
        finally:
            cluster.end(in_order=False)
    if not archive.exists():
        raise Failed(f"Java wrote no archive of classes; Kafka starts without\n{cluster.nodes[0].last_words()}")
    return archive
