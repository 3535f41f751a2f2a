"""Vibrato laid over notes: proposed from the notes for who plays them, and written as the wheel, where the user can see and redraw it.

It is the modulation wheel that rises late in a held note (and the vibrato's rate, once), as a player of the keyboard would turn it:
so other synthesizers play it too. Where somebody has turned the wheel, it stays as it is.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from studio.app.shaping import MODULATION, VIBRATO_CENTS, VIBRATO_RATE, vibrato_rate
from studio.engines.cards import Card
from studio.engines.gm import sound_for
from studio.engines.performer_vibrato import wavering
from studio.music import edits
from studio.music.document import Document, Track
from studio.music.notes import Controls, Notes
from studio.music.tempo import TempoMap

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Law = Callable[[int], tuple[float, ...]]  # of a program: cents, hertz, seconds; empty: none
STEPS = 8  # of the wheel while it rises


def law_of(card: Card | None, own: Card | None = None) -> Law:
    """The vibrato that players of each program have, as the instruments' card says, or that of the instrument of one's ``own``."""
    if own is not None:
        return lambda program: tuple(own.hyper.get("sound", {}).get("vibrato", ()))
    sounds = {str(s["id"]): s for s in (card.hyper.get("sounds", ()) if card else ())}
    programs = {name: int(s["program"]) for name, s in sounds.items()}
    return lambda program: tuple(sounds[sound_for(program, programs)].get("vibrato", ())) if programs else ()


def phrased(document: Document, track_id: int, ids: Ints, law: Law, seed: int) -> Document:
    """``document`` with vibrato on the held ones of the notes ``ids`` of a track. The same seed gives the same vibrato.

    What begins together is one; it lasts until something else begins. Locked notes, drums, and where the wheel is turned: untouched.
    """
    track = document.track(track_id)
    if track.drums or not len(track.notes):
        return document
    start, end = _stretches(track.notes, ids)
    programs = track.programs_at(start)
    laws = {p: law(p) for p in np.unique(programs).tolist()}
    rows = np.array([laws[p] or (0.0, 0.0, 0.0) for p in programs.tolist()]).reshape(-1, 3)
    free = (rows[:, 0] > 0) & ~_turned(track.controls, start, end)
    made = _wheel(document.tempo, start[free], end[free], rows[free], seed)
    if not len(made):
        return document
    return edits.add_controls(document, track_id, Controls.concat([_rates(track, made, start[free], rows[free]), made]))


def _stretches(notes: Notes, ids: Ints) -> tuple[Ints, Ints]:
    """Where notes of ``ids`` that are not locked begin, [n] rising, and until when they sound alone."""
    heads = np.flatnonzero(np.diff(notes.start, prepend=-1))
    onset = notes.start[heads]
    wanted = np.add.reduceat(np.isin(notes.id, ids) & ~notes.locked, heads) > 0
    end = np.minimum(np.maximum.reduceat(notes.end, heads), np.append(onset[1:], notes.last_end))
    return onset[wanted], end[wanted]


def _turned(controls: Controls, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
    """Where the wheel is up or is turned between ``start`` and ``end``."""
    wheel = controls.numbered(MODULATION)
    first, last = np.searchsorted(wheel.tick, start, "right"), np.searchsorted(wheel.tick, end, "left")
    return (np.append(0, wheel.value)[first] != 0) | (last > first)


def _wheel(tempo: TempoMap, start: Ints, end: Ints, law: Floats, seed: int) -> Controls:
    """The wheel's events: at rest at the onset, then up in steps, and at rest again at the end."""
    begin = tempo.seconds(start)
    how = wavering(tempo.seconds(end) - begin, law, seed)
    value = np.rint(how.cents / VIBRATO_CENTS * 127)
    deep = value > 0
    share = np.arange(1, STEPS + 1) / STEPS
    seconds = begin[:, None] + how.from_s[:, None] + (how.full_s - how.from_s)[:, None] * share
    rising = tempo.ticks_at_seconds(seconds[deep])
    ticks = np.concatenate([start[deep, None], np.rint(rising).astype(np.int64), end[deep, None]], 1)
    still = np.zeros((int(deep.sum()), 1))
    values = np.concatenate([still, np.rint(value[deep, None] * share), still], 1).astype(np.int64)
    changes = np.diff(values, axis=1, prepend=-1) != 0
    return Controls.of(ticks[changes], MODULATION, values[changes])


def _rates(track: Track, wheel: Controls, start: Ints, law: Floats) -> Controls:
    """The vibrato's rate where it changes, unless somebody has set it."""
    if len(track.controls.numbered(VIBRATO_RATE)):
        return Controls.empty()
    turned = np.isin(start, wheel.tick)
    rate = np.array([vibrato_rate(hertz) for hertz in law[turned, 1].tolist()], np.int64)
    changes = np.diff(rate, prepend=-1) != 0
    return Controls.of(start[turned][changes], VIBRATO_RATE, rate[changes])
