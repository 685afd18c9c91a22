"""The hash by which Kafka's own clients, and FrameFeed, choose a key's partition."""


def murmur2(key):
    """Without the sign, as they use it: ``murmur2(key) % partitions``."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    value = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for at in range(0, whole, 4):
        word = int.from_bytes(key[at:at + 4], "little") * factor & mask
        value = value * factor & mask ^ (word ^ word >> 24) * factor & mask
    if whole < len(key):
        value = (value ^ int.from_bytes(key[whole:], "little")) * factor & mask
    value = (value ^ value >> 13) * factor & mask
    return (value ^ value >> 15) & 0x7FFFFFFF
