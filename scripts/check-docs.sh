#!/usr/bin/env bash
# Checks README.md and docs/: links, commands, paths; and beside a broker runs the commands and the Python in them.
# FRAMEFEED=path/to/framefeed scripts/with-broker.sh scripts/check-docs.sh
# Ends with 1 and a line FILE:LINE: PROBLEM for each thing that is wrong. docs/development.md says what is looked at.
set -euo pipefail
[[ -z ${FRAMEFEED-} ]] || FRAMEFEED=$(realpath "$FRAMEFEED")
cd "$(dirname "$0")/.."
export FRAMEFEED=${FRAMEFEED:-$PWD/.build/release/framefeed}
exec python3 scripts/check_docs.py "$@"
