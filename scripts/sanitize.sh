#!/usr/bin/env bash
# The tests (all but those beside a broker: unit tests, and whole feeds through librdkafka's in-process cluster) under
# AddressSanitizer, then under ThreadSanitizer.
# Arguments: which of the two (address, thread), then more for `swift test`; or `disturb SECONDS`: whole feeds under
# ThreadSanitizer for so long, with every lock and queue delayed by chance.
set -euo pipefail
cd "$(dirname "$0")/.."
export FRAMEFEED_PYTHON=$PWD/.venv/bin/python
export SWIFT_BACKTRACE=enable=no # The sanitizer's report is the one that counts.
export LSAN_OPTIONS=suppressions=$PWD/scripts/leaks.supp:print_suppressions=0

tests() { # SANITIZER SCRATCH PRELOAD ARGUMENTS...
  swift build --build-tests --sanitize "$1" --scratch-path "$2" -Xswiftc -DSANITIZED
  # Run without `swift test`, which would hand what is preloaded to programs that have no sanitizer.
  env ${3:+LD_PRELOAD="$3"} "$2/debug/framefeedPackageTests.xctest" --testing-library swift-testing \
    --skip '^FrameFeedTests\.' "${@:4}"
}

which=${1:-both}
(($#)) && shift
if [[ $which == disturb ]]; then
  which=thread
  cases=8 # of WholePipelineTests: each goes on for its share.
  export FRAMEFEED_DISTURB=${FRAMEFEED_DISTURB:-20} FRAMEFEED_SOAK=$((${1:-600} / cases))
  set -- --filter WholePipelineTests
fi
[[ $which == thread ]] || tests address .build-asan "" "$@"
if [[ $which != address ]]; then
  shim=
  if [[ $(uname) == Linux ]]; then # see the file
    mkdir -p .build-tsan
    shim=$PWD/.build-tsan/c11-threads.so
    cc -shared -fPIC -O1 -Wall -o "$shim" scripts/c11-threads.c
  fi
  tests thread .build-tsan "$shim" "$@"
fi
