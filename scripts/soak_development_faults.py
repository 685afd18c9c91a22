"""The faults of soak_development.py: each starts feeds, does them harm again and again, and accounts for every frame."""

import json
import re
import signal
import time
from pathlib import Path

from soak_development_feeds import Feeds


def stop(sink):
    sink.send_signal(signal.SIGINT)
    sink.wait()


def finish(feeds, sink, seconds):
    """Ends the last sink in order, once it has had the time to answer everything."""
    wanted = sum(feeds.lengths(seconds))
    deadline = time.monotonic() + 60
    while sum(map(len, feeds.runs()[0].values())) < wanted and time.monotonic() < deadline:
        time.sleep(0.5)
    stop(sink)


def sink_killed(seconds):
    """The sink is killed and started again, every 10 s."""
    feeds = Feeds()
    sink = feeds.sink("one")
    time.sleep(3)
    sources = feeds.sources(seconds)
    worst, rounds = 0, 0
    while any(source.poll() is None for source in sources):
        time.sleep(10)
        sink.kill()
        sink.wait()
        began = time.monotonic()
        sink = feeds.sink("one")
        if any(source.poll() is None for source in sources):
            worst, rounds = max(worst, feeds.recovered(began, sources)), rounds + 1
    feeds.end(sources)
    finish(feeds, sink, seconds)
    return feeds, feeds.row(seconds), worst, rounds


def source_killed(seconds):
    """The sources are killed and started again, every 7 s. What they had acknowledged at least is read off their
    progress; what of it was not answered is lost."""
    feeds = Feeds()
    worst, rounds, acknowledged, sink = 0, max(2, seconds // 8), 0, None
    for _ in range(rounds):
        began = time.monotonic()
        sources = feeds.sources(1_000_000)
        # Behind the sources: a sink that finds no run has read all there is.
        sink = sink or feeds.sink(
            "one", "--until-end", "--idle-timeout", "6", "--report", str(feeds.work / "sink.json"))
        worst = max(worst, feeds.recovered(began, sources))
        time.sleep(7)
        for source in sources:
            source.kill()
            source.wait()
            lines = re.findall(r"^(\d+)/\d+ frames acknowledged", Path(source.log).read_text(), re.M)
            acknowledged += int(lines[-1]) if lines else 0
    code = sink.wait()
    found, twice, unordered = feeds.runs()
    answered = sum(map(len, found.values()))
    gaps = sum(max(run) + 1 - len(run) for run in found.values())
    notes = json.loads((feeds.work / "sink.json").read_text())["notes"]
    named = sum("has no end: its source stopped" in note for note in notes)
    if code != 2 or named != min(rounds * len(feeds.names), 10) or len(found) != rounds * len(feeds.names):
        feeds.notes.append(f"exit {code}, {len(found)} runs, {named} named")
        gaps += 1
    feeds.notes.append("sent: what the killed sources had acknowledged at least")
    row = {"sent": acknowledged, "answered": answered, "lost": gaps + max(0, acknowledged - answered), "twice": twice,
           "unordered": unordered, "behind": feeds.behind()}
    return feeds, row, worst, rounds


def broker_restarted(seconds):
    """The broker is ended in order and started again 5 s later, every 25 s."""
    feeds = Feeds()
    sink = feeds.sink("one")
    time.sleep(3)
    sources = feeds.sources(seconds)
    worst, rounds = 0, 0
    for _ in range(max(1, seconds // 30)):
        time.sleep(15)
        # The development server goes on acknowledging while it ends, and forgets that: the sources stand still.
        for source in sources:
            source.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        feeds.broker.stop()
        for source in sources:
            source.send_signal(signal.SIGCONT)
        time.sleep(5)
        feeds.broker.start()
        worst, rounds = max(worst, feeds.recovered(time.monotonic(), sources)), rounds + 1
    feeds.end(sources)
    finish(feeds, sink, seconds)
    return feeds, feeds.row(seconds), worst, rounds


def sinks_come_and_go(seconds):
    """A second sink joins and leaves again, by either signal, every 10 s."""
    feeds = Feeds(partitions=4)
    stays = feeds.sink()
    time.sleep(3)
    sources = feeds.sources(seconds)
    worst, rounds = 0, 0
    while any(source.poll() is None for source in sources):
        began = time.monotonic()
        passing = feeds.sink()
        own = feeds.results[-1]
        while time.monotonic() - began < 60 and not (own.exists() and own.stat().st_size):
            if all(source.poll() is not None for source in sources):
                break
            time.sleep(0.02)
        else:
            worst = max(worst, time.monotonic() - began)
        time.sleep(5)
        passing.send_signal([signal.SIGTERM, signal.SIGINT][rounds % 2])
        passing.wait()
        time.sleep(5)
        rounds += 1
    feeds.end(sources)
    finish(feeds, stays, seconds)
    return feeds, feeds.row(seconds), worst, rounds


FAULTS = {"sink-killed": sink_killed, "source-killed": source_killed, "broker-restarted": broker_restarted,
          "sinks-come-and-go": sinks_come_and_go}
