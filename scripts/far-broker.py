#!/usr/bin/env python3
"""Runs a broker (see broker.py) in a network of its own, reachable by a Unix socket only.

    unshare --net scripts/far-broker.py PORT DATADIR SOCKET

So the address that the broker tells its clients is free here: whoever listens on it (stunnel, for the tests of
TLS) is the only way to the broker, as with a broker that has TLS itself.
"""

import asyncio
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys

port, data, path = sys.argv[1:]


def loopback_up():
    """A new network has a loopback interface, but not switched on."""
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


async def copy(reader, writer):
    try:
        while chunk := await reader.read(1 << 20):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def relay(reader, writer):
    try:
        to_broker = await asyncio.open_connection("127.0.0.1", int(port))
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, to_broker[1]), copy(to_broker[0], writer))


async def main():
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(number, stop.set)
    server = await asyncio.start_unix_server(relay, path)
    await stop.wait()
    server.close()


loopback_up()
script = os.path.join(os.path.dirname(__file__), "broker.py")
broker = subprocess.Popen([sys.executable, script, "run", "--port", port, "--temporary", data])
try:
    asyncio.run(main())
finally:
    broker.terminate()
    broker.wait()
