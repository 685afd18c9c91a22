"""A network that damages frames: flipping_proxy.py BROKER PORTFILE SEQUENCE TIMES

Stands between a Kafka client and BROKER (HOST:PORT) and flips one bit of the payload of the frame with this
sequence number in the first TIMES fetch responses that hold it (-1: in all). Writes its own port to PORTFILE and
says "flipped" each time. Clients stay on it: the broker's port in its answers is replaced by the proxy's.
"""
import os
import socket
import struct
import sys
import threading

FETCH, METADATA, FIND_COORDINATOR = 1, 3, 10
host, port = sys.argv[1].rsplit(":", 1)
# A header of the record format: its name and value follow the payload, each behind its length (zigzag varint).
value = sys.argv[3].encode()
marker = b"\x1cframe-sequence" + bytes([2 * len(value)]) + value + b"\x16"  # then "frame-width"
left = int(sys.argv[4])
lock = threading.Lock()


def read(connection, count):
    parts = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def flip(body):
    global left
    at = body.find(marker)
    if at < 0:
        return body
    with lock:
        if left == 0:
            return body
        left -= 1
    # The headers before this one are shorter than that, the payload is longer: the bit is the payload's.
    damaged = bytearray(body)
    damaged[at - 2000] ^= 0x10
    print("flipped", flush=True)
    return bytes(damaged)


def requests(client, broker, kinds):
    try:
        while True:
            body = read(client, struct.unpack(">i", read(client, 4))[0])
            kind, _, correlation = struct.unpack(">hhi", body[:8])
            kinds[correlation] = kind
            broker.sendall(struct.pack(">i", len(body)) + body)
    except (EOFError, OSError):
        close(client, broker)


def responses(client, broker, kinds):
    advertised = (b"127.0.0.1" + struct.pack(">i", int(port)), b"localhost" + struct.pack(">i", int(port)))
    try:
        while True:
            body = read(broker, struct.unpack(">i", read(broker, 4))[0])
            kind = kinds.pop(struct.unpack(">i", body[:4])[0], None)
            if kind in (METADATA, FIND_COORDINATOR):
                for address in advertised:
                    body = body.replace(address, address[:-4] + struct.pack(">i", own))
            elif kind == FETCH:
                body = flip(body)
            client.sendall(struct.pack(">i", len(body)) + body)
    except (EOFError, OSError):
        close(client, broker)


def close(*connections):
    for connection in connections:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


server = socket.create_server(("127.0.0.1", 0))
own = server.getsockname()[1]
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(own))
os.rename(sys.argv[2] + ".new", sys.argv[2])
while True:
    client, _ = server.accept()
    broker = socket.create_connection((host, int(port)))
    kinds = {}
    for work in (requests, responses):
        threading.Thread(target=work, args=(client, broker, kinds), daemon=True).start()
