"""Names and numbers of instruments of one's own: what can be known without the networks."""

import hashlib

from studio.engines.cards import find_cards
from studio.paths import user_instruments

PREFIX = "own-"
NUMBERS = range(256, 4096)  # in batches of notes; General MIDI, its drums and the metronome's clicks are below


def own_number(instrument: str) -> int:
    """The number of an own instrument's id in batches of notes; the same on every computer."""
    digest = hashlib.blake2b(instrument.encode(), digest_size=8).digest()
    return NUMBERS[int.from_bytes(digest) % len(NUMBERS)]


def titles() -> dict[str, str]:
    """What the user's instruments are called, by id; reads their cards only."""
    return {c.id: c.title for c in find_cards(user_instruments())}
