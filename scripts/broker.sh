#!/usr/bin/env bash
# The local development broker, in the foreground: broker.sh run PORT DATADIR
set -euo pipefail
[[ ${1-} == run && $# == 3 ]] || { echo "usage: $0 run PORT DATADIR" >&2; exit 64; }
broker="$(dirname "$0")/../.venv/bin/noida-db"
[[ -x $broker ]] || { echo "$broker is not there: run 'make deps'" >&2; exit 1; }
# exec keeps the process id, so that a signal reaches the broker. The loader's GLIBC_2.39 warning is harmless.
exec "$broker" start --data-dir "$3" --only kafka --kafka-port "$2" \
  2> >(grep --line-buffered -v 'GLIBC_2.39' >&2)
