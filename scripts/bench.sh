#!/usr/bin/env bash
# Every comparison, on the sample feed, on larger frames and on one 1.3 MB JPEG: tables to standard output, reports and figures
# to bench/. $BROKER is the broker to use; without it a local one is started: Apache Kafka where $KAFKA_HOME is set, as its own
# start script would run it, else the development server.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -n ${BROKER-} || -z ${FRAMEFEED_BROKER-} ]]; then
  [[ -z ${KAFKA_HOME-} || -n ${BROKER-} ]] || export BROKER_OPTIONS=${BROKER_OPTIONS---production --jmx}
  exec scripts/with-broker.sh "$0" ${BROKER:+that-runs}
fi
[[ ${1-} == that-runs ]] || scripts/warm-up.sh
framefeed=.build/release/framefeed
out=bench
mkdir -p $out
rm -f $out/*.json
began=$SECONDS

# The second payload: a 4K JPEG.
photo=$out/photo-3840x2160.jpg
scripts/photo.sh $photo

# Frames with as much detail as cameras give: the samples enlarged, with grain.
for size in 1920x1080 3840x2160; do
  mkdir -p $out/frames-$size
  ffmpeg -v error -y -i samples/flight/frame%03d.jpg -frames:v 3 -pix_fmt yuvj420p -q:v 3 \
    -vf "scale=${size/x/:}:flags=lanczos,noise=alls=16:allf=t:all_seed=1" $out/frames-$size/%d.jpg
done
ln -sfn ../samples/flight $out/frames-1280x720

# A model of each size that is asked for, normalised as ImageNet's are.
model() { # WIDTHxHEIGHT
  sed -e "s/\"width\": 224/\"width\": ${1%x*}/; s/\"height\": 224/\"height\": ${1#*x}/" \
    -e "s/\"model\": \"channel-statistics\"/\"model\": \"null\"/; s/\"name\": .*,/\"name\": \"$1\",/" \
    models/channel-statistics.json >$out/model-$1.json
}

compare() { # NAME WHAT SOURCE [OPTIONS]
  local name=$1 what=$2
  shift 2
  echo
  echo "\$ framefeed compare $what $*"
  $framefeed compare "$what" "$@" --quiet --report "$out/$name.json"
}
for size in 1280x720 1920x1080 3840x2160; do
  wanted="224x224 640x640"
  rounds=12
  [[ $size == 1280x720 ]] || wanted="$wanted $size"
  [[ $size == 3840x2160 ]] && rounds=5
  for input in $wanted; do
    model $input
    compare tensors-$size-to-$input tensors $out/frames-$size --model $out/model-$input.json --frames 3 \
      --rounds $rounds
  done
done
compare encodings-flight encodings samples/flight --fit models/channel-statistics.json
compare encodings-photo encodings $photo --rounds 6 --codec jpeg --codec raw --codec base64 \
  --codec jpeg:quality=90 --codec zstd:level=1
times=${FRAMEFEED_JMX:+--broker-times}
compare transports-flight transports samples/flight --sends 300 $times
compare transports-photo transports $photo --sends 300 $times
compare throughput-flight throughput samples/flight
compare throughput-photo throughput $photo --records 600
compare settings-flight settings samples/flight --sends 10
if [[ -n ${KAFKA_HOME-} ]]; then
  compare settings-broker-flight settings samples/flight --side broker
  compare settings-broker-photo settings $photo --side broker
fi
echo
for source in flight photo; do
  reports=$(ls $out/{encodings,transports,settings,settings-broker}-$source.json 2>/dev/null || true)
  $framefeed plot $reports -o $out/$source.html --png $out/$source
done
echo "measured in $((SECONDS - began)) s"
