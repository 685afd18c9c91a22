#!/usr/bin/env bash
# Allocations a frame, source and sink, once both are warm: what 10,000 frames take more than 2,000, by thread and
# by the library that asked. $BROKER as in bench.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -n ${BROKER-} || -z ${FRAMEFEED_BROKER-} ]]; then
  exec scripts/with-broker.sh "$0" "$@"
fi
framefeed=.build/release/framefeed
few=${1:-2000} many=${2:-10000} fps=${3:-400}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -shared -fPIC -o "$work/count.so" scripts/allocations.c -ldl
run() { # FRAMES
  local topic=framefeed-allocations-$$-$1
  $framefeed topic create "$topic" >/dev/null
  ALLOCATIONS=$work/sink-$1 LD_PRELOAD=$work/count.so $framefeed sink --topic "$topic" --until-end \
    --model models/motion.json --quiet >"$work/sink-$1.txt" &
  sleep 1
  ALLOCATIONS=$work/stream-$1 LD_PRELOAD=$work/count.so $framefeed stream samples/flight --resize 160x90 \
    --codec raw --topic "$topic" --loop forever --frames "$1" --fps "$fps" --quiet >"$work/stream-$1.txt"
  wait
  grep -h -o 'peak memory.*' "$work/stream-$1.txt" "$work/sink-$1.txt" | sed "s/^/$1 frames: /"
  $framefeed topic delete "$topic" >/dev/null
}
run "$few"
run "$many"
python3 - "$work" "$few" "$many" <<'P'
import pathlib, sys
work, few, many = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for side in "stream", "sink":
    counts = []
    for frames in few, many:
        rows = (line.split("\t") for line in (work / f"{side}-{frames}").read_text().splitlines())
        counts.append({(thread, library): int(count) for thread, library, count in rows})
    print(f"{side}: allocations a frame")
    differences = {key: (counts[1].get(key, 0) - counts[0].get(key, 0)) / (many - few) for key in counts[1]}
    for (thread, library), each in sorted(differences.items(), key=lambda item: -item[1]):
        if each > 0.005:
            print(f"  {each:8.2f}  {thread:16} {library}")
P
