#!/usr/bin/env bash
# The local development broker, in the foreground: broker.sh run PORT DATADIR
set -euo pipefail
[[ ${1-} == run && $# == 3 ]] || { echo "usage: $0 run PORT DATADIR" >&2; exit 64; }
# The server itself, not .venv/bin/noida-db: that is a Python wrapper that dies of SIGTERM and leaves its
# child, the server, running. With exec this process id is the server's.
broker=$(echo "$(dirname "$0")"/../.venv/lib/python3*/site-packages/noida_db/noida-db)
[[ -f $broker ]] || { echo "the local broker is not installed: run 'make deps'" >&2; exit 1; }
[[ -x $broker ]] || chmod +x "$broker" # A wheel may lose the bit; the wrapper sets it too.
# The loader's GLIBC_2.39 warning is harmless.
exec "$broker" start --data-dir "$3" --only kafka --kafka-port "$2" \
  2> >(grep --line-buffered -v 'GLIBC_2.39' >&2)
