"""kafka-python; with --without-crc32c as `pip install kafka-python` leaves it."""

import sys, threading
from peer import Receiver, arguments, clock, end_with_input, failed, orders, say

given = arguments("--without-crc32c")
if given.without_crc32c:
    sys.modules["crc32c"] = None  # kafka-python takes its own checksum, in Python, where this is not installed

import kafka

CLIENT = f"kafka-python {kafka.__version__}"

SECURE = {"security_protocol": "SSL", "ssl_cafile": given.ca} if given.ca else {}


def receive(given):
    receiver = Receiver(given.payloads)
    partition = kafka.TopicPartition(given.topic, 0)
    consumer = kafka.KafkaConsumer(
        bootstrap_servers=given.address, group_id=None,
        max_partition_fetch_bytes=20_000_000, enable_auto_commit=False, **SECURE)
    consumer.assign([partition])
    consumer.seek_to_end(partition)
    consumer.position(partition)  # asks the broker now, so that nothing sent from here on is missed
    say("ready", "-", CLIENT)
    threading.Thread(target=end_with_input, daemon=True).start()
    while True:
        for records in consumer.poll(timeout_ms=100).values():
            for record in records:
                receiver.took(record.value)


def send(given):
    producer = kafka.KafkaProducer(
        bootstrap_servers=given.address, acks="all", linger_ms=0, max_request_size=20_000_000, **SECURE)
    say("ready", "-", CLIENT)
    for number, due in orders():
        start = due or clock()
        sending = producer.send(given.topic, given.payloads[number % len(given.payloads)], partition=0)
        sending.add_callback(lambda _, number=number, start=start: say("sent", number, start, clock()))
        sending.add_errback(lambda error: failed(f"not sent: {error!r}"))
    producer.flush(timeout=20)


send(given) if given.role == "send" else receive(given)
