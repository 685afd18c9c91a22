"""confluent-kafka, the Python client over librdkafka."""

import threading
import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from peer import Receiver, arguments, clock, end_with_input, failed, orders, say

CLIENT = f"confluent-kafka {confluent_kafka.__version__} librdkafka {confluent_kafka.libversion()[0]}"


def secure(given):
    return {"security.protocol": "ssl", "ssl.ca.location": given.ca} if given.ca else {}


def receive(given):
    receiver = Receiver(given.payloads)
    consumer = Consumer({
        "bootstrap.servers": given.address, "group.id": "peer", "enable.auto.commit": False,
        "fetch.message.max.bytes": 20_000_000, "fetch.error.backoff.ms": 10,
        # A broker that ignores the limits of a fetch answers with its whole backlog.
        "receive.message.max.bytes": 2_000_000_000, **secure(given)})
    _, end = consumer.get_watermark_offsets(TopicPartition(given.topic, 0))
    consumer.assign([TopicPartition(given.topic, 0, end)])
    say("ready", "-", CLIENT)
    threading.Thread(target=end_with_input, daemon=True).start()
    while True:
        record = consumer.poll(1)
        if record is None:
            continue
        now = clock()
        if record.error():
            failed(record.error())
        receiver.took(record.value(), now)


def send(given):
    producer = Producer({
        "bootstrap.servers": given.address, "acks": "all", "linger.ms": 0, "message.max.bytes": 20_000_000,
        "socket.nagle.disable": True, **secure(given)})
    threading.Thread(target=answers, args=(producer,), daemon=True).start()
    say("ready", "-", CLIENT)
    for number, due in orders():
        start = due or clock()
        def answered(error, _, number=number, start=start):
            failed(error) if error else say("sent", number, start, clock())
        payload = given.payloads[number % len(given.payloads)]
        producer.produce(given.topic, payload, partition=0, on_delivery=answered)
    producer.flush(20)


def answers(producer):
    while True:
        producer.poll(1)


given = arguments()
send(given) if given.role == "send" else receive(given)
