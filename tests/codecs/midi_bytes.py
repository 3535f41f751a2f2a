"""MIDI files written byte by byte, so that the tests do not lean on the writer that they test."""


def chunk(body, name=b"MTrk", length=None):
    return name + (len(body) if length is None else length).to_bytes(4, "big") + body


def header(kind=1, tracks=1, division=480):
    return chunk(b"".join(n.to_bytes(2, "big") for n in (kind, tracks, division)), b"MThd")


def delta(n):
    out = [n & 0x7F]
    while n := n >> 7:
        out.insert(0, n & 0x7F | 0x80)
    return bytes(out)


def event(after, *data):
    return delta(after) + bytes(data)


def meta(after, kind, data=b""):
    return event(after, 0xFF, kind) + delta(len(data)) + data


END = meta(0, 0x2F)


def on(after, pitch, velocity=80, channel=0):
    return event(after, 0x90 | channel, pitch, velocity)


def off(after, pitch, channel=0):
    return event(after, 0x80 | channel, pitch, 64)


def file(*bodies, kind=1, division=480):
    """A whole file; end marks are added."""
    return header(kind, len(bodies), division) + b"".join(chunk(b + END) for b in bodies)


NOTE = on(0, 60) + off(480, 60)
