#!/usr/bin/env bash
# Sends the sample feed through a broker to a model. BROKER=HOST:PORT takes that one, else a fresh local one.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product framefeed
demo() {
  "$(swift build -c release --show-bin-path)/framefeed" demo samples/flight \
    --broker "${BROKER:-$FRAMEFEED_BROKER}" --fps 30 --report demo.report.json
}
if [[ -n ${BROKER-} || ${1-} == beside-broker ]]; then demo; else
  exec scripts/with-broker.sh scripts/demo.sh beside-broker
fi
