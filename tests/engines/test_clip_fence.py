import numpy as np
import pytest

from studio.engines.api import GenerateRequest, Limits
from studio.engines.clip_fence import ClipFence
from studio.engines.clip_grid import LOW, PITCHES
from studio.engines.clip_notes import spans_of
from studio.errors import StudioError
from studio.music.document import ChordSpan, Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.music.time import Meter

BAR = 3840
SPANS = spans_of(Meter(), BAR, 4 * BAR)
CHORDS = (ChordSpan(BAR, 2 * BAR, Chord.parse("C")), ChordSpan(2 * BAR, 4 * BAR, Chord.parse("G7")))


def fence(limits=None, rows=(), drums=False, moved=0, key=None):
    start, length, pitch = zip(*rows, strict=True) if rows else ((), (), ())
    notes = Notes.of(np.array(start, np.int64), length, pitch, locked=True) if rows else Notes.empty()
    track = Track(1, "Tune", program=73, drums=drums, clips=(Clip(1, 0, 8 * BAR, (Take(notes),)),))
    request = GenerateRequest(Document(), BAR, 3 * BAR, key=key, limits=limits or Limits(), chords=CHORDS)
    return ClipFence(request, track, moved, SPANS, drums=drums)


def test_untouched_there_is_the_instrument_alone():
    made = fence()
    assert not made.any and made.line(SPANS[0]).tones is None and made.line(SPANS[0]).places(32).all()
    assert made.drums(SPANS[0]).fine.all()


def test_the_grid_counts_from_the_regions_start():
    made = fence(Limits(grid=960)).line(SPANS[0])
    assert np.flatnonzero(made.places(32)).tolist() == list(range(0, 32, 4))
    assert np.flatnonzero(fence(Limits(grid=320)).line(SPANS[0]).places(16)).tolist() == [0, 4, 8, 12]
    drums = fence(Limits(grid=960), drums=True).drums(SPANS[0])
    assert drums.straight and drums.fine[::4].all() and drums.fine.sum() == 8 * 9


@pytest.mark.parametrize(("where", "cells"), [("strong", [0, 8, 16, 24]), ("all", list(range(32)))])
def test_chords_hold_on_strong_beats_or_everywhere(where, cells):
    made = fence(Limits(chord_notes=where), moved=2).line(SPANS[0])
    narrow = [k for k in range(32) if not made.tones[k].all()]
    assert narrow == cells
    for cell in cells:
        sounding = {int(p + LOW - 2) % 12 for p in np.flatnonzero(made.tones[cell])}
        assert sounding == (set(CHORDS[0].chord.pitch_classes) if cell < 16 else set(CHORDS[1].chord.pitch_classes))


def test_a_locked_note_takes_its_time_and_is_counted():
    made = fence(Limits(least=1), rows=[(BAR + 1000, 300, 70)])
    line = made.line(SPANS[0])
    assert made.any and np.flatnonzero(line.blocked).tolist() == [4, 5] and line.band.there == (1, 0)
    assert not made.line(SPANS[1]).blocked.any()


def test_locked_hits_stand_alone():
    made = fence(rows=[(BAR + 960, 240, 38)], drums=True)
    assert not made.drums(SPANS[0]).fine[4, 1] and made.drums(SPANS[0]).fine.sum() == 32 * 9 - 1
    clear = made.clear(Notes.of([BAR + 800, BAR + 1000, BAR + 1000], 240, [38, 38, 36]))
    rows = sorted(zip(clear.start.tolist(), clear.end.tolist(), clear.pitch.tolist(), strict=True))
    assert rows == [(BAR + 800, BAR + 960, 38), (BAR + 1000, BAR + 1240, 36), (BAR + 1200, BAR + 1240, 38)]


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(least=5, grid=960), "do not fit"),
        (Limits(60, 63, chord_notes="all"), "chord has no note"),
        (Limits(leap=1, chord_notes="all"), "cannot reach"),
        (Limits(low=20, high=30), "range"),
        (Limits(grid=7), "too fine"),
    ],
)
def test_what_cannot_be_kept_is_refused(limits, word):
    with pytest.raises(StudioError, match=word):
        fence(limits, key=Key(1) if limits.high == 63 else None)


def test_pitches_are_the_keys():
    sounding = np.flatnonzero(fence(key=Key(2)).line(SPANS[0]).pitches) + LOW
    assert len(sounding) < PITCHES and all(Key(2).contains(int(p)) for p in sounding)
