#!/usr/bin/env bash
# Faults again and again, for minutes: one table row each, of frames and of the time it took to go on.
# soak.sh [SECONDS of each fault, 120] [FAULT...]; faults are listed by soak.sh 0.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/soak.py "$@"
