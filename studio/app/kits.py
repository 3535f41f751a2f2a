"""Drum kits of the user's own: drums tuned, damped, exchanged and blended; tried before they are kept."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from studio.app.instruments import found_instrument
from studio.engines import drum_kits, own_instruments
from studio.engines.api import Context
from studio.engines.cards import Card
from studio.engines.drum_blend import is_drum
from studio.engines.drum_changes import USUAL, Changes, DrumChange
from studio.engines.gm import drum_key
from studio.engines.instrument_blend import blended
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import OwnInstrument, Row
from studio.engines.own_names import KIT_PREFIX, PREFIX, own_number, titles
from studio.errors import StudioError

RINGING = 4  # kits that are tried and stay
LATELY = 1024  # numbers that are not given again; what is kept of keys that sounded is fewer (see studio.app.live)


@dataclass(frozen=True, eq=False)
class Blend:
    """A blend that a kit needs, for its key: what is mixed, and the names of it."""

    key: int
    sound: Sound
    row: Row
    title: str
    of: tuple[str, str]
    share: float


@dataclass(frozen=True, eq=False)
class _Trial:
    blends: list[OwnInstrument]
    kits: tuple[drum_kits.Kit, ...] = ()


def drums_of(renderer: NeuralInstruments) -> dict[str, str]:
    """The drums that can be used in a kit and blended, by id: their titles."""
    return {k: sound.title for k, (sound, _) in renderer.rows().items() if is_drum(sound)}


def blends_of(changes: Changes, title: str, renderer: NeuralInstruments) -> list[Blend]:
    """The blends that changes need.

    Raises:
        StudioError: an instrument is not there, or is no drum.
    """
    made = []
    for key, change in sorted(changes.items()):
        if change.blends:
            one = found_instrument(change.use or drum_key(key).piece, renderer)
            other = found_instrument(change.other, renderer)
            if not (is_drum(one[0]) and is_drum(other[0])):
                raise StudioError(f"'{(one if is_drum(other[0]) else other)[0].title}' is no drum.", "Blend drums with drums.")
            sound, row = blended(one, other, change.share)
            made.append(Blend(key, sound, row, f"{title} {drum_key(key).name}", (one[0].id, other[0].id), change.share))
    return made


def pieces_of(changes: Changes, blends: Mapping[int, str], renderer: NeuralInstruments) -> dict[int, drum_kits.KitPiece]:
    """The pieces of a kit with the changes; ``blends`` are the ids of its blends by key."""
    return drum_kits.varied(
        {k: c.tune for k, c in changes.items() if c.tune},
        {k: c.damp for k, c in changes.items() if c.damp != 1},
        {k: found_instrument(c.use, renderer)[0].id for k, c in changes.items() if c.use},
        dict(blends),
    )


def vary_kit(name: str, changes: Changes, renderer: NeuralInstruments) -> Card:
    """Save a drum kit that differs from the usual one by ``changes``; its blends are instruments of their own.

    Raises:
        StudioError: an instrument is not there or is no drum, or nothing is changed.
    """
    if not any(change.changes for change in changes.values()):
        raise StudioError("Nothing about the kit is changed.", "Tune, damp, exchange or blend a drum.")
    kit = own_instruments.id_for(name, prefix=KIT_PREFIX)
    blends = blends_of(changes, name.strip(), renderer)
    pieces_of(changes, {b.key: b.title for b in blends}, renderer)  # what is missing is told before anything is written
    made = {}
    for b in blends:
        card = Card(
            own_instruments.id_for(b.title), own_instruments.ENGINE, b.title, summary=f"A drum of the kit {name.strip()}.",
            hyper={"network": renderer.card.sha256, "blend": {"of": list(b.of), "share": b.share}},
        )  # fmt: skip
        made[b.key] = own_instruments.save(card, replace(b.sound, title=b.title), b.row, {}).card.id
    card = drum_kits.save_kit(kit, name.strip(), pieces_of(changes, made, renderer))
    renderer.refresh()
    return card


def changes_in(kit: str) -> dict[int, DrumChange]:
    """The changes that make the own kit of that id: a blend is another drum in the usual one's place. None where there is no such kit."""
    pieces = next((k.pieces for k in drum_kits.find_kits() if k.card.id == kit), {})
    made = {}
    for key, piece in pieces.items():
        usual = drum_kits.usual(key)
        base, use = (usual, "") if piece.piece == usual.piece else (drum_kits.KitPiece(piece.piece), piece.piece)
        made[key] = DrumChange(piece.tuning - base.tuning, piece.short / base.short, use)
    return made


class Trials:
    """Lets kits and blends be heard that are not kept, on whatever ``instruments()`` gives. Any thread may ask.

    Each has a number that none had lately: what was rendered of another is not taken for it. The latest stay, for one that
    rings while the next is asked for goes on ringing.
    """

    def __init__(self, instruments: Callable[[], NeuralInstruments]) -> None:
        self._instruments = instruments
        self._names = (f"trial-{k}" for k in count())
        self._lately: deque[int] = deque(maxlen=LATELY)
        self._latest: deque[_Trial] = deque(maxlen=RINGING)
        self._lock = threading.Lock()

    def number(self, changes: Changes, ctx: Context) -> int:
        """The number in batches of notes under which a kit with these changes sounds, until :data:`RINGING` others were asked for.

        Raises:
            StudioError: an instrument is not there, or is no drum.
            Cancelled: by ``ctx``.
        """
        with self._lock:
            ctx.progress(0.0)  # one that waited here may have been overtaken
            renderer = self._instruments()
            blends = [(b.key, self._tried(b.sound, b.row, b.title)) for b in blends_of(changes, "Trial", renderer)]
            kit = Card(self._free(KIT_PREFIX), drum_kits.ENGINE, "Trial")
            pieces = pieces_of(changes, {k: o.card.id for k, o in blends}, renderer)
            self._try_out(renderer, _Trial([o for _, o in blends], (drum_kits.Kit(kit, pieces),)))
            return own_number(kit.id)

    def blend(self, first: str, second: str, share: float, ctx: Context) -> tuple[int, int]:
        """The number under which the blend of two instruments sounds, as long as a kit would, and a key in the middle of its range.

        Errors as :meth:`number`, where one cannot be blended.
        """
        with self._lock:
            ctx.progress(0.0)
            renderer = self._instruments()
            sound, row = blended(found_instrument(first, renderer), found_instrument(second, renderer), share)
            tried = self._tried(sound, row, "Trial")
            self._try_out(renderer, _Trial([tried]))
            return tried.sound.program, (sound.low + sound.high) // 2

    def _tried(self, sound: Sound, row: Row, title: str) -> OwnInstrument:
        name = self._free(PREFIX)
        card = Card(name, own_instruments.ENGINE, title)
        return OwnInstrument(card, replace(sound, id=name, title=title, program=own_number(name)), row)

    def _try_out(self, renderer: NeuralInstruments, trial: _Trial) -> None:
        self._latest.append(trial)
        renderer.try_out([o for t in self._latest for o in t.blends], [kit for t in self._latest for kit in t.kits])

    def _free(self, prefix: str) -> str:
        """A name whose number no other has, or had lately."""
        taken = {own_number(name) for name in titles()} | set(self._lately)
        name = next(name for trial in self._names if own_number(name := prefix + trial) not in taken)
        self._lately.append(own_number(name))
        return name


def changes_of(
    tune: Mapping[str, float], damp: Mapping[str, float], use: Mapping[str, str], blend: Mapping[str, tuple[str, float]]
) -> dict[int, DrumChange]:
    """Changes by key from those of drums by key or name; ``blend`` has the other instrument and its share.

    Raises:
        StudioError: there is no such drum.
    """
    made: dict[int, DrumChange] = {}
    asked: list[tuple[str, dict[str, Any]]] = [
        *((drum, {"tune": x}) for drum, x in tune.items()),
        *((drum, {"damp": x}) for drum, x in damp.items()),
        *((drum, {"use": x}) for drum, x in use.items()),
        *((drum, {"other": x, "share": share}) for drum, (x, share) in blend.items()),
    ]
    for drum, values in asked:
        key = drum_kits.key_of(drum)
        made[key] = replace(made.get(key, USUAL), **values)
    return made
