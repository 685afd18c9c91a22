#!/usr/bin/env bash
# Sends the sample feed through a broker to a model. Which broker: see with-broker.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1-} != beside-broker ]]; then
  swift build -c release --product framefeed
  # One that runs already is as warm as it is.
  exec scripts/with-broker.sh scripts/demo.sh beside-broker ${BROKER:+that-runs}
fi
FRAMEFEED=$(swift build -c release --show-bin-path)/framefeed
export FRAMEFEED
[[ ${2-} == that-runs ]] || scripts/warm-up.sh
exec "$FRAMEFEED" demo samples/flight --broker "$FRAMEFEED_BROKER" --fps 30 --report demo.report.json
