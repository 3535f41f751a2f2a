"""Edits of a track's controllers: pedal, modulation, pitch bend and the like. Places count from the song's start."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.music.document import Document
from studio.music.notes import PITCH_BEND, Controls
from studio.music.time import MAX_TICK


def control_range(number: int) -> tuple[int, int]:
    """The lowest and highest value of a controller."""
    return (-8192, 8191) if number == PITCH_BEND else (0, 127)


def draw_controls(document: Document, track_id: int, number: int, ticks: npt.ArrayLike, values: npt.ArrayLike) -> Document:
    """Put events of one controller in place of those it had from the first to the last of ``ticks`` (rising), both included.

    Values are kept in range; one that only repeats the value before it is left out, but for the first and the last.

    Raises:
        KeyError: there is no such track.
    """
    at = np.clip(np.asarray(ticks, np.int64), 0, MAX_TICK)
    if not len(at):
        return document
    low, high = control_range(number)
    new = np.clip(np.rint(np.asarray(values, np.float64)), low, high).astype(np.int32)
    keep = np.append(True, np.diff(new) != 0)
    keep[-1] = True
    kept = _without(document.track(track_id).controls, number, int(at[0]), int(at[-1]))
    return _with(document, track_id, Controls.concat([kept, Controls.of(at[keep], number, new[keep])]))


def add_controls(document: Document, track_id: int, controls: Controls) -> Document:
    """Put events beside those that are there, after them where they are at one tick; places and values are kept in range.

    Raises:
        KeyError: there is no such track.
    """
    low, high = np.array([control_range(n) for n in controls.number.tolist()], np.int64).reshape(-1, 2).T
    kept = Controls.of(np.clip(controls.tick, 0, MAX_TICK), controls.number, np.clip(controls.value, low, high))
    return _with(document, track_id, Controls.concat([document.track(track_id).controls, kept]))


def remove_controls(document: Document, track_id: int, number: int, start: int, end: int) -> Document:
    """Delete the events of one controller from ``start`` to ``end``, both included.

    Raises:
        KeyError: there is no such track.
    """
    return _with(document, track_id, _without(document.track(track_id).controls, number, start, end))


def _without(controls: Controls, number: int, start: int, end: int) -> Controls:
    kept = (controls.number != number) | (controls.tick < start) | (controls.tick > end)
    return Controls.of(controls.tick[kept], controls.number[kept], controls.value[kept])


def _with(document: Document, track_id: int, controls: Controls) -> Document:
    track = document.track(track_id)
    return document if controls == track.controls else document.with_track(replace(track, controls=controls))
