"""JPEG files by cjpeg, and their parts, to be moved, changed and left out."""

import subprocess

from catalogue import saved

SOF0, SOF1, SOF2, SOF3, DHT, RST0, SOI, EOI, SOS, DQT, DNL, DRI, APP0, APP1, APP14, COM = (
    0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xE1, 0xEE, 0xFE)


def cjpeg(pixels, *options, quality=88):
    """A JPEG file of RGB or grey pixels."""
    return subprocess.run(["cjpeg", "-quality", str(quality), *options], input=saved(pixels, "PPM"),
                          capture_output=True, check=True).stdout


def segment(marker, body):
    """A marker segment with its length."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


class JPEGFile:
    """A list of parts: (marker, bytes from the marker on), and (None, bytes) for entropy-coded data. RSTn are parts
    of their own."""

    def __init__(self, data):
        self.parts = []
        at = 0
        while at < len(data):
            marker = data[at + 1]
            if marker in (SOI, EOI) or RST0 <= marker < RST0 + 8:
                end = at + 2
            else:
                end = at + 2 + int.from_bytes(data[at + 2:at + 4], "big")
            self.parts.append((marker, data[at:end]))
            at = end
            if marker == SOS or RST0 <= marker < RST0 + 8:
                while end < len(data) - 1 and not (data[end] == 0xFF and data[end + 1] != 0):
                    end += 1
                self.parts.append((None, data[at:end]))
                at = end

    def bytes(self):
        return b"".join(data for _, data in self.parts)

    def without(self, *markers):
        self.parts = [part for part in self.parts if part[0] not in markers]
        return self

    def before(self, markers, data, first=False):
        """Puts bytes before every part with one of the markers, or only before the first."""
        parts, done = [], False
        for part in self.parts:
            if part[0] in markers and not (first and done):
                parts.append((-1, data))
                done = True
            parts.append(part)
        self.parts = parts
        return self

    def changed(self, marker, change):
        """Changes the bytes of every part with a marker; `change` gets a bytearray that begins with the marker."""
        for at, (found, data) in enumerate(self.parts):
            if found == marker:
                data = bytearray(data)
                self.parts[at] = (marker, bytes(change(data) or data))
        return self

    def index(self, marker, nth=0):
        return [at for at, part in enumerate(self.parts) if part[0] == marker][nth]


RESTARTS = tuple(range(RST0, RST0 + 8))


def patch(at, *values):
    """A change of single bytes, counted from the marker."""
    def change(data):
        data[at:at + len(values)] = bytes(values)
    return change


def adobe(transform, length=12):
    """An Adobe marker, or the beginning of one."""
    return segment(APP14, (b"Adobe" + bytes([0, 100, 0, 0, 0, 0, transform]))[:length])


def exif(orientation, thumbnail=b"", big=True):
    """An APP1 with an orientation, and a thumbnail in its second directory."""
    order = "big" if big else "little"

    def number(value, size):
        return value.to_bytes(size, order)

    def entry(tag, kind, value):
        short = number(value, 2) + b"\0\0" if kind == 3 else number(value, 4)
        return number(tag, 2) + number(kind, 2) + number(1, 4) + short

    first = number(1, 2) + entry(0x0112, 3, orientation) + number(26 if thumbnail else 0, 4)
    body = (b"MM" if big else b"II") + number(42, 2) + number(8, 4) + first
    if thumbnail:
        start = 26 + 2 + 3 * 12 + 4
        body += (number(3, 2) + entry(0x0103, 3, 6) + entry(0x0201, 4, start) + entry(0x0202, 4, len(thumbnail))
                 + number(0, 4) + thumbnail)
    return segment(APP1, b"Exif\0\0" + body)
