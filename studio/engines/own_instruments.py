"""Instruments of one's own: a row in the neural instruments' space, learned from a recording, or the rows that are blended.

One folder is one instrument: a card, and the row with the notes that it was learned from. A track refers to it by its id; in
batches of notes it has a number above those of General MIDI, made of the id alone, so that no table need be kept. A row is
of use only with the network that it was found for, whose hash the card names.
"""

import hashlib
import re
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load
from safetensors.numpy import save as packed

from studio.codecs.files import whole_folder
from studio.engines.cards import WEIGHTS, Card, check_weights, find_cards, read_card, write_card
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_names import NUMBERS, PREFIX, own_number
from studio.errors import StudioError
from studio.paths import user_instruments

ENGINE = "own-instrument"
ROW = ("embedding", "film", "base")
Row = dict[str, npt.NDArray[np.floating[Any]]]


@dataclass(frozen=True, eq=False)
class OwnInstrument:
    """An instrument that is there: its card, its sound (``program`` is its number) and its row.

    Each array [width], of a blend [n, width]: a row of each of those that it is mixed of. Blends that were fitted, as they once
    were, have one row.
    """

    card: Card
    sound: Sound
    row: Row


def id_for(name: str, folder: Path | None = None, prefix: str = PREFIX) -> str:
    """A free id for an instrument called ``name``, whose number no other own instrument has.

    Raises:
        StudioError: the name is empty.
    """
    if not name.strip():
        raise StudioError("An instrument needs a name.", "Give it one, as with --name.")
    plain = (
        re.sub(r"[^a-z0-9]+", "-", name.strip().lower()).strip("-") or hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    )
    there = {c.id for c in find_cards(folder or user_instruments())}
    taken = {own_number(i) for i in there}
    for k in range(1, len(NUMBERS)):
        made = f"{prefix}{plain}" if k == 1 else f"{prefix}{plain}-{k}"
        if made not in there and own_number(made) not in taken:
            return made
    raise StudioError("There are too many instruments of your own.", "Remove some with 'studio forget-instrument'.")


def save(card: Card, sound: Sound, row: Row, notes: Row, folder: Path | None = None) -> OwnInstrument:
    """Write an instrument, whole or not at all; ``notes`` are what it was learned from (empty for a blend).

    Raises:
        StudioError: it cannot be written.
    """
    target = (folder or user_instruments()) / card.id
    numbers = {**row, **{f"notes.{k}": v for k, v in notes.items()}}
    content = {k: np.ascontiguousarray(v, np.float32 if k in ROW else np.float16) for k, v in numbers.items()}
    sound = replace(sound, id=card.id, program=own_number(card.id))
    with whole_folder(target) as part:
        (part / WEIGHTS).write_bytes(packed(content))
        write_card(replace(card, engine=ENGINE, hyper={**card.hyper, "sound": asdict(sound)}, folder=part))
    return OwnInstrument(read_card(target), sound, row)


def find_own(network: str, folder: Path | None = None) -> list[OwnInstrument]:
    """All own instruments that fit the network of that hash, by id; damaged ones are passed over."""
    found = []
    for card in find_cards(folder or user_instruments()):
        if card.engine != ENGINE or card.hyper.get("network") != network:
            continue
        try:
            numbers = load(check_weights(card))
            sound, row = Sound.of(card.hyper["sound"]), {k: numbers[k] for k in ROW}
            if all(len(np.atleast_2d(x)) == len(sound.parts) for x in row.values()):
                found.append(OwnInstrument(card, sound, row))
        except (StudioError, KeyError, TypeError, ValueError):
            continue
    return found


def forget(instrument: str, folder: Path | None = None) -> None:
    """Remove an own instrument.

    Raises:
        StudioError: there is none of that id, or it cannot be removed.
    """
    target = (folder or user_instruments()) / instrument
    if not instrument.startswith(PREFIX) or not (target / "card.json").exists():
        raise StudioError(f"There is no instrument '{instrument}' of your own.", "See 'studio instruments'.")
    try:
        shutil.rmtree(target)
    except OSError as error:
        hint = "Close other programs that use it, or check its folder's permissions."
        raise StudioError(f"'{instrument}' cannot be removed: {error.strerror}.", hint) from error
