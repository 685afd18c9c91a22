#!/usr/bin/env bash
# Feeds at camera rates through Apache Kafka ($KAFKA_HOME): frames of 108 KB, 1.36 MB and 6.2 MB, at 15, 30 and 60 a second,
# 1, 8 and 32 feeds, one broker and three, without and with TLS, and clients side by side. A page with tables and plots, and the
# reports, in bench/report. $QUICK takes a part of it, in minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${KAFKA_HOME-} ]] || { echo "make report measures Apache Kafka: KAFKA_HOME=DIR, its folder that has libs/" >&2; exit 64; }
framefeed=.build/release/framefeed
out=bench/report
mkdir -p $out
began=$SECONDS

if [[ -n ${QUICK-} ]]; then
  # Not one round: whoever is first in it finds brokers that are not warm to so many feeds.
  load=(--fps 30 --feeds 1 --feeds 8 --rounds 3 --seconds 0.7 --only FrameFeed --only 'librdkafka in C')
  sizes="flight photo"
else
  load=(--rounds 3 --seconds 1.5)
  sizes="flight photo raw"
fi
[[ $sizes != *photo* || -s bench/photo-3840x2160.jpg ]] || scripts/with-broker.sh scripts/photo.sh bench/photo-3840x2160.jpg

reports=()
for size in $sizes; do
  case $size in
    flight) source=(samples/flight) ;;
    photo) source=(bench/photo-3840x2160.jpg) ;;
    raw) source=(synthetic:1920x1080 --codec raw --frames 3) ;;
  esac
  echo
  echo "\$ framefeed compare load ${source[*]} ${load[*]}"
  $framefeed compare load "${source[@]}" "${load[@]}" --quiet --report "$out/load-$size.json"
  reports+=("$out/load-$size.json")
done
echo
$framefeed plot "${reports[@]}" -o $out/report.html --png $out --svg $out
echo "measured in $((SECONDS - began)) s"
