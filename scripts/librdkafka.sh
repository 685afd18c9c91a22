#!/usr/bin/env bash
# Chooses the librdkafka that programs of this checkout run with: librdkafka.sh [system|current]
# Builds link against the system's in any case; a newer one lies in .build/librdkafka, where they look first (their
# rpath, see Package.swift), so changing over builds nothing anew. Without an argument: the system's where it is new
# enough, else the current one, which the Python wheel of confluent-kafka carries, pinned in librdkafka.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
needed=2.6.1 # older ones cannot log in to a current Kafka by SCRAM
here=.build/librdkafka
pinned=$(sed -n 's/^confluent-kafka==\([0-9.]*\).*/\1/p' scripts/librdkafka.txt)
choice=${1:-}
if [[ -z $choice ]]; then
  choice=current
  if pkg-config --atleast-version=$needed rdkafka || [[ $(uname) != Linux ]]; then choice=system; fi
fi

fetch() { # the library of this processor, into $here/$pinned
  local scratch pip
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' RETURN
  pip=$PWD/.venv/bin/pip
  if [[ ! -x $pip ]]; then
    python3 -m venv "$scratch/venv"
    pip=$scratch/venv/bin/pip
  fi
  "$pip" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --implementation cp --python-version 3.11 --platform "manylinux_2_28_$(uname -m)" \
    --dest "$scratch" -r scripts/librdkafka.txt || return
  python3 - "$scratch"/*.whl "$scratch/librdkafka.so.1" <<'PYTHON' || return
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
names = [name for name in wheel.namelist() if name.startswith("confluent_kafka.libs/librdkafka")]
assert len(names) == 1, names
open(sys.argv[2], "wb").write(wheel.read(names[0]))
PYTHON
  mkdir -p "$here/$pinned"
  chmod 755 "$scratch/librdkafka.so.1"
  mv "$scratch/librdkafka.so.1" "$here/$pinned/"
}

case $choice in
system) rm -f "$here/lib" ;;
current)
  if [[ ! -e $here/$pinned/librdkafka.so.1 ]] && ! fetch; then
    echo "the librdkafka of confluent-kafka $pinned could not be fetched; LIBRDKAFKA=system takes the system's, $(pkg-config --modversion rdkafka)" >&2
    exit 1
  fi
  ln -sfn "$pinned" "$here/lib"
  ;;
*)
  echo "LIBRDKAFKA is system or current, not $choice" >&2
  exit 2
  ;;
esac
