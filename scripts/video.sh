#!/usr/bin/env bash
# What it costs to read videos: the time from opening a file to its end, all frames as fast as they come, against
# `ffmpeg -f null -` on the same file, and the processor time of all processes, which other work on the machine changes
# less. In turns, so that what else the machine does hits both: video.sh [ROUNDS] [FILE...]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-9}
shift || true
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ((!$#)); then
  # Noise, so that decoding costs what a camera's picture costs.
  make() { ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=$2:rate=30" -t 20 -vf noise=alls=8:allf=t "${@:3}" "$work/$1"; }
  make 1080p-bt601.mp4 1920x1080 -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p -colorspace smpte170m -color_range tv
  make 1080p-bt709.mp4 1920x1080 -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p -colorspace bt709 -color_range tv
  make 720p-10bit.mkv 1280x720 -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p10le -colorspace smpte170m -color_range tv
  make 720p-mjpeg.avi 1280x720 -c:v mjpeg -q:v 3
  set -- "$work"/*.*
fi
mkdir -p .build-video/Sources/reading
cp scripts/video.swift .build-video/Sources/reading/main.swift
cat >.build-video/Package.swift <<'P'
// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "reading", platforms: [.macOS(.v26)], dependencies: [.package(name: "framefeed", path: "..")],
  targets: [.executableTarget(name: "reading", dependencies: [.product(name: "FrameFeed", package: "framefeed")])])
P
swift build -c release --package-path .build-video >&2
TIMEFORMAT='%R %U %S'
reading=.build-video/.build/release/reading
for file in "$@"; do
  for ((round = 0; round < rounds; round++)); do
    { time ffmpeg -nostdin -v error -i "$file" -an -f null -; } 2>&1 | sed 's/^/null /'
    { time $reading "$file"; } 2>&1 | paste -sd ' ' | sed 's/^/ours /'
  done | python3 -c '
import statistics, sys
null, ours, busy, frames = [], [], ([], []), 0
for line in sys.stdin:
    kind, *numbers = line.split()
    numbers = [float(number) for number in numbers]
    busy[kind == "ours"].append(sum(numbers[-2:]))
    if kind == "null": null.append(numbers[0])
    else: frames = int(numbers[0]); ours.append(numbers[1])
ratio = statistics.median(o / n for o, n in zip(ours, null))
work = statistics.median(o / n for n, o in zip(*busy))
print(f"{sys.argv[1]:24} {frames:5} frames  ffmpeg -f null {statistics.median(null):6.2f} s  "
      f"framefeed {statistics.median(ours):6.2f} s  median of ratios {ratio:.3f}, of processor time {work:.3f}")' "$(basename "$file")"
done
