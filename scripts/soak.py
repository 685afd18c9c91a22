"""Faults again and again, against local brokers of its own: see soak.sh. Ends with 1 if a frame was lost."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FRAMEFEED = os.environ.get("FRAMEFEED", ".build/release/framefeed")
SOURCE = ["synthetic:320x180", "--codec", "jpeg", "--fps", "50"]
COLUMNS = "sent acknowledged received inferred missing duplicate dropped rejected".split()


class Broker:
    """A local broker that can be ended in order and started again with what it had."""

    def __init__(self, work):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.address = f"localhost:{self.port}"
        self.data = work / "broker"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["scripts/broker.sh", "run", str(self.port), str(self.data)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while subprocess.run(["kcat", "-L", "-m", "2", "-b", self.address], capture_output=True).returncode:
            if time.monotonic() > deadline:
                sys.exit("soak: the local broker did not come up")
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Feed:
    """A broker, a topic, and the sources and sinks that are started on it."""

    def __init__(self, partitions=1):
        self.directory = tempfile.TemporaryDirectory()
        self.work = Path(self.directory.name)
        self.broker = Broker(self.work)
        self.running = []
        self.results = []
        self.notes = []
        self.run("topic", "create", "frames", "--partitions", str(partitions)).wait()

    def run(self, *arguments):
        log = open(self.work / f"{len(self.running)}.log", "w+")
        process = subprocess.Popen(
            [FRAMEFEED, *arguments, "--broker", self.broker.address], stdout=log, stderr=log)
        process.log = log.name
        self.running.append(process)
        return process

    def sink(self, name, *more):
        """A sink with a name in its group: one of the same name takes the place of one that was killed."""
        self.results.append(self.work / f"{len(self.results)}.jsonl")
        return self.run("sink", "--model", "models/motion.json", "--results", str(self.results[-1]),
                        "-X", f"group.instance.id={name}", *more)

    def source(self, frames, *more):
        return self.run("stream", *SOURCE, "--frames", str(frames), *more)

    def answered(self):
        return sum(path.read_bytes().count(b"\n") for path in self.results if path.exists())

    def recovered(self, since, source, enough=25):
        """Seconds until answers come again; 0 when the source ends before, so that it cannot be told."""
        before = self.answered()
        while self.answered() < before + enough:
            if source.poll() is not None:
                return 0
            time.sleep(0.02)
        return time.monotonic() - since

    def frames(self):
        """Answered frames by feed and run, each with how often."""
        found = {}
        for path in self.results:
            for line in path.read_text().splitlines() if path.exists() else []:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # the last line of a sink that was killed
                run = found.setdefault((row["feed"], row["run"]), {})
                run[row["sequence"]] = run.get(row["sequence"], 0) + 1
        return found

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.broker.stop()
        self.directory.cleanup()


def report(path):
    return json.loads(Path(path).read_text())


def row(feed, sent, acknowledged, received=None, **counts):
    """Accounts for the frames of all sinks, the killed ones included, by their answers."""
    answers = feed.frames()
    inferred = sum(len(run) for run in answers.values())
    twice = sum(sum(run.values()) for run in answers.values()) - inferred
    lost = max(0, acknowledged - inferred)
    return {"sent": sent, "acknowledged": acknowledged, "received": received or inferred, "inferred": inferred,
            "missing": lost, "duplicate": twice, "dropped": 0, "rejected": 0, **counts}


def sink_killed(seconds):
    """The sink is killed and started again, every 10 s."""
    feed = Feed()
    sink = feed.sink("one")
    time.sleep(3)
    source = feed.source(50 * seconds, "--report", str(feed.work / "stream.json"))
    worst, rounds = 0, 0
    while source.poll() is None:
        time.sleep(10)
        sink.kill()
        sink.wait()
        began = time.monotonic()
        sink = feed.sink("one", "--until-end", "--idle-timeout", "20")
        if source.poll() is None:
            worst, rounds = max(worst, feed.recovered(began, source)), rounds + 1
    sink.wait()
    counts = report(feed.work / "stream.json")["frames"]
    return feed, row(feed, counts["sent"], counts["acknowledged"]), worst, rounds


def source_killed(seconds):
    """The source is killed and started again, every 7 s; what it had acknowledged is read off its progress."""
    feed = Feed()
    sink = feed.sink("one", "--until-end", "--idle-timeout", "6", "--report", str(feed.work / "sink.json"))
    time.sleep(3)
    worst, rounds, acknowledged = 0, max(2, seconds // 8), 0
    for _ in range(rounds):
        began = time.monotonic()
        source = feed.source(1_000_000)
        worst = max(worst, feed.recovered(began, source))
        time.sleep(7)
        source.kill()
        source.wait()
        lines = re.findall(r"^(\d+)/\d+ frames acknowledged", Path(source.log).read_text(), re.M)
        acknowledged += int(lines[-1]) if lines else 0
    code = sink.wait()
    seen = report(feed.work / "sink.json")
    named = sum("has no end: its source stopped" in note for note in seen["notes"])
    counts = seen["frames"]
    ok = code == 2 and named == min(rounds, 10)
    result = row(feed, None, acknowledged, counts["received"], missing=counts["missing"] if ok else -1,
                 duplicate=counts["duplicate"])
    return feed, result, worst, rounds


def broker_restarted(seconds):
    """The broker is ended in order and started again 5 s later, every 25 s."""
    feed = Feed()
    sink = feed.sink("one", "--until-end", "--idle-timeout", "60", "--report", str(feed.work / "sink.json"))
    time.sleep(3)
    source = feed.source(50 * seconds, "--report", str(feed.work / "stream.json"))
    worst, rounds = 0, 0
    for _ in range(max(1, seconds // 30)):
        time.sleep(15)
        # It goes on acknowledging while it ends, and forgets that: the source stands still meanwhile.
        source.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        feed.broker.stop()
        source.send_signal(signal.SIGCONT)
        time.sleep(5)
        feed.broker.start()
        worst, rounds = max(worst, feed.recovered(time.monotonic(), source)), rounds + 1
    source.wait()
    sink.wait()
    counts, seen = report(feed.work / "stream.json")["frames"], report(feed.work / "sink.json")["frames"]
    result = row(feed, counts["sent"], counts["acknowledged"], seen["received"], missing=seen["missing"],
                 duplicate=seen["duplicate"])
    return feed, result, worst, rounds


def one_of_two_killed(seconds):
    """Two feeds, two partitions, two sinks; one of them is killed and started again, every 10 s."""
    feed = Feed(partitions=2)
    sinks = [feed.sink("one", "--idle-timeout", "15"), feed.sink("two", "--idle-timeout", "15")]
    time.sleep(4)
    names = ["drone-1", "drone-4"]  # by their keys, partitions 0 and 1
    sources = [feed.source(50 * seconds, "--feed", name, "--report", str(feed.work / f"{name}.json"))
               for name in names]
    worst, rounds = 0, 0
    while all(source.poll() is None for source in sources):
        time.sleep(10)
        at = rounds % 2
        sinks[at].kill()
        sinks[at].wait()
        began = time.monotonic()
        sinks[at] = feed.sink(["one", "two"][at], "--idle-timeout", "15")
        own = feed.results[-1]
        while time.monotonic() - began < 60 and not (own.exists() and own.stat().st_size):
            if any(source.poll() is not None for source in sources):
                break
            time.sleep(0.02)
        else:
            worst = max(worst, time.monotonic() - began)
        rounds += 1
    for process in sources + sinks:
        process.wait()
    counts = [report(feed.work / f"{name}.json")["frames"] for name in names]
    result = row(feed, sum(c["sent"] for c in counts), sum(c["acknowledged"] for c in counts))
    return feed, result, worst, rounds


INFERENCE = 330  # ms, ten times the time between two frames of 30 a second


def memory(process):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) / 1000


def slow_model(policy, seconds):
    """A model ten times slower than its feed of 720p JPEG files."""
    feed = Feed()
    manifest = feed.work / "slow.json"
    manifest.write_text(json.dumps({
        "name": "slow", "runtime": {"kind": "builtin", "model": "null", "delayMs": INFERENCE},
        "input": {"width": 224, "height": 224}}))
    reports = [feed.work / "first.json", feed.work / "rest.json"]
    sink = feed.run("sink", "--model", str(manifest), "--policy", policy, "--report", str(reports[0]))
    time.sleep(3)
    source = feed.run("stream", "samples/flight", "--loop", "forever", "--fps", "30", "--frames",
                      str(30 * seconds), "--report", str(feed.work / "stream.json"))
    sizes = []
    while source.poll() is None:
        time.sleep(seconds / 12)
        sizes.append((memory(sink), memory(source) if source.poll() is None else sizes[-1][1]))
    time.sleep(2)
    sink.send_signal(signal.SIGINT)
    sink.wait()
    counts, first = report(feed.work / "stream.json")["frames"], report(reports[0])
    seen = dict(first["frames"])
    if policy == "every":  # What is left, by a model that keeps up.
        feed.run("sink", "--until-end", "--idle-timeout", "20", "--report", str(reports[1])).wait()
        rest = report(reports[1])["frames"]
        for name in "inferred", "duplicate", "rejected", "missing":
            seen[name] += rest[name]
        # What the first one had fetched and not answered is fetched again.
        seen["received"] = seen["inferred"]
    dropped = seen.get("droppedStale", 0)
    age, transport = first["stages"]["endToEnd"], first["stages"]["transport"]
    feed.notes.append(
        f"age of answered frames: p50 {age['p50']:.0f} ms, p99 {age['p99']:.0f} ms; one inference {INFERENCE} ms, "
        f"one frame interval 33 ms; transport p99 {transport['p99']:.0f} ms; behind at the end: {first.get('lag')}")
    feed.notes.append("memory of sink and source, MB: " + "  ".join(f"{a:.0f}/{b:.0f}" for a, b in sizes))
    lost = counts["acknowledged"] - seen["inferred"] - dropped
    result = {"sent": counts["sent"], "acknowledged": counts["acknowledged"], "received": seen["received"],
              "inferred": seen["inferred"], "missing": max(lost, seen["missing"]),
              "duplicate": seen["duplicate"], "dropped": dropped, "rejected": seen["rejected"]}
    return feed, result, 0, 1


def slow_model_latest(seconds):
    return slow_model("latest", min(seconds, 60))


def slow_model_every(seconds):
    # The local broker keeps 200 MB: a minute of these frames.
    return slow_model("every", min(seconds, 60))


FAULTS = {"slow model, latest": slow_model_latest, "slow model, every": slow_model_every,
          "sink killed": sink_killed, "source killed": source_killed,
          "broker restarted": broker_restarted, "one of two sinks killed": one_of_two_killed}


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    if seconds == 0:
        sys.exit("\n".join(FAULTS))
    wanted = sys.argv[2:] or list(FAULTS)
    width = max(map(len, wanted))
    print("fault".ljust(width), "times", *(name.rjust(12) for name in COLUMNS), "  recovered in", flush=True)
    lost = 0
    for name in wanted:
        feed, counts, worst, rounds = FAULTS[name](seconds)
        feed.close()
        cells = ("-" if counts[c] is None else str(counts[c]) for c in COLUMNS)
        print(name.ljust(width), f"{rounds:5}", *(cell.rjust(12) for cell in cells), f"  {worst:8.2f} s", flush=True)
        print(*(f"    {note}\n" for note in feed.notes), sep="", end="", flush=True)
        lost += counts["missing"] != 0
    print("recovered in: worst time from the start of what was gone (process or broker) until answers came again")
    sys.exit(1 if lost else 0)


main()
