#!/usr/bin/env bash
# Sends frames through a broker ($FRAMEFEED_BROKER) that has just started: the first seconds of Kafka are its JVM compiling what
# it runs, with stalls of up to 2 s. Nothing of this is counted. Only for Kafka, and with $FRAMEFEED as the program.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$(python3 scripts/broker.py name "$FRAMEFEED_BROKER" 2>/dev/null) || exit 0
[[ $name == Apache* ]] || exit 0
echo "warming up ${name% at *}, whose JVM compiles what it runs: not counted" >&2
end=$((SECONDS + ${1:-8}))
while ((SECONDS < end)); do
  "${FRAMEFEED:-.build/release/framefeed}" demo samples/flight --broker "$FRAMEFEED_BROKER" --fps 200 --json --quiet \
    --log-level error >/dev/null || { echo "the broker is not warm: framefeed demo failed" >&2; exit 0; }
done
