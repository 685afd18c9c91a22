#!/usr/bin/env bash
# Sends the sample feed through a broker to a model. Which broker: see with-broker.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1-} != beside-broker ]]; then
  swift build -c release --product framefeed
  exec scripts/with-broker.sh scripts/demo.sh beside-broker
fi
exec "$(swift build -c release --show-bin-path)/framefeed" demo samples/flight --broker "$FRAMEFEED_BROKER" --fps 30 \
  --report demo.report.json
