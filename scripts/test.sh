#!/usr/bin/env bash
# All tests; those of the whole way run the built `framefeed` against a fresh local broker.
# Arguments go to `swift test`, e.g. --filter FrameCodecsTests
set -euo pipefail
cd "$(dirname "$0")/.."
# -O1: unoptimised, the C of the JPEG decoder is too slow for tests that stream.
swift build --build-tests -Xcc -O1
export FRAMEFEED_PYTHON=$PWD/.venv/bin/python
exec scripts/with-broker.sh swift test --skip-build "$@"
