#!/usr/bin/env bash
# What the pipeline itself costs: processor time a frame, source and sink together, in user space and outside
# librdkafka, decoding, the tensor pass and the model; and what it allocates. Needs `perf`. $BROKER as in bench.sh.
#
# Samples are told apart by their thread (librdkafka's are called rdk:...) and call chain. The first and last
# seconds are left out: starting, connecting, ending.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v perf >/dev/null || { echo "overhead.sh: perf is not installed (Debian: linux-perf)" >&2; exit 1; }
if [[ -n ${BROKER-} || -z ${FRAMEFEED_BROKER-} ]]; then
  exec scripts/with-broker.sh "$0" "$@"
fi
framefeed=.build/release/framefeed
frames=${1:-3000} fps=100 skip=3 rate=2000
work=$(mktemp -d)
topic=framefeed-overhead-$$
trap 'rm -rf "$work"; $framefeed topic delete $topic >/dev/null 2>&1 || true' EXIT

# A feed of JPEG files of about 300 KB, 1280x720.
ffmpeg -v error -i samples/flight/frame%03d.jpg -vf noise=alls=12:allf=t -pix_fmt yuvj420p -q:v 2 -frames:v 8 \
  "$work/%d.jpg"
echo "frames of $(du -b -c "$work"/*.jpg | awk 'END { print int($1 / 8) }') bytes, $frames at $fps a second"
$framefeed topic create $topic >/dev/null
perf record -q -F $rate --call-graph dwarf,8192 -o "$work/sink.data" $framefeed sink --topic $topic --until-end \
  --model models/channel-statistics.json --quiet >"$work/sink.txt" 2>&1 &
sleep 1
perf record -q -F $rate --call-graph dwarf,8192 -o "$work/stream.data" $framefeed stream "$work" --topic $topic --loop forever \
  --frames "$frames" --fps $fps --quiet >"$work/stream.txt" 2>&1
wait
sed -n 1,3p "$work/sink.txt"
for side in stream sink; do
  perf script -i "$work/$side.data" -F comm,time,ip,sym,dso 2>/dev/null
done | python3 scripts/overhead.py --rate $rate --skip $skip --seconds "$(awk "BEGIN { print $frames / $fps }")" --fps $fps
