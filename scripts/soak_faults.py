"""The fault book: each fault is a function of feeds that move, and what it does not mend itself is mended behind it."""

import signal
import time

from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, NewPartitions,
                                   ResourcePatternType, ResourceType)

from audit_listing import read
from soak_cluster import NODES

FAULTS = {}


class Fault:
    """``via``: the listener that clients take. ``again``: may be repeated on the same feeds. ``sinks``: their names.
    ``settings``: arguments of each, with its name for {sink}. ``more``: settings of the loop's consumer. ``small_disk``:
    one node's data is on a disk that can be filled."""

    def __init__(self, run, via="PLAINTEXT", again=True, sinks=("one", "two"), settings=(), more={}, small_disk=False):
        self.run, self.via, self.again, self.sinks = run, via, again, sinks
        self.settings, self.more, self.small_disk = settings, more, small_disk


def fault(**given):
    def keep(run):
        FAULTS[run.__name__.replace("_", "-")] = Fault(run, **given)
        return run
    return keep


def spare_leader(feeds):
    """A node that leads a partition and is neither controller nor coordinator, where there is one."""
    others = {feeds.cluster.controller(), feeds.cluster.coordinator(feeds.group)}
    return next((node for node in (feeds.cluster.leader(feeds.topic, number) for number in range(4)) if node not in others),
                feeds.cluster.leader(feeds.topic))


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


# Limits and rights

@fault()
def quota(feeds):
    """A quota of 10 kB/s for each client id at each broker, for 15 s."""
    feeds.begin()
    feeds.cluster.quota(10_000)
    time.sleep(15)
    feeds.cluster.quota(None)


def rules(feeds, operations):
    return [AclBinding(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, "User:cam", "*", operation, AclPermissionType.DENY)
            for name in (feeds.topic, feeds.other) for operation in operations] + [
        AclBinding(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, "User:*", "*", AclOperation.ALL, AclPermissionType.ALLOW)
        for name in (feeds.topic, feeds.other)]


def deny(feeds, *operations):
    for future in feeds.cluster.admin.create_acls(rules(feeds, operations)).values():
        future.result(20)


def allow(feeds):
    denied = AclBindingFilter(ResourceType.TOPIC, None, ResourcePatternType.ANY, "User:cam", None, AclOperation.ANY,
                              AclPermissionType.DENY)
    feeds.cluster.admin.delete_acls([denied])[denied].result(20)


@fault(via="LOGIN", again=False)
def write_taken_away(feeds):
    """The sources' login loses Write on the topic for 5 s; they end by design."""
    feeds.begin()
    deny(feeds, AclOperation.WRITE)
    time.sleep(5)
    allow(feeds)
    feeds.restart_ended("Write was taken away")


@fault(via="LOGIN", again=False)
def read_taken_away(feeds):
    """The sinks' login loses Read on the topic for 5 s; they end by design."""
    feeds.begin()
    deny(feeds, AclOperation.READ)
    time.sleep(5)
    allow(feeds)
    feeds.restart_ended("Read was taken away")


@fault(via="RELOGIN")
def reauthentication(feeds):
    """Each connection logs in again every 3 s or less: SCRAM-SHA-512 in TLS."""
    feeds.begin()
    time.sleep(15)


# The line between clients and a leader

@fault(via="LINE")
def line_cut(feeds):
    """Nothing passes between clients and a leader for 10 s, and nobody is told."""
    line = feeds.cluster.lines[feeds.cluster.leader(feeds.topic)]
    feeds.begin()
    line.cut()
    time.sleep(10)
    line.heal()


@fault(via="LINE")
def line_cut_and_reset(feeds):
    """The same for 10 s, and then its connections break."""
    line = feeds.cluster.lines[feeds.cluster.leader(feeds.topic)]
    feeds.begin()
    line.cut()
    time.sleep(10)
    line.heal()
    line.reset()


@fault(via="LINE")
def line_slow(feeds):
    """150 ms more each way and 100 kB/s between clients and a leader, for 12 s."""
    line = feeds.cluster.lines[feeds.cluster.leader(feeds.topic)]
    feeds.begin()
    line.slow(0.15, 100_000)
    time.sleep(12)
    line.heal()


@fault(via="LINE")
def line_lossy(feeds):
    """One in 50 pieces that pass to or from any node is swallowed and its connection reset, for 12 s."""
    feeds.begin()
    for line in feeds.cluster.lines.values():
        line.lossy(0.02)
    time.sleep(12)
    for line in feeds.cluster.lines.values():
        line.heal()


# Sources and sinks

@fault()
def sink_killed(feeds):
    """One of two sinks is killed, and started again 3 s later: its partitions wait for its session to end (30 s)."""
    feeds.begin()
    feeds.sinks["one"].kill()
    feeds.loops["consume"].kill()
    time.sleep(3)
    feeds.sink("one")
    feeds.loop("consume")


@fault(settings=("--name", "{sink}"), more={"group.instance.id": "loop"})
def named_sink_killed(feeds):
    """The same with `--name`: it takes its own place again."""
    feeds.begin()
    feeds.sinks["one"].kill()
    feeds.loops["consume"].kill()
    time.sleep(3)
    feeds.sink("one")
    feeds.loop("consume")


@fault(settings=("-X", "session.timeout.ms=6000"), more={"session.timeout.ms": "6000"})
def sink_paused(feeds):
    """One of two sinks stands still for 12 s, twice as long as its session: the other reads its partitions."""
    feeds.begin()
    for program in feeds.sinks["one"], feeds.loops["consume"]:
        program.send(signal.SIGSTOP)
    time.sleep(12)
    for program in feeds.sinks["one"], feeds.loops["consume"]:
        program.send(signal.SIGCONT)


@fault()
def source_killed(feeds):
    """Every source is killed, and started again 2 s later: a new run each. What they had acknowledged is the last
    that their progress line said."""
    feeds.begin()
    for program in [*feeds.sources.values(), feeds.loops["produce"]]:
        program.kill()
    time.sleep(2)
    for number in range(len(feeds.names)):
        feeds.source(number)
    feeds.loop("produce")


@fault()
def source_paused(feeds):
    """Every source stands still for 10 s."""
    feeds.begin()
    programs = [*feeds.sources.values(), feeds.loops["produce"]]
    for program in programs:
        program.send(signal.SIGSTOP)
    time.sleep(10)
    for program in programs:
        program.send(signal.SIGCONT)


@fault(again=False, sinks=("one", "two", "three"))
def rebalances(feeds):
    """A third sink leaves and comes again every 5 s, for a minute."""
    feeds.begin()
    for round in range(3 if feeds.is_brief else 12):
        since = time.monotonic()
        feeds.sinks["three"].stop([signal.SIGINT, signal.SIGTERM][round % 2])
        feeds.sink("three")
        time.sleep(max(0, 5 - (time.monotonic() - since)))
