from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engines.api import GenerateRequest, Limits, Quiet
from studio.errors import StudioError
from studio.music.document import ChordSpan, Document
from studio.music.pitch import Chord, Key
from tests.writers import song, tiny_writer

BAR = 3840
CHORDS = tuple(ChordSpan(k * BAR, (k + 1) * BAR, Chord.parse(c)) for k, c in enumerate(("C", "Am7", "Dm", "G7")))


def notes_of(request):
    """Rows (part, start, end, pitch) of each part of the first take that has a pitch."""
    found = {}
    for chunk in tiny_writer().generate(request, Quiet()):
        for part, n in chunk.notes:
            if not part.drums:
                rows = found.setdefault(part.name, [])
                rows += zip(n.start.tolist(), n.end.tolist(), n.pitch.tolist(), strict=True)
    return {name: np.array(sorted(rows)) for name, rows in found.items()}


def broken(rows, limits, chords=(), key=None):
    """Which limits a part's notes break."""
    start, end, pitch = rows.T
    found = []
    if (pitch < limits.low).any() or (pitch > limits.high).any():
        found.append("range")
    if limits.polyphony and max(int(((start <= s) & (end > s)).sum()) for s in start) > limits.polyphony:
        found.append("polyphony")
    if limits.grid and (start % limits.grid).any():
        found.append("grid")
    if key and not all(key.contains(int(p)) for p in pitch):
        found.append("key")
    onsets = np.unique(start)
    for a, b in pairwise(onsets):
        before, now = pitch[start == a], pitch[start == b]
        if limits.leap and max(np.abs(before - p).min() for p in now) > limits.leap:
            found.append("leap")
    for chord in chords:
        there = (start >= chord.start) & (start < chord.end)
        kept = there if limits.chord_notes == "all" else there & (start % (BAR // 2) == 0)
        if limits.chord_notes and not {int(p) % 12 for p in pitch[kept]} <= chord.chord.pitch_classes:
            found.append("chord")
    return found


def test_the_judge_sees_what_is_broken():
    rows = np.array([(0, 960, 61, 0), (0, 960, 80, 0), (1000, 2000, 40, 0)])[:, :3]
    limits = Limits(50, 70, 1, 4, 240, "all")
    assert set(broken(rows, limits, CHORDS, Key(0))) == {"range", "polyphony", "leap", "grid", "chord", "key"}


def possible(style, limits):
    """Whether every part has a pitch in the range (the lowest voices have none from 55 on only where theirs ends below)."""
    tops = {"chorale": 64, "quartet": 84, "pop": 108, "folk": 108, "film": 67}
    return limits.low <= tops[style]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["pop", "folk", "chorale", "film", "quartet"]),
    st.sampled_from([(0, 127), (55, 79), (50, 70)]),
    st.integers(0, 3),
    st.sampled_from([0, 7, 12]),
    st.sampled_from([0, 240, 480]),
    st.sampled_from(["", "strong", "all"]),
    st.integers(0, 99),
)
def test_no_note_breaks_a_limit(style, around, polyphony, leap, grid, kept, seed):
    limits = Limits(*around, polyphony, leap, grid, kept)
    request = GenerateRequest(Document(), 0, 4 * BAR, style=style, seed=seed, limits=limits, chords=CHORDS if kept else ())
    parts = {}
    if possible(style, limits):
        parts = notes_of(request)
    else:
        with pytest.raises(StudioError):
            notes_of(request)
        return
    assert parts
    for rows in parts.values():
        assert broken(rows, limits, CHORDS if kept else ()) == []


def test_limits_hold_together_with_a_key_and_after_a_song():
    limits, key = Limits(55, 84, 2, 9, 240, "strong"), Key(0, "major")
    document = song()
    chords = tuple(replace(c, start=c.start + 4 * BAR, end=c.end + 4 * BAR) for c in CHORDS)
    request = GenerateRequest(document, 4 * BAR, 4 * BAR, key=key, limits=limits, chords=chords)
    for rows in notes_of(request).values():
        assert broken(rows, limits, chords, key) == []


@pytest.mark.parametrize(
    "limits",
    [
        Limits(70, 60),
        Limits(polyphony=-1),
        Limits(grid=7),
        Limits(chord_notes="sometimes"),
        Limits(chord_notes="all"),  # no chords
        Limits(0, 5),  # nobody plays so low
    ],
)
def test_what_cannot_be_kept_is_refused(limits):
    with pytest.raises(StudioError):
        next(tiny_writer().generate(GenerateRequest(Document(), 0, BAR, style="pop", limits=limits), Quiet()))


def test_leaps_that_reach_no_chord_are_refused():
    request = GenerateRequest(Document(), 0, BAR, style="folk", limits=Limits(leap=1, chord_notes="strong"), chords=CHORDS)
    with pytest.raises(StudioError, match="cannot reach"):
        next(tiny_writer().generate(request, Quiet()))


def test_the_songs_own_chords_count():
    limits = Limits(chord_notes="all")
    request = GenerateRequest(Document(chords=CHORDS), 0, 4 * BAR, style="folk", limits=limits)
    for rows in notes_of(request).values():
        assert broken(rows, limits, CHORDS) == []
