"""The four questions of Kafka's protocol that tell whether a broker can be used, and what it is. No client is needed,
only a listener without TLS and login. Formats: kafka.apache.org/protocol (Metadata 1, CreateTopics 2 and
FindCoordinator 0, which every broker since 0.11 answers; ApiVersions 3)."""

import socket
import struct

DEVELOPMENT_CLUSTER = "MkU3OEVBNTctOEUyRi00"  # noida-db has this one everywhere.
# Apache Kafka's releases by the newest metadata version they know: MetadataVersion.java.
RELEASES = {14: "3.6", 19: "3.7", 20: "3.8", 21: "3.9", 25: "4.0", 27: "4.1", 29: "4.2", 30: "4.3", 31: "4.4"}


class Unanswered(Exception):
    """No answer, or none that is Kafka's."""


def text(string):
    return struct.pack(">h", len(string)) + string.encode()


class Reader:
    """What an answer holds, from its beginning."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        taken = self.data[self.at:self.at + count]
        if len(taken) < count:
            raise Unanswered("an answer is shorter than it says")
        self.at += count
        return taken

    def number(self, layout):
        return struct.unpack(">" + layout, self.take(struct.calcsize(layout)))[0]

    def text(self):
        length = self.number("h")
        return None if length < 0 else self.take(length).decode()

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def compact(self):
        return self.take(max(0, self.varint() - 1)).decode()

    def many(self, element):
        return [element() for _ in range(max(0, self.number("i")))]

    def tags(self):
        """Tagged fields: their bytes by tag."""
        return {tag: self.take(self.varint()) for tag in (self.varint() for _ in range(self.varint()))}


def place(address):
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise Unanswered(f"{address}: expected HOST:PORT")
    return host.strip("[]"), int(port)


def ask(address, key, version, body, flexible=False, seconds=5):
    """One question on a connection of its own."""
    header = struct.pack(">hhi", key, version, 1) + text("broker.py") + (b"\0" if flexible else b"")
    request = header + body
    try:
        with socket.create_connection(place(address), timeout=seconds) as wire:
            wire.sendall(struct.pack(">i", len(request)) + request)
            with wire.makefile("rb") as answers:
                size = answers.read(4)
                length = struct.unpack(">i", size)[0] if len(size) == 4 else -1
                if not 4 <= length <= 1 << 24:
                    raise Unanswered(f"{address} does not answer as Kafka does")
                answer = Reader(answers.read(length))
    except OSError as error:
        raise Unanswered(f"{address}: {error}") from None
    answer.take(4)  # our own number
    return answer


def cluster(address):
    """Its nodes' ids and which of them controls. The node that is asked says which it knows of."""
    answer = ask(address, 3, 1, struct.pack(">i", 0))
    nodes = answer.many(lambda: (answer.number("i"), answer.text(), answer.number("i"), answer.text())[0])
    return nodes, answer.number("i")


def may_create(address, replication):
    """Asks for a topic on so many nodes without making one: None, or the error's number."""
    topic = text("broker-py-can-create") + struct.pack(">ihii", 1, replication, 0, 0)
    answer = ask(address, 19, 2, struct.pack(">i", 1) + topic + struct.pack(">i?", 5000, True))
    answer.take(4)  # throttled
    errors = answer.many(lambda: (answer.text(), answer.number("h"), answer.text())[1])
    return next((error for error in errors if error), None)


def coordinator_error(address):
    """0 where a group has a coordinator. The first to ask makes the broker create its topic of offsets."""
    return ask(address, 10, 0, text("broker-py")).number("h")


def is_ready(addresses, ids):
    """Whether these nodes know each other and their controller, can create a topic, and serve a group. That we may not
    (rights: 29, 31, 30) is an answer too."""
    try:
        for address in addresses:
            known, controller = cluster(address)
            if controller < 0 or not set(ids) <= set(known):
                return False
        return (may_create(addresses[0], len(ids)) in (None, 29, 31)
                and all(coordinator_error(address) in (0, 30) for address in addresses))
    except Unanswered:
        return False


def cluster_id(address):
    answer = ask(address, 3, 2, struct.pack(">i", 0))
    answer.many(lambda: (answer.number("i"), answer.text(), answer.number("i"), answer.text()))
    return answer.text()


def feature_levels(address):
    """The newest level of each feature that a broker supports; none from what is not Kafka 3.3 or newer."""
    answer = ask(address, 18, 3, b"\x0abroker.py\x021\0", flexible=True)
    if answer.number("h"):
        return {}
    for _ in range(answer.varint() - 1):
        answer.take(6)
        answer.tags()
    answer.take(4)
    features = answer.tags().get(0)
    if features is None:
        return {}
    answer, levels = Reader(features), {}
    for _ in range(answer.varint() - 1):
        name, _, levels[name] = answer.compact(), answer.number("h"), answer.number("h")
        answer.tags()
    return levels


def name(address, development="noida-db"):
    """What a broker that runs is, as far as it tells: Kafka names no patch release."""
    if cluster_id(address) == DEVELOPMENT_CLUSTER:
        return development
    try:
        level = feature_levels(address).get("metadata.version")
    except Unanswered:
        level = None
    if level is None:
        return "a broker that speaks Kafka's protocol"
    known = [newest for newest in sorted(RELEASES) if level <= newest]
    return f"Apache Kafka {RELEASES[known[0]]}" if known else f"Apache Kafka newer than {max(RELEASES.values())}"
