#!/usr/bin/env bash
# Runs a command beside a broker, which it finds in $FRAMEFEED_BROKER: with-broker.sh CMD...
# That is $BROKER where it is set; else a fresh one: Apache Kafka where $KAFKA_HOME is set, else the development server.
# Ends with the command's exit code; says on standard error which broker it is.
set -euo pipefail
(($#)) || { echo "usage: $0 CMD..." >&2; exit 64; }
broker=$(dirname "$0")/broker.py
if [[ -n ${BROKER-} ]]; then
  # One with TLS or a login does not tell what it is.
  name=$(python3 "$broker" name "$BROKER" 2>/dev/null) || name=$BROKER
  echo "broker: $name" >&2
  export FRAMEFEED_BROKER=$BROKER
  unset BROKER
  exec "$@"
fi
exec python3 "$broker" run ${BROKER_OPTIONS-} -- "$@"
