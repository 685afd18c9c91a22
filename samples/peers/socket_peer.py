"""A plain TCP socket: eight bytes of length, then the payload."""

import socket, struct
from peer import Receiver, arguments, clock, orders, say


def receive(given):
    receiver = Receiver(given.payloads)
    memory = bytearray(max(map(len, given.payloads)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        say("ready", "127.0.0.1:%d" % server.getsockname()[1], "Python socket")
        connection, _ = server.accept()
        with connection:
            while fill(connection, memoryview(length := bytearray(8))):
                view = memoryview(memory)[: struct.unpack("!Q", length)[0]]
                fill(connection, view)
                receiver.took(view)


def fill(connection, view):
    while len(view) > 0:
        count = connection.recv_into(view)
        if count == 0:
            return False
        view = view[count:]
    return True


def send(given):
    host, port = given.address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say("ready", "-", "Python socket")
        for number, due in orders():
            start = due or clock()
            payload = given.payloads[number % len(given.payloads)]
            connection.sendall(struct.pack("!Q", len(payload)))
            connection.sendall(payload)
            say("sent", number, start, clock())


given = arguments()
send(given) if given.role == "send" else receive(given)
