"""Clips of two bars as the VAEs see them: a grid of sixteenths, at most 32 steps, for one melodic line or for drums.

A line is one token a step: an onset of a pitch, a note that goes on, or silence (as MusicVAE, Roberts et al. 2018, section
4.1). Drums are hits of nine pieces with velocity and the distance from the grid (as GrooVAE, Gillick et al. 2019, section 3).
Lines are moved so that the key has no sharps or flats, as for the writer (:mod:`studio.engines.note_columns`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import METRE_STEPS, STEPS

VERSION = 1
CELLS_A_BEAT = 4
CELLS = 32
SEGMENTS = 8
"""Clips of two bars in a phrase of sixteen."""
LOW, PITCHES = 21, 88
HOLD, SILENCE = PITCHES, PITCHES + 1
TOKENS = PITCHES + 2
BAR_CELLS = tuple(steps * CELLS_A_BEAT // STEPS for steps in METRE_STEPS)
"""Sixteenths a bar of each metre class of :mod:`studio.engines.note_columns`."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

PIECES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("Bass drum", (36, 35)),
    ("Snare", (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85)),
    ("Closed hi-hat", (42, 22, 44, 54, 68, 69, 70, 71, 73, 78, 80)),
    ("Open hi-hat", (46, 26, 67, 72, 74, 79, 81)),
    ("Low tom", (43, 29, 41, 45, 58, 61, 64, 84)),
    ("Mid tom", (47, 48, 60, 63, 77, 86, 87)),
    ("High tom", (50, 30, 62, 76, 83)),
    ("Crash", (49, 52, 55, 57)),
    ("Ride", (51, 53, 59, 82)),
)
"""The nine pieces of a kit, and the keys of the GM drum map (with Roland's) that count as each; the first one is written."""
N_PIECES = len(PIECES)
PIECE_OF = np.ones(128, np.int64)
for _number, (_, _keys) in enumerate(PIECES):
    PIECE_OF[list(_keys)] = _number


@dataclass(frozen=True)
class DrumClip:
    """Hits bool, velocity 0..1 and offset -0.5..0.5 of a sixteenth (late is positive), each [CELLS, N_PIECES]."""

    hits: npt.NDArray[np.bool_]
    velocity: Floats
    offset: Floats

    @classmethod
    def empty(cls) -> "DrumClip":
        """Silence."""
        shape = (CELLS, N_PIECES)
        return cls(np.zeros(shape, bool), np.zeros(shape, np.float32), np.zeros(shape, np.float32))


def cells_of(metre: int) -> int:
    """Sixteenths that two bars of a metre class have; more than :data:`CELLS` cannot be a clip."""
    return 2 * BAR_CELLS[metre]


def line_tokens(start: Ints, length: Ints, pitch: Ints, per_cell: int, cells: int) -> Ints:
    """Tokens [CELLS] of notes whose ``start`` counts from the clip's, in ``per_cell``-ths of a sixteenth.

    The highest of several notes at a step counts; a note ends where the next begins. Past ``cells`` there is silence.
    """
    tokens = np.full(CELLS, SILENCE)
    at = (2 * start + per_cell) // (2 * per_cell)
    end = np.maximum(at + 1, (2 * (start + length) + per_cell) // (2 * per_cell))
    kept = (at >= 0) & (at < cells)
    order = np.lexsort((pitch[kept], at[kept]))
    for a, b, p in zip(at[kept][order].tolist(), end[kept][order].tolist(), pitch[kept][order].tolist(), strict=True):
        sounding = tokens[a:cells] == HOLD
        stop = int(np.argmin(sounding)) if not sounding.all() else len(sounding)
        tokens[a : a + stop] = SILENCE
        tokens[a + 1 : min(b, cells)] = HOLD
        tokens[a] = min(max(p, LOW), LOW + PITCHES - 1) - LOW
    return tokens


def line_notes(tokens: Ints, cells: int) -> tuple[Ints, Ints, Ints]:
    """(start, length, pitch) of the notes of a line's tokens, in sixteenths."""
    onsets = np.flatnonzero(tokens[:cells] < PITCHES)
    ends = [_end(tokens, int(a), cells) for a in onsets]
    return onsets, np.array(ends, np.int64) - onsets, tokens[onsets] + LOW


def _end(tokens: Ints, onset: int, cells: int) -> int:
    end = onset + 1
    while end < cells and tokens[end] == HOLD:
        end += 1
    return end


def sounding(tokens: Ints) -> Ints:
    """What sounds at each step, [..., CELLS]: a pitch 0..87, or 88 for nothing."""
    now = np.full(tokens.shape[:-1], PITCHES)
    made = np.empty_like(tokens)
    for k in range(tokens.shape[-1]):
        token = tokens[..., k]
        now = np.where(token < PITCHES, token, np.where(token == HOLD, now, PITCHES))
        made[..., k] = now
    return made


def drum_clip(start: Ints, pitch: Ints, velocity: Ints, per_cell: int, cells: int) -> DrumClip:
    """A clip of drum notes whose ``start`` counts from the clip's, in ``per_cell``-ths of a sixteenth.

    Of two hits of a piece at a step the louder counts.
    """
    clip = DrumClip.empty()
    at = (2 * start + per_cell) // (2 * per_cell)
    for i in np.argsort(velocity, kind="stable").tolist():
        cell, piece = int(at[i]), int(PIECE_OF[pitch[i]])
        if 0 <= cell < cells:
            clip.hits[cell, piece] = True
            clip.velocity[cell, piece] = velocity[i] / 127
            clip.offset[cell, piece] = np.clip(start[i] / per_cell - cell, -0.5, 0.5)
    return clip


_STRONG = np.array([4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0])
_STRONG_IN_THREE = np.array([4, 0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 0])
_STRONG_IN_SIX = np.array([4, 0, 1, 0, 1, 0, 3, 0, 1, 0, 1, 0])


def strengths(metre: int) -> Ints:
    """How strong each step of two bars is in a metre class, 0 (offbeat sixteenth) to 4 (first beat), [CELLS]."""
    cells = BAR_CELLS[metre]
    bar = _STRONG_IN_SIX if metre == 3 else _STRONG_IN_THREE if cells == 12 else np.resize(_STRONG, cells)
    made = np.zeros(CELLS, np.int64)
    both = np.concatenate([bar, bar])[:CELLS]
    made[: len(both)] = both
    return made


ATTRIBUTES = ("density", "syncopation", "register", "leaps")
"""What a line or a drum part can be asked to have more or less of; drums have the first two."""


def syncopation(onsets: npt.NDArray[np.bool_], metre: int) -> float:
    """Mean over the onsets of how much stronger the strongest silent step is that an onset is held across to the next one.

    After Longuet-Higgins and Lee 1984: a weak onset whose next stronger step has none pulls against the metre.
    """
    strong = strengths(metre)
    places = np.flatnonzero(onsets)
    if not len(places):
        return 0.0
    ends = np.append(places[1:], cells_of(metre))
    pulls = [max(0, int(strong[a + 1 : b].max(initial=0)) - int(strong[a])) for a, b in zip(places, ends, strict=True)]
    return float(np.mean(pulls))


def line_attributes(tokens: Ints, metre: int) -> Floats:
    """:data:`ATTRIBUTES` of a line: onsets a beat, syncopation, mean pitch, mean semitones between notes, [4]."""
    cells = cells_of(metre)
    onsets = tokens[:cells] < PITCHES
    pitch = tokens[:cells][onsets] + LOW
    leaps = float(np.abs(np.diff(pitch)).mean()) if len(pitch) > 1 else 0.0
    register = float(pitch.mean()) if len(pitch) else 0.0
    density = float(onsets.sum()) * CELLS_A_BEAT / cells
    return np.array([density, syncopation(onsets, metre), register, leaps], np.float32)


def phrase_attributes(phrase: Ints, metre: int) -> Floats:
    """:data:`ATTRIBUTES` of a phrase [SEGMENTS, CELLS]: the means of its clips', [4]."""
    return np.asarray(np.mean([line_attributes(clip, metre) for clip in phrase], axis=0), np.float32)


def drum_attributes(hits: npt.NDArray[np.bool_], metre: int) -> Floats:
    """Density (hits a beat) and syncopation (of bass drum and snare) of drums, [2]."""
    cells = cells_of(metre)
    density = float(hits[:cells].sum()) * CELLS_A_BEAT / cells
    return np.array([density, syncopation(np.logical_or(hits[:cells, 0], hits[:cells, 1]), metre)], np.float32)
