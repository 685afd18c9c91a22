"""Sorts the samples of `perf script -F comm,time,ip,sym,dso`, those of one process after those of the other, by
whose work they are: see overhead.sh."""

import argparse, collections, re, sys

parser = argparse.ArgumentParser()
for flag in ("--rate", "--skip", "--seconds", "--fps"):
    parser.add_argument(flag, type=float, required=True)
given = parser.parse_args()

# Functions of the project that are a frame's own work, not the pipeline's.
decoding = re.compile(r"^(decodeRow|fillChunk|ff_huffman|ff_jpeg|ff_baseline|finish|restart|longCode|moreData)|jpeg_")
tensor = re.compile(r"^(blend|split\d|resample|pick|emit|interleave3|i420|gray)|12FrameTensors")
model = re.compile(r"11FrameModels")
line = re.compile(r"^\s*(.+?)\s+(\d+\.\d+):\s+[0-9a-f]+ (.*) \((.*)\)$")

times = collections.Counter()
threads = collections.Counter()
functions = collections.Counter()
start = last = None
for text in sys.stdin:
    found = line.match(text)
    if not found:
        continue
    thread, time, symbol, library = found.group(1), float(found.group(2)), found.group(3), found.group(4)
    # The second process began before the first one ended.
    if last is None or time < last - 1:
        start = time
    last = time
    if time < start + given.skip:
        continue
    library = library.rsplit("/", 1)[-1]
    if "kernel" in library or library.startswith("[") and library != "[vdso]":
        whose = "kernel"
    elif thread.startswith("rdk:") or library.startswith("librdkafka"):
        whose = "librdkafka"
    elif decoding.search(symbol) or library.startswith("libjpeg"):
        whose = "decoding JPEG"
    elif thread == "frame-decoder" and re.match("__mem(move|set|cpy)", symbol):
        whose = "decoding JPEG"  # the bytes of its data, and blocks of zeros
    elif tensor.search(symbol):
        whose = "tensor"
    elif model.search(symbol):
        whose = "model"
    else:
        whose = "pipeline"
        threads[thread] += 1
        functions[f"{thread:16} {library:24} {symbol[:90]}"] += 1
    times[whose] += 1

frames = (given.seconds - given.skip) * given.fps
for whose, count in times.most_common():
    print(f"{whose:14} {count / given.rate / frames * 1e6:8.1f} us a frame")
print("the pipeline by thread:")
for name, count in threads.most_common(12):
    print(f"{count / given.rate / frames * 1e6:8.2f} us  {name}")
print("and its largest functions:")
for name, count in functions.most_common(45):
    print(f"{count / given.rate / frames * 1e6:8.2f} us  {name}")
