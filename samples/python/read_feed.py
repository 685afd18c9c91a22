"""Reads a feed without FrameFeed: read_feed.py [BROKER [TOPIC [COUNT]]]"""

import base64, io, sys, time
import numpy as np, zstandard
from confluent_kafka import Consumer
from PIL import Image

CHANNELS = {"rgb8": 3, "bgr8": 3, "rgba8": 4, "mono8": 1}


def pixels(header, data):
    # The layers, last applied first.
    for layer in reversed(header.get("content-encoding", "").replace(" ", "").split(",")):
        if layer == "base64": data = base64.b64decode(data, validate=True)
        elif layer == "zstd": data = zstandard.decompress(data, max_output_size=1 << 28)
        elif layer: raise ValueError(f"unknown content-encoding {layer}")
    if data[:2] == b"\xff\xd8" or data[:4] == b"\x89PNG":
        return np.asarray(Image.open(io.BytesIO(data)))
    width, height = int(header["frame-width"]), int(header["frame-height"])
    if header["frame-pixel-format"] == "i420":  # Y, then U and V at half size (odd sizes round up)
        return np.frombuffer(data, np.uint8)[: width * height].reshape(height, width)
    channels = CHANNELS[header["frame-pixel-format"]]
    if header.get("frame-filter") == "subgreen-gradient":
        planes = np.frombuffer(data, np.uint8).reshape(channels, height, width)
        planes = planes.cumsum(1, dtype=np.uint8).cumsum(2, dtype=np.uint8)
        if channels == 3: planes[[0, 2]] += planes[1]  # green back
        return planes.transpose(1, 2, 0)
    stride = int(header.get("frame-stride", width * channels))
    rows = np.frombuffer(data, np.uint8).reshape(height, stride)
    return rows[:, : width * channels].reshape(height, width, channels)


def main(broker="localhost:9092", topic="frames", count="0"):
    consumer = Consumer({"bootstrap.servers": broker, "group.id": f"read-feed-{time.time_ns()}",
                         "auto.offset.reset": "earliest", "enable.auto.commit": False,
                         # The local development broker answers with its whole backlog at once.
                         "receive.message.max.bytes": 2_000_000_000})
    consumer.subscribe([topic])
    seen = 0
    while not int(count) or seen < int(count):
        record = consumer.poll(1)
        if record is None: continue
        if record.error(): raise SystemExit(record.error().str())
        header = {name: (value or b"").decode() for name, value in record.headers() or []}
        if "frame-end" in header: break
        if record.value() is None: continue  # a tombstone
        frame = pixels(header, record.value())
        captured = int(header.get("frame-captured-ns", record.timestamp()[1] * 1_000_000))
        latency = (time.time_ns() - captured) / 1e6
        feed = (record.key() or b"-").decode()
        print(feed, header.get("frame-sequence", "-"), "x".join(map(str, frame.shape)),
              f"{latency:.1f}", f"{frame.mean():.2f}", flush=True)
        seen += 1
    consumer.close()


main(*sys.argv[1:4])
