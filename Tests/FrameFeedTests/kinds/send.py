"""Sends the files of generate.py through the real program and through kcat: send.py FRAMEFEED BROKER TOPIC KINDS RUNS
WHAT, where WHAT is `pictures`, `damaged` (the same with --damaged keep) or `sequences`.

Leaves in RUNS for each feed FEED.errors (standard error), FEED.code (exit code) and FEED.json (the report)."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys

FOLDERS = ("jpeg", "png", "other")


def stream(program, broker, topic, runs, feed, source, *arguments, pipe=None):
    command = [program, "stream", source, "--feed", feed, "--broker", broker, "--topic", topic, "--quiet", "--report",
               str(runs / f"{feed}.json"), *arguments]
    writer = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) if pipe else None
    done = subprocess.run(command, stdin=writer.stdout if writer else subprocess.DEVNULL, capture_output=True,
                          timeout=60)
    if writer:
        writer.stdout.close()
        writer.wait()
    (runs / f"{feed}.errors").write_bytes(done.stderr)
    (runs / f"{feed}.code").write_text(str(done.returncode))


def pictures(folder):
    return sorted(str(path) for path in folder.iterdir() if path.suffix != ".json")


def kcat(broker, topic, folder):
    """The JPEG and PNG files as another client sends them: no header, one record a file."""
    files = pictures(folder)
    subprocess.run(["kcat", "-P", "-b", broker, "-t", topic, "-k", f"kcat-{folder.name}", *files], check=True)


def main(program, broker, topic, kinds, runs, what):
    kinds, runs = pathlib.Path(kinds), pathlib.Path(runs)
    runs.mkdir(exist_ok=True)
    place = (program, broker, topic, runs)
    jobs = []
    if what == "pictures":
        kcat(broker, topic, kinds / "jpeg")
        kcat(broker, topic, kinds / "png")
        for folder in FOLDERS:
            for codec in ("raw", "jpeg"):
                jobs.append((f"{codec}-{folder}", str(kinds / folder), "--codec", codec, "--fps", "max"))
        if (kinds / "cases").exists():
            kcat(broker, topic, kinds / "cases")
            jobs.append(("raw-cases", str(kinds / "cases"), "--codec", "raw", "--fps", "max"))
    if what == "damaged":
        for folder in FOLDERS:
            jobs.append((f"keep-{folder}", str(kinds / folder), "--codec", "raw", "--fps", "max", "--damaged", "keep"))
    if what == "sequences":
        for entry in json.loads((kinds / "kinds.json").read_text()):
            if entry["folder"] == "sequences":
                source = str(kinds / "sequences" / entry["name"])
                # A pipe is live: its frames go out as they come.
                paced = [] if entry["pipe"] or "--timestamps" in entry["arguments"] else ["--fps", "max"]
                jobs.append((entry["name"], "-" if entry["pipe"] else source, "--codec", "raw", *paced,
                             *entry["arguments"], source if entry["pipe"] else None))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        def run(job):
            pipe = job[-1] if what == "sequences" else None
            stream(*place, *(job[:-1] if what == "sequences" else job), pipe=pipe)
        list(pool.map(run, jobs))


if __name__ == "__main__":
    main(*sys.argv[1:])
