#!/usr/bin/env bash
# Makes the large payload of the benchmarks, photo.sh FILE: one frame of the samples as a 4K JPEG of 1.36 MB, out of a topic as any
# client would take it. Runs beside a broker ($FRAMEFEED_BROKER).
set -euo pipefail
cd "$(dirname "$0")/.."
framefeed=.build/release/framefeed
topic=framefeed-photo-$$
mkdir -p "$(dirname "$1")"
$framefeed topic create $topic >/dev/null
trap '$framefeed topic delete $topic >/dev/null' EXIT
$framefeed stream samples/flight/frame001.jpg --topic $topic --resize 3840x2160 --codec jpeg:quality=95 \
  --frames 1 --quiet >/dev/null
# Beside a topic's frames there are records without a value.
kcat -b "$FRAMEFEED_BROKER" -C -t $topic -o beginning -e -q -f '%S %o\n' | awk '$1 > 0 { print $2; exit }' >"$1.offset"
kcat -b "$FRAMEFEED_BROKER" -C -t $topic -o "$(cat "$1.offset")" -c 1 -e -q -f '%s' >"$1"
rm "$1.offset"
