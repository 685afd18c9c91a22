"""The frames of a topic as pixels, read without FrameFeed."""

import tempfile

import numpy as np
from confluent_kafka import Consumer, TopicPartition

import yuv_streams
from catalogue import opencv


class Frame:
    """One record: its headers, and its pixels as RGB, or None where no decoder of ours takes them."""

    def __init__(self, record):
        self.headers = {name: value.decode() for name, value in record.headers() or []}
        self.value = record.value()
        self.partition, self.offset = record.partition(), record.offset()
        self.scheduled = int(self.headers.get("frame-scheduled-ns", 0))
        self.captured = int(self.headers.get("frame-captured-ns", 0))

    @property
    def sequence(self):
        return int(self.headers["frame-sequence"])

    def pixels(self):
        if self.headers.get("content-type", "").startswith("image/"):
            # A file: of one in memory without an end OpenCV takes nothing.
            with tempfile.NamedTemporaryFile() as file:
                file.write(self.value)
                file.flush()
                return opencv(file.name)
        width, height = int(self.headers["frame-width"]), int(self.headers["frame-height"])
        kind = self.headers["frame-pixel-format"]
        if kind == "i420":  # Limited range BT.601.
            return yuv_streams.pixels(self.value, 1, width, height, "420")[0]
        channels = {"rgb8": 3, "bgr8": 3, "rgba8": 4, "mono8": 1}[kind]
        stride = int(self.headers.get("frame-stride", width * channels))
        rows = np.frombuffer(self.value, np.uint8)
        rows = np.stack([rows[y * stride:y * stride + width * channels] for y in range(height)])
        rows = rows.reshape(height, width, channels)
        if kind == "bgr8":
            return rows[..., ::-1]
        return rows[..., :3] if channels > 1 else rows.repeat(3, 2)


def read(broker, topic):
    """By feed: the frames, in the order of their offsets."""
    client = Consumer({"bootstrap.servers": broker, "group.id": f"check-{topic}", "enable.auto.commit": False})
    feeds = {}
    try:
        for partition in client.list_topics(topic, timeout=10).topics[topic].partitions:
            low, high = client.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            client.assign([TopicPartition(topic, partition, low)])
            at = low
            while at < high:
                record = client.poll(10)
                if record is None or record.error():
                    raise RuntimeError(f"{topic}[{partition}] stopped at {at} of {high}")
                at = record.offset() + 1
                frame = Frame(record) if record.value() else None
                if frame and "frame-end" not in frame.headers:
                    feeds.setdefault(record.key().decode(), []).append(frame)
    finally:
        client.close()
    return feeds
