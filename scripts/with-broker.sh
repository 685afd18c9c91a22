#!/usr/bin/env bash
# Runs a command beside a fresh local broker, which it finds in $FRAMEFEED_BROKER: with-broker.sh CMD...
# Ends with the command's exit code and prints nothing of its own unless the broker fails.
# Job control gives each child a process group: Ctrl-C reaches the command first and the broker last.
set -euo pipefail
set -m
(($#)) || { echo "usage: $0 CMD..." >&2; exit 64; }
scripts=$(dirname "$0")
data=$(mktemp -d "${TMPDIR:-/tmp}/framefeed-broker.XXXXXX")
broker= command=

stop_broker() {
  trap '' INT TERM
  if [[ -n $broker ]]; then
    kill -TERM "$broker" 2>/dev/null || true
    wait "$broker" 2>/dev/null || true # Takes seconds: it writes its data out.
  fi
  rm -rf "$data"
}
forward() { # A signal before the command runs ends the script, later it is the command's.
  if [[ -n $command ]]; then kill -"$1" -- "-$command" 2>/dev/null || true; else exit "$2"; fi
}
trap stop_broker EXIT
trap 'forward INT 130' INT
trap 'forward TERM 143' TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$scripts/broker.sh" run "$port" "$data" >"$data/broker.log" 2>&1 </dev/null &
broker=$!
deadline=$((SECONDS + 30))
until timeout 3 kcat -L -b "localhost:$port" >/dev/null 2>&1; do
  if ! kill -0 "$broker" 2>/dev/null || ((SECONDS >= deadline)); then
    echo "the local broker did not come up on port $port:" >&2
    cat "$data/broker.log" >&2
    exit 1
  fi
  sleep 0.2
done

export FRAMEFEED_BROKER=localhost:$port
"$@" &
command=$!
status=0
wait "$command" 2>/dev/null || status=$?
# A forwarded signal ends the wait, not yet the command.
while kill -0 "$command" 2>/dev/null; do
  status=0
  wait "$command" 2>/dev/null || status=$?
done
exit "$status"
