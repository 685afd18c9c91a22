#!/usr/bin/env bash
# Every comparison on the sample feed and on one 1.3 MB JPEG: tables to standard output, reports and figures
# to bench/. $BROKER is the broker to use; without it a local one is started.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -n ${BROKER:-} ]]; then
  export FRAMEFEED_BROKER=$BROKER
elif [[ -z ${FRAMEFEED_BROKER:-} ]]; then
  exec scripts/with-broker.sh "$0"
fi
framefeed=.build/release/framefeed
out=bench
mkdir -p $out
began=$SECONDS

# The second payload: one frame of the samples as a 4K JPEG, out of a topic as any client would take it.
topic=framefeed-bench-$$
photo=$out/photo-3840x2160.jpg
$framefeed topic create $topic >/dev/null
trap '$framefeed topic delete $topic >/dev/null' EXIT
$framefeed stream samples/flight/frame001.jpg --topic $topic --resize 3840x2160 --codec jpeg:quality=95 \
  --frames 1 --quiet >/dev/null
kcat -b "$FRAMEFEED_BROKER" -C -t $topic -o beginning -c 1 -e -q -f '%s' >$photo

compare() { # NAME WHAT SOURCE [OPTIONS]
  local name=$1 what=$2
  shift 2
  echo
  echo "\$ framefeed compare $what $*"
  $framefeed compare "$what" "$@" --quiet --report "$out/$name.json"
}
compare encodings-flight encodings samples/flight
compare encodings-photo encodings $photo --rounds 8 --codec jpeg --codec raw --codec base64 \
  --codec jpeg:quality=80 --codec jpeg:quality=90 --codec zstd:level=1
compare transports-flight transports samples/flight
compare transports-photo transports $photo
compare settings-flight settings samples/flight --sends 10
compare settings-photo settings $photo --sends 10

echo
for source in flight photo; do
  $framefeed plot $out/{encodings,transports,settings}-$source.json -o $out/$source.html --png $out/$source
done
echo "measured in $((SECONDS - began)) s"
