"""Small MIDI files and ways to damage them: what the reader must survive. Used by ``studio bench midi`` and by the tests."""

import random
from collections.abc import Callable, Iterator

Damage = Callable[[bytearray, random.Random], None]


def _text(name: str) -> bytes:
    return b"\xff\x03" + bytes([len(name)]) + name.encode()


def _chunk(body: bytes) -> bytes:
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def _header(kind: int, tracks: int, division: int) -> bytes:
    return b"MThd\x00\x00\x00\x06" + b"".join(n.to_bytes(2, "big") for n in (kind, tracks, division))


_END = b"\x00\xff\x2f\x00"


def small_files(rng: random.Random) -> dict[str, bytes]:
    """Whole files of a few hundred bytes each: types 0, 1 and 2, running status, SMPTE time, every kind of event."""
    conductor = (
        b"\x00" + _text("Song") + b"\x00\xff\x51\x03\x07\xa1\x20\x00\xff\x58\x04\x03\x02\x18\x08\x00\xff\x59\x02\xfe\x01"
        b"\x83\x60\xff\x06\x05Verse\x83\x60\xff\x51\x03\x06\x1a\x80"
    )
    plain = b"\x00" + _text("Lead") + b"\x00\xc0\x18\x00\xb0\x40\x7f\x00\xe0\x00\x40\x00\xd0\x30"
    for _ in range(24):
        pitch = rng.randrange(40, 90)
        plain += bytes([rng.randrange(64), 0x90, pitch, rng.randrange(1, 128), 0x60, 0x80, pitch, 64])
    running = b"\x00\xc9\x00\x00\x99\x24\x60"
    for _ in range(40):
        pitch = rng.choice((38, 42, 46))
        running += bytes([rng.randrange(100), pitch, rng.randrange(1, 128), 10, pitch, 0])
    running += b"\x10\x24\x00"
    system = b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7\x00\xff\x7f\x03abc\x00\xff\x7e\x02hi" + plain
    bodies = [part + _END for part in (conductor, plain, running, system)]
    return {
        "type 0": _header(0, 1, 480) + _chunk(bodies[3]),
        "type 1": _header(1, 4, 96) + b"".join(map(_chunk, bodies)),
        "type 2": _header(2, 2, 120) + b"".join(map(_chunk, bodies[1:3])),
        "seconds": _header(1, 2, 0xE728) + b"".join(map(_chunk, bodies[:2])),
        "in RIFF": b"RIFF\x00\x04\x00\x00RMIDdata\x00\x04\x00\x00" + _header(1, 2, 384) + b"".join(map(_chunk, bodies[:2])),
    }


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 3, 10))):
        data[rng.randrange(len(data))] = rng.choice((0x00, 0x7F, 0x80, 0xFF, 0xF0, 0xF7, rng.randrange(256)))


def _truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = rng.randbytes(rng.choice((1, 2, 16, 300)))


def _cut_out(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 2, 4, 40))]


def _lie_about_lengths(data: bytearray, rng: random.Random) -> None:
    """Chunk lengths: none, one off, far too long."""
    places = [i + 4 for name in (b"MThd", b"MTrk") for i in range(len(data)) if data.startswith(name, i)]
    at = rng.choice(places)
    real = int.from_bytes(data[at : at + 4], "big")
    lie = rng.choice((0, 1, max(0, real - 1), real + 1, real * 2, 0x7FFFFFFF, 0xFFFFFFFF))
    data[at : at + 4] = lie.to_bytes(4, "big")


def _lie_in_the_header(data: bytearray, rng: random.Random) -> None:
    """Type, number of tracks, resolution."""
    at = data.find(b"MThd") + 8 + 2 * rng.randrange(3)
    data[at : at + 2] = rng.choice((0, 1, 3, 0x7FFF, 0x8000, 0xE800, 0xE8FF, 0xFFFF)).to_bytes(2, "big")


def _leap(data: bytearray, rng: random.Random) -> None:
    """Delta times and event lengths of hundreds of millions."""
    for _ in range(rng.choice((1, 4))):
        at = rng.randrange(14, len(data))
        data[at:at] = rng.choice((b"\xff\xff\xff\x7f", b"\xff" * 9, b"\xff\x01\xff\xff\xff\x7f", b"\x00\xf0\xff\xff\x7f"))


def _repeat_chunks(data: bytearray, rng: random.Random) -> None:
    at = data.find(b"MTrk")
    data.extend(data[at:] * rng.choice((2, 20)))


DAMAGES: tuple[Damage, ...] = (
    *(_flip, _overwrite, _truncate, _insert, _cut_out),
    *(_lie_about_lengths, _lie_in_the_header, _leap, _repeat_chunks),
)


def damaged_files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """``count`` damaged files with a name each; the same seed gives the same ones."""
    rng = random.Random(seed)
    for i in range(count):
        kind, whole = rng.choice(sorted(small_files(rng).items()))
        data = bytearray(whole)
        damage = DAMAGES[i % len(DAMAGES)]
        damage(data, rng)
        if rng.random() < 0.2 and data:
            _flip(data, rng)
        yield f"{kind}{damage.__name__.replace('_', ' ')} {i}", bytes(data)
