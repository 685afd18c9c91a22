#!/usr/bin/env bash
# Faults again and again, for minutes: one table row each, of frames and of the time it took to go on.
# soak.sh [SECONDS of each fault, 120] [FAULT...]; faults are listed by soak.sh 0.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -z ${BROKER-} ]] || { echo "soak.sh: it kills brokers, so it starts its own: leave BROKER out" >&2; exit 64; }
[[ -z ${KAFKA_HOME-} ]] || python3 scripts/broker.py prepare
exec .venv/bin/python scripts/soak.py "$@"
