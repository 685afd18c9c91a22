#!/usr/bin/env bash
# All tests; those of the whole way run the built `framefeed` against a broker (which one: see with-broker.sh).
# Arguments go to `swift test`, e.g. --filter FrameCodecsTests
set -euo pipefail
cd "$(dirname "$0")/.."
# -O1: unoptimised, the C of the JPEG decoder is too slow for tests that stream.
swift build --build-tests -Xcc -O1
export FRAMEFEED_PYTHON=$PWD/.venv/bin/python
if [[ -n ${KAFKA_HOME-} ]]; then
  python3 scripts/broker.py prepare
  # What Java would compile better in the course of minutes is not worth the cores in tests of seconds.
  export BROKER_OPTIONS=--java=-XX:TieredStopAtLevel=1
fi
exec scripts/with-broker.sh swift test --skip-build "$@"
