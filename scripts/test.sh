#!/usr/bin/env bash
# All tests; those of the whole way run the built `framefeed` against a fresh local broker.
# Arguments go to `swift test`, e.g. --filter FrameCodecsTests
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
export FRAMEFEED_PYTHON=$PWD/.venv/bin/python
exec scripts/with-broker.sh swift test --skip-build "$@"
