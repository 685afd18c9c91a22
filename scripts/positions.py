"""Where a group stands in each partition of a topic, by the broker's own answer and no program of ours:
positions.py BROKER TOPIC GROUP [-X SETTING=VALUE]... prints one JSON object a partition."""

import json
import sys

from confluent_kafka import Consumer, TopicPartition


def positions(broker, topic, group, settings={}):
    """By partition: the first offset kept, the one after the last record, and the group's next (None where it has
    none)."""
    client = Consumer({"bootstrap.servers": broker, "group.id": group, "enable.auto.commit": False, **settings})
    try:
        partitions = sorted(client.list_topics(topic, timeout=10).topics[topic].partitions)
        answers = client.committed([TopicPartition(topic, number) for number in partitions], timeout=10)
        found = []
        for answer in answers:
            if answer.error:
                raise RuntimeError(f"{topic}[{answer.partition}]: {answer.error}")
            beginning, end = client.get_watermark_offsets(TopicPartition(topic, answer.partition), timeout=10)
            found.append({"partition": answer.partition, "beginning": beginning, "end": end,
                          "committed": answer.offset if answer.offset >= 0 else None})
        return found
    finally:
        client.close()


if __name__ == "__main__":
    further = dict(argument.split("=", 1) for argument in sys.argv[4:] if argument != "-X")
    for position in positions(*sys.argv[1:4], further):
        print(json.dumps(position))
