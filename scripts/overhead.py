"""Sorts the samples of `perf script -F comm,time,ip,sym,dso` with call chains, those of one process after those of
the other, by whose work they are: see overhead.sh."""

import argparse, collections, re, sys

parser = argparse.ArgumentParser()
for flag in ("--rate", "--skip", "--seconds", "--fps"):
    parser.add_argument(flag, type=float, required=True)
given = parser.parse_args()

# A sample is the work of the innermost function of its call chain that says whose: an allocation that librdkafka
# asks for is librdkafka's. Functions of the project that are a frame's own work are not the pipeline's.
owners = [
    ("librdkafka", lambda symbol, library: library.startswith("librdkafka") or symbol.startswith("rd_kafka_")),
    ("decoding JPEG", lambda symbol, library: library.startswith("libjpeg") or re.search(
        r"^(decodeRow|fillChunk|ff_huffman|ff_jpeg|ff_baseline|finish|restart|longCode|moreData)|jpeg_|JPEGDecompressor", symbol)),
    ("tensor", lambda symbol, library: re.search(
        r"^(blend|split\d|resample|pick|emit|interleave3|i420|gray)|12FrameTensors", symbol)),
    ("model", lambda symbol, library: "11FrameModels" in symbol),
]
head = re.compile(r"^\s*(\S.*?)\s+(\d+\.\d+):\s*$")
call = re.compile(r"^\s+[0-9a-f]+ (.*) \((.*)\)$")

times = collections.Counter()
threads = collections.Counter()
functions = collections.Counter()
start = last = None


def take(thread, time, chain):
    global start, last
    # The second process began before the first one ended.
    if last is None or time < last - 1:
        start = time
    last = time
    if not start + given.skip <= time < start + given.skip + given.seconds - 2 * given.skip or not chain:
        return
    symbol, library = chain[0]
    if "kernel" in library or library.startswith("[") and library != "[vdso]":
        whose = "kernel"
    elif thread.startswith("rdk:"):
        whose = "librdkafka"
    else:
        whose = next((name for link in chain for name, owns in owners if owns(*link)), "pipeline")
    times[whose] += 1
    if whose == "pipeline":
        threads[thread] += 1
        own = next((link for link in chain if link[1] == "framefeed"), chain[0])
        functions[f"{thread:16} {own[0][:100]}"] += 1


thread, time, chain = None, 0, []
for text in sys.stdin:
    if found := head.match(text):
        thread, time, chain = found.group(1), float(found.group(2)), []
    elif found := call.match(text):
        chain.append((found.group(1), found.group(2).rsplit("/", 1)[-1]))
    elif thread and not text.strip():
        take(thread, time, chain)
        thread = None

frames = (given.seconds - 2 * given.skip) * given.fps
for whose, count in times.most_common():
    print(f"{whose:14} {count / given.rate / frames * 1e6:8.1f} us a frame")
print("the pipeline by thread:")
for name, count in threads.most_common(12):
    print(f"{count / given.rate / frames * 1e6:8.2f} us  {name}")
print("and by function of the project:")
for name, count in functions.most_common(45):
    print(f"{count / given.rate / frames * 1e6:8.2f} us  {name}")
