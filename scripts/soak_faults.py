"""Faults of brokers and topics."""

import signal
import time

from confluent_kafka.admin import NewPartitions

from audit_listing import read
from soak_cluster import NODES
from soak_fault import fault


def spare_leader(feeds):
    """A node that leads a partition and is neither controller nor coordinator, where there is one."""
    others = {feeds.cluster.controller(), feeds.cluster.coordinator(feeds.group)}
    leaders = [feeds.cluster.leader(feeds.topic, number) for number in range(4)]
    return next((node for node in leaders if node not in others), leaders[0])


def kill_and_back(feeds, node):
    feeds.begin(f"node {node}")
    feeds.cluster.order("kill", node)
    time.sleep(12)  # Others lead 9 to 11 s after a kill.
    feeds.cluster.order("begin", node)


def pause(feeds, seconds, *nodes):
    feeds.begin(f"node {', '.join(map(str, nodes))}")
    feeds.cluster.order("suspend", *nodes)
    time.sleep(seconds)
    feeds.cluster.order("resume", *nodes)


# Brokers

@fault()
def leader_killed(feeds):
    """A leader is killed, and started 12 s later."""
    kill_and_back(feeds, spare_leader(feeds))


@fault()
def controller_killed(feeds):
    """The controller, which leads partitions too, is killed, and started 12 s later."""
    kill_and_back(feeds, feeds.cluster.controller())


@fault()
def coordinator_killed(feeds):
    """The coordinator of the sinks' group, which leads partitions too, is killed, and started 12 s later."""
    kill_and_back(feeds, feeds.cluster.coordinator(feeds.group))


@fault()
def leader_paused_8_s(feeds):
    """A leader stands still for 8 s, shorter than Kafka waits for it."""
    pause(feeds, 8, spare_leader(feeds))


@fault()
def leader_paused_30_s(feeds):
    """A leader stands still for 30 s: others lead meanwhile."""
    pause(feeds, 30, spare_leader(feeds))


@fault()
def rolling_restart(feeds):
    """One node after the other is stopped in order and started again."""
    feeds.begin()
    for node in NODES:
        feeds.cluster.order("stop", node)
        feeds.cluster.order("start", node)


@fault()
def two_paused(feeds):
    """Two of three nodes stand still for 12 s."""
    pause(feeds, 12, 2, 3)


@fault()
def all_killed(feeds):
    """All three are killed, and started 3 s later."""
    feeds.begin()
    feeds.cluster.order("kill", *NODES)
    time.sleep(3)
    feeds.cluster.order("begin", *NODES)


@fault(small_disk=True)
def disk_full(feeds):
    """The disk of one node is full for 10 s, at which Kafka ends it; then it has room and is started."""
    filler = feeds.cluster.disk / "filler"
    feeds.begin("node 3")
    with open(filler, "wb") as file:
        try:
            while file.write(bytes(1 << 20)):
                file.flush()
        except OSError:
            pass  # It is full.
    time.sleep(10)
    filler.unlink()
    if not feeds.until(lambda: not feeds.cluster.is_running(3), 10):
        feeds.notes.append("node 3 still runs with a full disk")
    else:
        feeds.cluster.order("begin", 3)


# Topics

@fault()
def leader_moved(feeds):
    """Every leader is moved to another node by Kafka's own tool, and back."""
    topics = [feeds.topic, feeds.other]
    feeds.begin()
    feeds.cluster.reassign(topics, [[2, 3, 1], [3, 1, 2], [1, 2, 3], [2, 1, 3]])
    feeds.cluster.elect()
    time.sleep(2)
    feeds.cluster.reassign(topics, [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2]])
    feeds.cluster.elect()


@fault()
def partition_reassigned(feeds):
    """Partitions lose a copy, the leader's own for some, and get it back: three copies, two, three."""
    topics = [feeds.topic, feeds.other]
    feeds.begin()
    feeds.cluster.reassign(topics, [[2, 3], [3, 1], [1, 2], [3, 2]])
    time.sleep(3)
    feeds.cluster.reassign(topics, [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2]])
    feeds.cluster.elect()


@fault(again=False)
def partitions_added(feeds):
    """Four partitions become six; a new run of each source goes to its new place."""
    feeds.begin()
    futures = feeds.cluster.admin.create_partitions([NewPartitions(name, 6) for name in (feeds.topic, feeds.other)])
    for future in futures.values():
        future.result(20)
    time.sleep(6)
    feeds.restart_sources()


def keep_listing(feeds):
    """Sources stand still while all is listed that the topic has: what it loses then is known."""
    for source in feeds.sources.values():
        source.send(signal.SIGSTOP)
    time.sleep(1.5)
    feeds.saved.append(read(feeds.cluster.brokers, feeds.topic, {"log_level": "0"}))


@fault(again=False)
def topic_deleted(feeds):
    """The topic is deleted; its sources and sinks end by design."""
    keep_listing(feeds)
    feeds.begin()
    feeds.cluster.delete(feeds.topic, feeds.other)
    for source in feeds.sources.values():
        source.send(signal.SIGCONT)
    feeds.ends("the topic was deleted")


@fault(again=False)
def topic_made_anew(feeds):
    """The topic is deleted, and made again under the same name 2 s later."""
    keep_listing(feeds)
    feeds.begin()
    feeds.cluster.delete(feeds.topic, feeds.other)
    time.sleep(2)
    feeds.cluster.create(feeds.topic)
    feeds.cluster.create(feeds.other)
    for source in feeds.sources.values():
        source.send(signal.SIGCONT)
    time.sleep(12)
    feeds.restart_ended("the topic was made anew")
