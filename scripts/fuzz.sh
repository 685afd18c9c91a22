#!/usr/bin/env bash
# Runs each fuzz target (or those named) for SECONDS_EACH seconds: fuzz.sh [TARGET...]
# Ends with a line for each: name, executions, crashes. What crashed stays in .build-fuzz/crashes.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-20}
# SwiftPM passes the two sanitizers in the order of a hash: in another order everything is built anew.
export SWIFT_DETERMINISTIC_HASHING=1
# The last -sanitize alone says whether Swift's code counts coverage, and SwiftPM's order may leave it out: without
# coverage libFuzzer fuzzes blindly.
coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table
# lld: the gold linker cannot export what AddressSanitizer adds. -O1: C at -O0 is too slow to get anywhere.
swift build --package-path Fuzz --scratch-path .build-fuzz --sanitize address --sanitize fuzzer \
  -Xswiftc -use-ld=lld -Xswiftc -sanitize-coverage=$coverage -Xcc -O1 >&2
program=.build-fuzz/debug/framefeed-fuzz
(($#)) || set -- $(cd Fuzz/Seeds && ls)
mkdir -p .build-fuzz/crashes .build-fuzz/logs
# Swift's own report of a crash waits for a debugger's sake; libFuzzer's is enough.
export SWIFT_BACKTRACE=enable=no
status=0
lines=()
for target in "$@"; do
  found=.build-fuzz/corpus/$target log=.build-fuzz/logs/$target
  mkdir -p "$found"
  if [[ $target == tensor ]]; then
    [[ -d .build-fuzz/sampling-seeds ]] || python3 Fuzz/sampling-seeds.py .build-fuzz/sampling-seeds
    seeds=(.build-fuzz/sampling-seeds)
  else
    seeds=()
  fi
  # Memory beyond 1 GB, a request for more than 256 MB and an input of 10 s count as crashes.
  FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -malloc_limit_mb=256 -print_final_stats=1 -verbosity=1 -artifact_prefix=".build-fuzz/crashes/$target-" \
    "$found" "Fuzz/Seeds/$target" "${seeds[@]}" >"$log" 2>&1 </dev/null && crashes=0 || crashes=1
  if grep -aq 'Is the code instrumented for coverage' "$log"; then
    echo "fuzz.sh: $target fuzzes blindly: its code counts no coverage" >&2
    status=1
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  ((crashes == 0)) || { status=1; grep -aE 'Fatal error|SUMMARY|Test unit written' "$log" >&2 || tail -n 5 "$log" >&2; }
  lines+=("$(printf '%-14s %10s executions %3d crashes' "$target" "${runs:-0}" "$crashes")")
done
printf '%s\n' "${lines[@]}"
exit "$status"
