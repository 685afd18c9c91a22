"""A line between clients and a broker that can be cut, slowed and made lossy.

TCP hides lost packets; what is left of them for the two ends is what this does: bytes that come late, that stand still,
and connections that break off in the middle of a message."""

import random
import socket
import threading
import time


class Line:
    """A port of this machine that leads to another (``to``, which may be set later)."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"localhost:{self.server.getsockname()[1]}"
        self.to = None
        self.heal()
        self.pairs = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def heal(self):
        """As good as none: whole, at once, silent about nothing."""
        self.is_cut, self.delay, self.rate, self.breaks = False, 0.0, None, 0.0

    def cut(self):
        """Nothing passes, and nobody is told: neither end learns that the connection is of no use."""
        self.is_cut = True

    def slow(self, delay, rate):
        """So many seconds later, and at most so many bytes a second, each way of each connection."""
        self.delay, self.rate = delay, rate

    def lossy(self, breaks):
        """Each piece that passes is swallowed with this chance, and the connection reset."""
        self.breaks = breaks

    def reset(self):
        """Breaks every connection that there is; those that stood still while the line was cut are of no more use."""
        for pair in list(self.pairs):
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept(self):
        while True:
            client, _ = self.server.accept()
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        while self.is_cut:
            time.sleep(0.02)
        try:
            broker = socket.create_connection(self.to, timeout=10)
        except OSError:
            client.close()
            return
        broker.settimeout(None)
        for end in client, broker:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = client, broker
        self.pairs.add(pair)
        for here, there in pair, pair[::-1]:
            threading.Thread(target=self.carry, args=(here, there, pair), daemon=True).start()

    def carry(self, here, there, pair):
        try:
            while piece := here.recv(1 << 16):
                while self.is_cut:
                    time.sleep(0.02)
                if self.delay:
                    time.sleep(self.delay)
                if self.rate:
                    time.sleep(len(piece) / self.rate)
                if self.breaks and random.random() < self.breaks:
                    there.sendall(piece[:len(piece) // 2])
                    break
                there.sendall(piece)
        except OSError:
            pass
        self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
