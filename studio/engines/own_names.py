"""Names and numbers of instruments of one's own: what can be known without the networks."""

import hashlib
from functools import lru_cache
from itertools import count
from pathlib import Path

from studio.engines.cards import find_cards
from studio.paths import models, user_instruments

PREFIX = "own-"
KIT_PREFIX = "own-kit-"
NUMBERS = range(256, 4096)  # in batches of notes; General MIDI, its drums and the metronome's clicks are below


def own_number(instrument: str) -> int:
    """The number of an own instrument's id in batches of notes; the same on every computer."""
    digest = hashlib.blake2b(instrument.encode(), digest_size=8).digest()
    return NUMBERS[int.from_bytes(digest) % len(NUMBERS)]


def titles() -> dict[str, str]:
    """What the user's instruments are called, by id; reads their cards only, and these only when something has changed."""
    folder = user_instruments()
    return dict(_titles(folder, folder.stat().st_mtime_ns)) if folder.exists() else {}


def playable() -> frozenset[str]:
    """The ids of those of the user's instruments that the installed models can play: a row is of use with its own network only."""
    folder = user_instruments()
    return _playable(folder, folder.stat().st_mtime_ns, models()) if folder.exists() else frozenset()


@lru_cache(maxsize=4)
def _playable(folder: Path, changed: int, shipped: Path) -> frozenset[str]:
    networks = {None, *(card.sha256 for card in find_cards(shipped))}  # kits have none: they name drums
    return frozenset(card.id for card in find_cards(folder) if card.hyper.get("network") in networks)


def free_title(wanted: str) -> str:
    """``wanted``, or with a number behind it, so that no two of the user's instruments are called alike."""
    there = set(titles().values())
    return next(name for k in count(1) if (name := wanted if k == 1 else f"{wanted} {k}") not in there)


@lru_cache(maxsize=4)
def _titles(folder: Path, changed: int) -> tuple[tuple[str, str], ...]:
    return tuple((c.id, c.title) for c in find_cards(folder))
