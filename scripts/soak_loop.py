"""What a program without FrameFeed has: a plain confluent-kafka loop with sensible settings, under the same faults.

  soak_loop.py produce|consume TOPIC FILE SETTINGS     until SIGINT or SIGTERM; SETTINGS is a JSON object

Each writes a JSON line to FILE for each record: run (of the producer), partition, number, and the monotonic clock when
the record was acknowledged or received."""

import json
import signal
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

RATE = 20  # records a second in each partition
VALUE = bytes(3000)
ended = False


def end(*_):
    global ended
    ended = True


class Loop:
    def __init__(self, topic, path, settings):
        self.topic, self.settings = topic, settings
        self.file = open(path, "a", buffering=1)

    def write(self, run, partition, number):
        self.file.write(json.dumps([run, partition, number, time.monotonic()]) + "\n")

    def produce(self):
        """acks=all, idempotent, and no record given up while it can be delivered within five minutes."""
        client = Producer({"acks": "all", "enable.idempotence": True, "linger.ms": 5, "log_level": 0, **self.settings})
        admin = AdminClient({"log_level": 0, **self.settings})
        partitions = len(admin.list_topics(self.topic, 30).topics[self.topic].partitions)
        run, due, number = uuid.uuid4().hex, time.monotonic(), 0

        def acknowledged(error, message):
            if error is None:
                told, _, number = message.value()[:60].split(b"\0", 1)[0].decode().rpartition(" ")
                self.write(told, message.partition(), int(number))

        while not ended:
            for partition in range(partitions):
                value = f"{run} {number}".encode() + b"\0" + VALUE
                while not ended:
                    try:
                        client.produce(self.topic, value, partition=partition, on_delivery=acknowledged)
                        break
                    except BufferError:
                        client.poll(0.1)
                    except KafkaException:
                        return  # It is broken for good.
            number, due = number + 1, due + 1 / RATE
            while not ended and (left := due - time.monotonic()) > 0:
                client.poll(left)
        client.flush(20)

    def consume(self):
        """A record counts as read when it is written down; positions are committed every second."""
        client = Consumer({
            "group.id": self.topic, "auto.offset.reset": "earliest", "enable.auto.offset.store": False,
            "auto.commit.interval.ms": 1000, "log_level": 0, **self.settings})
        client.subscribe([self.topic])
        while not ended:
            message = client.poll(0.2)
            if message is None:
                continue
            if message.error():
                if message.error().code() == KafkaError._FATAL:
                    return
                continue
            self.write(*place(message))
            client.store_offsets(message)
        client.close()


def place(message):
    """The run, partition and number of a record."""
    run, _, number = message.value()[:60].split(b"\0", 1)[0].decode().partition(" ")
    return run, message.partition(), int(number)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    action, topic, path, settings = sys.argv[1:]
    loop = Loop(topic, path, json.loads(settings))
    loop.produce() if action == "produce" else loop.consume()
