"""What a request allows the clips of one track: its limits, chords and locked notes, as masks for the steps of each clip."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from studio.engines.api import GenerateRequest, Limits
from studio.engines.clip_grid import BAR_CELLS, CELLS, LOW, N_PIECES, PIECE_OF, PITCHES, cells_of
from studio.engines.clip_limits import BarBand, BarCount, DrumLimits, LineLimits, Mask
from studio.engines.clip_notes import TICKS_A_CELL, Span, limits_of
from studio.engines.lstm_writer_limits import check
from studio.errors import StudioError
from studio.music.document import Track
from studio.music.notes import Notes
from studio.music.pitch import Chord

_HALVED = 16
"""Sixteenths of the bars whose halves begin with strong beats too."""


class ClipFence:
    """Limits by clip: :meth:`line` for lines, which are ``moved`` semitones from what sounds, :meth:`drums` for drums.

    Raises:
        StudioError: they cannot be kept in every one of ``spans``.
    """

    def __init__(self, request: GenerateRequest, track: Track, moved: int, spans: list[Span], *, drums: bool) -> None:
        check(request)
        self._request, self._moved = request, moved
        self._name = track.name
        self._locked = track.notes.starting_between(request.start, request.end)
        self._locked = self._locked.select(self._locked.locked)
        self._base = None if drums else limits_of(track, request.key, moved, request.limits)
        for span in spans:
            if drums:
                limits = self.drums(span)
                BarCount(limits.band, limits.fine.sum(axis=1), span.cells)
            else:
                self._check_line(self.line(span), span)

    @property
    def any(self) -> bool:
        """Whether there is more to keep than the range of the instrument and the key."""
        return self._request.limits != Limits() or bool(len(self._locked))

    def line(self, span: Span) -> LineLimits:
        """What a line may be there."""
        base, limits = self._base, self._request.limits
        assert base is not None
        chorded = bool(limits.chord_notes)
        return LineLimits(
            base.pitches,
            limits.leap,
            self._starts(span) if limits.grid else None,
            self._tones(span) if chorded else None,
            self._sounding(span) if len(self._locked) else None,
            self._band(span),
        )

    def drums(self, span: Span) -> DrumLimits:
        """What drums may be there."""
        fine = np.ones((CELLS, N_PIECES), bool)
        if self._request.limits.grid:
            fine &= self._starts(span)[:, None]
        limits = self._request.limits
        straight = bool(limits.grid)
        for start, end, pitch in _rows(self._locked):
            first = (start - span.start + TICKS_A_CELL // 2) // TICKS_A_CELL
            last = first + 1
            if straight or limits.least or limits.most:  # where no hit may make way for a locked one
                away = 0 if straight else TICKS_A_CELL // 2
                first = -(-(start - span.start - away) // TICKS_A_CELL)
                last = -(-(end - span.start + away) // TICKS_A_CELL)
            fine[max(0, first) : max(0, last), PIECE_OF[pitch]] = False
        return DrumLimits(fine, straight, self._band(span))

    def clear(self, notes: Notes) -> Notes:
        """Written drums, none of which sounds while a locked one of its pitch does: earlier ones end there, later ones wait."""
        start, end = notes.start.copy(), notes.end.copy()
        for first, last, pitch in _rows(self._locked):
            same = notes.pitch == pitch
            start[same & (start >= first) & (start < last)] = last
            end[same & (start < first)] = np.minimum(end[same & (start < first)], first)
        end = np.maximum(end, np.minimum(start + 1, self._request.end))
        fine = (start < self._request.end) & (end > start)
        return replace(notes, start=start, duration=np.maximum(end - start, 1)).select(fine)

    def _starts(self, span: Span) -> Mask:
        """Which steps lie on the grid, counted from the region's start."""
        ticks = span.start - self._request.start + np.arange(CELLS) * TICKS_A_CELL
        return np.asarray(ticks % self._request.limits.grid == 0)

    def _tones(self, span: Span) -> Mask:
        """Which pitches may start at each step, where they must belong to the chord."""
        request, bar = self._request, BAR_CELLS[span.metre]
        fine = np.ones((CELLS, PITCHES), bool)
        sounding = (np.arange(PITCHES) + LOW - self._moved) % 12
        strong = bar // 2 if bar >= _HALVED else bar
        for cell in range(0, span.cells, strong if request.limits.chord_notes == "strong" else 1):
            chord = self._chord_at(span.start + cell * TICKS_A_CELL)
            if chord is not None:
                fine[cell] = np.isin(sounding, list(chord.pitch_classes))
        return fine

    def _chord_at(self, tick: int) -> Chord | None:
        chords = self._request.chords or self._request.context.chords
        return next((c.chord for c in chords if c.start <= tick < c.end), None)

    def _sounding(self, span: Span) -> Mask:
        """Where a locked note sounds: a line has one voice."""
        blocked = np.zeros(CELLS, bool)
        for start, end, _ in _rows(self._locked):
            first, last = (start - span.start) // TICKS_A_CELL, -(-(end - span.start) // TICKS_A_CELL)
            blocked[max(0, first) : max(0, last)] = True
        return blocked

    def _band(self, span: Span) -> BarBand:
        limits, bar = self._request.limits, BAR_CELLS[span.metre]
        at = (self._locked.start - span.start) // (bar * TICKS_A_CELL)
        there = tuple(int((at == k).sum()) for k in range(span.cells // bar))
        return BarBand(limits.least, limits.most, bar, there)

    def _check_line(self, limits: LineLimits, span: Span) -> None:
        places = limits.places(cells_of(span.metre))
        BarCount(limits.band, places.astype(np.int64), span.cells)
        if limits.tones is None:
            return
        every = np.flatnonzero(limits.pitches)
        for tones in np.unique(limits.tones[: span.cells][places[: span.cells]], axis=0):
            there = np.flatnonzero(limits.pitches & tones)
            if not len(there):
                raise StudioError(
                    f"A chord has no note that the {self._name} may play.", "Widen the range, or leave the key open."
                )
            far = int(np.abs(every[:, None] - there).min(axis=1).max())
            if limits.most_leap and far > limits.most_leap:
                raise StudioError(
                    f"The {self._name} cannot reach every chord in leaps of {limits.most_leap} semitones.",
                    f"Allow {far} or more.",
                )


def _rows(notes: Notes) -> Iterator[tuple[int, int, int]]:
    return zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), strict=True)
