"""aiokafka, the asyncio client."""

import asyncio, ssl, sys
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition, __version__
from peer import Receiver, arguments, clock, failed, orders, say

CLIENT = f"aiokafka {__version__}"


def secure(given):
    if not given.ca:
        return {}
    return {"security_protocol": "SSL", "ssl_context": ssl.create_default_context(cafile=given.ca)}


async def receive(given):
    receiver = Receiver(given.payloads)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=given.address, max_partition_fetch_bytes=20_000_000,
        enable_auto_commit=False, **secure(given))
    await consumer.start()
    partition = TopicPartition(given.topic, 0)
    consumer.assign([partition])
    await consumer.seek_to_end(partition)
    say("ready", "-", CLIENT)

    async def read():
        async for record in consumer:
            receiver.took(record.value)

    reading = asyncio.create_task(read())
    ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([reading, ended], return_when=asyncio.FIRST_COMPLETED)
    if reading.done():
        reading.result()
    await consumer.stop()


async def send(given):
    producer = AIOKafkaProducer(
        bootstrap_servers=given.address, acks="all", linger_ms=0, max_request_size=20_000_000, **secure(given))
    await producer.start()
    say("ready", "-", CLIENT)
    todo, going = orders(), set()
    while order := await asyncio.to_thread(next, todo, None):
        number, due = order
        start = due or clock()
        payload = given.payloads[number % len(given.payloads)]
        sending = await producer.send(given.topic, payload, partition=0)

        def answered(sending, number=number, start=start):
            going.discard(sending)
            sending.result()
            say("sent", number, start, clock())

        going.add(sending)
        sending.add_done_callback(answered)
    await producer.stop()


async def main(given):
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: failed(repr(context.get("exception", context["message"]))))
    await (send(given) if given.role == "send" else receive(given))


asyncio.run(main(arguments()))
