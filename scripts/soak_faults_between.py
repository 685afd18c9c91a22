"""Faults of what is between clients and brokers (quotas, rights, the line), and of sources and sinks."""

import signal
import time

from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, ResourcePatternType,
                                   ResourceType)

from soak_fault import fault


# Limits and rights

@fault()
def quota(feeds):
    """A quota of 10 kB/s for each client id at each broker, for 15 s."""
    feeds.begin()
    feeds.cluster.quota(10_000)
    time.sleep(15)
    feeds.cluster.quota(None)


def rules(feeds, operations):
    """What denies operations to the login. A topic that has any rule denies all that none allows."""
    each = [("User:*", AclOperation.ALL, AclPermissionType.ALLOW)] + [
        ("User:cam", operation, AclPermissionType.DENY) for operation in operations]
    return [AclBinding(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, user, "*", operation, kind)
            for name in (feeds.topic, feeds.other) for user, operation, kind in each]


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

def kill_a_sink(feeds):
    feeds.begin()
    feeds.sinks["one"].kill()
    feeds.loops["consume"].kill()
    time.sleep(3)
    feeds.sink("one")
    feeds.loop("consume")


@fault()
def sink_killed(feeds):
    """One of two sinks is killed, and started again 3 s later: its partitions wait for its session to end."""
    kill_a_sink(feeds)


@fault(settings=("--name", "{sink}"), more={"group.instance.id": "loop"})
def named_sink_killed(feeds):
    """The same with `--name`: it takes its own place again."""
    kill_a_sink(feeds)


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
