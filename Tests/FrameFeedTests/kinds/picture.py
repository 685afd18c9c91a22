"""The pictures that every kind of file holds: smooth, with edges, colour and grain, and each with a number of its
own drawn into it, so that a frame that comes in another's place shows. The same on every host: no random seed."""

import numpy as np

# No multiple of 16 in either direction, so that the last blocks of a JPEG file are padded.
WIDTH, HEIGHT = 221, 149


def rgb(number, width=WIDTH, height=HEIGHT):
    """The picture of a number: height x width x 3, uint8."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    across, down = x * 255 // max(1, width - 1), y * 255 // max(1, height - 1)
    planes = np.stack([40 + across * 3 // 5, 225 - down * 3 // 5, 60 + (across + down) * 3 // 8], 2)
    # Grain: a hash of the place, three levels to either side.
    grain = (x * 7919 + y * 104729 + x * y * 31 + number * 15485863) % 7 - 3
    planes += grain[..., None]
    # A disc and a slanted bar, with hard edges.
    planes[(x - width // 3) ** 2 + (y - height // 2) ** 2 < (height // 5) ** 2] = (210, 40, 50)
    planes[np.abs(x - y - width // 4) < 6] = (30, 70, 200)
    # The number: ten cells of light and dark at the top, which is there in files that are cut off too.
    if width >= 156 and height >= 20:
        for bit in range(10):
            planes[4:17, 4 + bit * 15:17 + bit * 15] = (235, 235, 225) if number >> bit & 1 else (25, 25, 35)
    else:
        planes += number % 16
    return np.clip(planes, 0, 255).astype(np.uint8)


def gray(number, width=WIDTH, height=HEIGHT):
    """Its luma: height x width, uint8."""
    return (rgb(number, width, height).astype(np.float64) @ (0.299, 0.587, 0.114) + 0.5).astype(np.uint8)


def deep(picture):
    """16-bit samples whose high byte is the picture and whose low byte varies."""
    low = np.arange(picture.size, dtype=np.uint16).reshape(picture.shape) * 97 % 256
    return (picture.astype(np.uint16) << 8) | low.astype(np.uint16)
