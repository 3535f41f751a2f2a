"""Drum kits of one's own: for keys of the General MIDI drum map, which drum sounds, how it is tuned and how long it rings.

Keys that a kit does not name sound as in the usual kit.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as packed

from studio.codecs.files import whole_folder
from studio.engines.cards import WEIGHTS, Card, find_cards, read_card, write_card
from studio.engines.gm import DRUMS, drum_key
from studio.engines.own_names import KIT_PREFIX
from studio.errors import StudioError
from studio.paths import user_instruments

ENGINE = "own-kit"
MOST_TUNE, SHORTEST = 24.0, 0.05


@dataclass(frozen=True)
class KitPiece:
    """What sounds at a key: a sound by its id, ``tuning`` in semitones, and the share of its ring that is left (damped: less)."""

    piece: str
    tuning: float = 0.0
    short: float = 1.0


@dataclass(frozen=True)
class Kit:
    """A kit of one's own: its card, and its pieces by key."""

    card: Card
    pieces: dict[int, KitPiece]


def usual(key: int) -> KitPiece:
    """What sounds at a key of the usual kit."""
    drum = drum_key(key)
    return KitPiece(drum.piece, drum.tuning, drum.short)


def key_of(text: str) -> int:
    """A key of the drum map by its number or its name, or the beginning of one.

    Raises:
        StudioError: there is none.
    """
    wanted = text.strip().casefold()
    if wanted.isdigit() and int(wanted) in DRUMS:
        return int(wanted)
    found = [k for k, d in DRUMS.items() if d.name.casefold() == wanted] or [
        k for k, d in DRUMS.items() if wanted and wanted in d.name.casefold()
    ]
    if not found:
        raise StudioError(f"There is no drum '{text}'.", f"Choose among: {', '.join(d.name for d in DRUMS.values())}.")
    return found[0]


def varied(
    tune: dict[int, float], damp: dict[int, float], use: dict[int, str], blends: dict[int, str] | None = None
) -> dict[int, KitPiece]:
    """Pieces of the usual kit changed: tuned by semitones, rings cut to a share, and other drums in their place, by key.

    ``blends``, drums with another in them, are tuned and ring as the usual drum does, but where they stand in for one in ``use``.
    """
    pieces = {}
    blends = blends or {}
    for key in sorted({*tune, *damp, *use, *blends}):
        base = KitPiece(use[key]) if key in use else usual(key)
        base = replace(base, piece=blends.get(key, base.piece))
        tuning = float(np.clip(base.tuning + tune.get(key, 0.0), -MOST_TUNE, MOST_TUNE))
        pieces[key] = KitPiece(base.piece, tuning, float(np.clip(base.short * damp.get(key, 1.0), SHORTEST, 4.0)))
    return pieces


def save_kit(kit: str, title: str, pieces: dict[int, KitPiece], folder: Path | None = None) -> Card:
    """Write a kit under the id ``kit``, whole or not at all.

    Raises:
        StudioError: it cannot be written.
    """
    target = (folder or user_instruments()) / kit
    hyper: dict[str, Any] = {"kit": {str(k): asdict(p) for k, p in pieces.items()}}
    with whole_folder(target) as part:
        (part / WEIGHTS).write_bytes(packed({"keys": np.array(sorted(pieces), np.int16)}))
        write_card(Card(kit, ENGINE, title, summary="A drum kit of the user's own.", hyper=hyper, folder=part))
    return read_card(target)


def find_kits(folder: Path | None = None) -> list[Kit]:
    """All kits of one's own, by id; damaged ones are passed over."""
    found = []
    for card in find_cards(folder or user_instruments()):
        if card.engine != ENGINE or not card.id.startswith(KIT_PREFIX):
            continue
        try:
            found.append(Kit(card, {int(k): KitPiece(**p) for k, p in card.hyper["kit"].items()}))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return found
