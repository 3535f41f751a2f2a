"""Bars of a track into clips of two bars and back: what lies between a document and the clip VAEs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.api import Limits
from studio.engines.clip_grid import (
    BAR_CELLS,
    CELLS,
    CELLS_A_BEAT,
    LOW,
    N_PIECES,
    PIECE_OF,
    PIECES,
    PITCHES,
    SILENCE,
    DrumClip,
    cells_of,
    drum_clip,
    line_notes,
    line_tokens,
)
from studio.engines.clip_limits import LineLimits
from studio.engines.lstm_writer_setting import number_of
from studio.engines.lstm_writer_styles import phrased_velocity, pitch_range
from studio.engines.note_columns import CLASS, N_METRE, estimate_key, family, metre_class, move_for
from studio.errors import StudioError
from studio.music.document import Document, Track
from studio.music.notes import Notes, Origin
from studio.music.pitch import Key
from studio.music.time import TICKS_PER_QUARTER, Meter

TICKS_A_CELL = TICKS_PER_QUARTER // CELLS_A_BEAT
_FITTING = "Clips can be made of bars in 2/4, 3/4, 4/4, 6/8 or 2/2."
MOST_SPANS = 64
ANY = Limits()


@dataclass(frozen=True, slots=True)
class Span:
    """Two bars (or one, at a region's end) from ``start``, ticks, of a metre class; ``cells`` sixteenths of them count."""

    start: int
    metre: int
    cells: int

    @property
    def end(self) -> int:
        """The tick at which it ends."""
        return self.start + self.cells * TICKS_A_CELL


def spans_of(meter: Meter, start: int, end: int) -> list[Span]:
    """The clips that the bars from ``start`` to ``end`` make.

    Raises:
        StudioError: a metre has too long or odd bars, or there are too many bars.
    """
    made: list[Span] = []
    at = start
    while at < end:
        bar = meter.bar_of(at)
        signature = meter.at(at)
        metre = metre_class(signature.numerator, signature.denominator)
        if metre >= N_METRE - 1 or cells_of(metre) > CELLS or BAR_CELLS[metre] < 8:
            raise StudioError(f"Bars in {signature.numerator}/{signature.denominator} cannot be made into clips.", _FITTING)
        next_bar, after = meter.bar_start(bar + 1), meter.bar_start(bar + 2)
        both = next_bar < end and meter.at(next_bar) == signature and after - at == 2 * signature.bar_ticks
        made.append(Span(at, metre, (2 if both else 1) * BAR_CELLS[metre]))
        at = after if both else next_bar
        if len(made) > MOST_SPANS:
            raise StudioError("That is too long a stretch for clips.", f"Choose at most {2 * MOST_SPANS} bars.")
    return made


def moved_by(document: Document, tick: int, key: Key | None) -> int:
    """Semitones that bring the key at ``tick`` (asked for, written, or heard in the song) to no sharps and flats."""
    known = key or document.key_at(tick)
    if known:
        return move_for(number_of(known))
    notes = Notes.concat(t.notes for t in document.tracks if not t.drums)
    return move_for(estimate_key(notes.pitch.astype(np.int64), notes.duration / TICKS_PER_QUARTER * 24))


def read_line(track: Track, span: Span, moved: int) -> npt.NDArray[np.int64]:
    """The tokens of a track's bars: its highest notes on the grid of sixteenths."""
    n = track.notes.starting_between(max(0, span.start - TICKS_A_CELL // 2), span.end)
    return line_tokens(n.start - span.start, n.duration, n.pitch.astype(np.int64) + moved, TICKS_A_CELL, span.cells)


def read_drums(track: Track, span: Span) -> DrumClip:
    """The drums of a track's bars, with velocity and timing."""
    n = track.notes.starting_between(max(0, span.start - TICKS_A_CELL // 2), span.end - TICKS_A_CELL // 2)
    return drum_clip(n.start - span.start, n.pitch.astype(np.int64), n.velocity.astype(np.int64), TICKS_A_CELL, span.cells)


def read_rhythm(track: Track, span: Span) -> DrumClip:
    """A track's onsets, whatever their pitch, as hits of one piece."""
    n = track.notes.starting_between(max(0, span.start - TICKS_A_CELL // 2), span.end - TICKS_A_CELL // 2)
    snare = np.full(len(n), PIECES[1][1][0])
    return drum_clip(n.start - span.start, snare, n.velocity.astype(np.int64), TICKS_A_CELL, span.cells)


def limits_of(track: Track, key: Key | None, moved: int, limits: Limits = ANY) -> LineLimits:
    """What a line of a track must keep: the range of its instrument, and the key where one is asked for.

    Raises:
        StudioError: nothing is left.
    """
    low, high = pitch_range(_class_of(track), track.program)
    low, high = max(low, limits.low), min(high, limits.high)
    sounding = np.arange(PITCHES) + LOW - moved
    fine = (sounding >= max(low, 0)) & (sounding <= min(high, 127))
    if key:
        fine &= np.array([key.contains(int(p)) for p in sounding])
    if not fine.any():
        of_key = f" of {key}" if key else ""
        raise StudioError(f"No note{of_key} lies within the range of '{track.name}'.", "Choose another key, range or instrument.")
    return LineLimits(fine, limits.leap)


def _class_of(track: Track) -> int:
    return CLASS["Melody"] if not track.drums and family(track.program) == CLASS["Piano"] else family(track.program)


def write_line(tokens: npt.NDArray[np.int64], span: Span, moved: int, like: Track) -> Notes:
    """The notes of a line, counted from the song's start; as loud as the track's nearest notes, or shaped by the bar."""
    start, length, pitch = line_notes(tokens, span.cells)
    at = span.start + start * TICKS_A_CELL
    loud = [_loudness(like, int(t), span) for t in at]
    pitch = np.clip(pitch - moved, 0, 127)
    return Notes.of(at, length * TICKS_A_CELL, pitch, loud, origin=int(Origin.GENERATED)) if len(at) else Notes.empty()


def _loudness(track: Track, tick: int, span: Span) -> int:
    n = track.notes
    if len(n):
        i = int(np.clip(np.searchsorted(n.start, tick), 1, len(n) - 1)) if len(n) > 1 else 0
        near = i - 1 if i and tick - n.start[i - 1] <= n.start[i] - tick else i
        return int(n.velocity[near])
    bar = BAR_CELLS[span.metre] * TICKS_A_CELL
    inside = (tick - span.start) % bar
    return phrased_velocity(CLASS["Melody"], inside / bar, inside % TICKS_PER_QUARTER == 0, (tick // bar % 4 + inside / bar) / 4)


def keys_of(track: Track) -> npt.NDArray[np.int64]:
    """The key that each piece of the kit is written with, [N_PIECES]: the track's own most usual one, else the first."""
    keys = np.array([k[0] for _, k in PIECES])
    count = np.bincount(track.notes.pitch.astype(np.int64), minlength=128)
    for piece in range(N_PIECES):
        own = np.where(piece == PIECE_OF, count, 0)
        if own.any():
            keys[piece] = int(own.argmax())
    return keys


def write_drums(clip: DrumClip, span: Span, keys: Sequence[int] | npt.NDArray[np.int64]) -> Notes:
    """The notes of drums, counted from the song's start, where they were played beside the grid. None leaves the span."""
    cell, piece = np.nonzero(clip.hits[: span.cells])
    if not len(cell):
        return Notes.empty()
    away = np.round(clip.offset[cell, piece] * TICKS_A_CELL).astype(np.int64)
    start = np.clip(span.start + cell * TICKS_A_CELL + away, span.start, span.end - 1)
    loud = np.clip(np.round(clip.velocity[cell, piece] * 127), 1, 127)
    pitch = np.asarray(keys)[piece]
    return Notes.of(start, np.minimum(TICKS_A_CELL, span.end - start), pitch, loud, origin=int(Origin.GENERATED))


def silent(tokens: npt.NDArray[np.int64]) -> bool:
    """Whether a line has no note."""
    return bool((tokens >= SILENCE - 1).all())
