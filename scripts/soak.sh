#!/usr/bin/env bash
# Faults one after the other, and what became of every frame: soak.sh [list | FAULT...]
# With KAFKA_HOME: the fault book, on three brokers of Apache Kafka, each fault once, or again and again for SOAK_SECONDS.
# Without: what the development server can stand, each for SOAK_SECONDS (60).
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -z ${BROKER-} ]] || { echo "soak.sh: it kills brokers, so it starts its own: leave BROKER out" >&2; exit 64; }
python=${FRAMEFEED_PYTHON:-.venv/bin/python}
if [[ -n ${KAFKA_HOME-} ]]; then
  python3 scripts/broker.py prepare
  exec "$python" scripts/soak.py --seconds "${SOAK_SECONDS:-0}" "$@"
elif [[ ${1-} == list ]]; then
  exec "$python" scripts/soak_development.py list
else
  exec "$python" scripts/soak_development.py "${SOAK_SECONDS:-60}" "$@"
fi
