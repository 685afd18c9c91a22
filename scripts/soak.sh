#!/usr/bin/env bash
# Faults one after the other, and what became of every frame: soak.sh [list | FAULT...]
# With KAFKA_HOME: the fault book, on three brokers of Apache Kafka (docs/reliability.md has a table of it); SECONDS=60
# repeats each fault for so long. Without: what the development server can stand, each for SECONDS (60).
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -z ${BROKER-} ]] || { echo "soak.sh: it kills brokers, so it starts its own: leave BROKER out" >&2; exit 64; }
python=${FRAMEFEED_PYTHON:-.venv/bin/python}
if [[ -z ${KAFKA_HOME-} ]]; then
  [[ ${1-} == list ]] && exec "$python" scripts/soak_development.py 0
  exec "$python" scripts/soak_development.py "${SECONDS_EACH:-60}" "$@"
fi
python3 scripts/broker.py prepare
exec "$python" scripts/soak.py --seconds "${SECONDS_EACH:-0}" "$@"
