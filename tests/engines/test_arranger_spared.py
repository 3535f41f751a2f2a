from dataclasses import replace

import numpy as np
import pytest

from studio.engines.api import GenerateRequest, Limits
from studio.engines.arranger_spared import staying
from studio.music.document import ChordSpan, Clip, Take
from studio.music.pitch import Chord, Key
from tests.writers import BEAT, song

BAR = 4 * BEAT


def spared(limits=None, key=None, share=1.0, track=0, locked=(), chords=()):
    """Which notes of the second and third bar of a song stay."""
    document = song(4)
    part = document.tracks[track]
    notes = replace(part.notes, locked=np.isin(np.arange(len(part.notes)), locked))
    part = replace(part, clips=(Clip(3, 0, 4 * BAR, (Take(notes),)),))
    request = GenerateRequest(document, BAR, 2 * BAR, limits=limits or Limits(), key=key, chords=chords)
    return notes, staying(part, request, share, np.random.default_rng(0))


def test_outside_of_the_region_everything_stays_and_within_what_is_spared_or_locked():
    _, stay = spared(share=0.0, locked=(5,))
    assert np.flatnonzero(~stay).tolist() == [4, 6, 7, 8, 9, 10, 11]
    assert spared()[1].all()
    assert 0 < spared(share=0.5)[1][4:12].sum() < 8


@pytest.mark.parametrize(
    ("limits", "key", "rule"),
    [
        (Limits(low=62, high=66), None, lambda n: (n.pitch >= 62) & (n.pitch <= 66)),
        (Limits(), Key(0), lambda n: np.isin(n.pitch % 12, (0, 2, 4, 5, 7, 9, 11))),
        (Limits(grid=2 * BEAT), None, lambda n: n.start % (2 * BEAT) == 0),
    ],
)
def test_what_breaks_a_limit_is_not_spared(limits, key, rule):
    notes, stay = spared(limits, key)
    inside = (notes.start >= BAR) & (notes.start < 3 * BAR)
    assert (stay[inside] == rule(notes)[inside]).all() and not stay.all()


def test_chords_and_notes_a_bar_and_voices():
    chords = (ChordSpan(0, 4 * BAR, Chord.parse("C")),)
    notes, stay = spared(Limits(chord_notes="strong"), chords=chords)
    strong = notes.start % (2 * BEAT) == 0
    assert stay[4:12][~strong[4:12]].all() and set(notes.pitch[4:12][stay[4:12] & strong[4:12]] % 12) <= {0, 4, 7}
    _, stay = spared(Limits(most=2), locked=(6,))
    assert stay[4:8].tolist() == [True, False, True, False] and stay[8:12].sum() == 2
    assert spared(Limits(polyphony=1))[1].all()


def test_drums_have_no_pitch():
    assert spared(Limits(60, 61, leap=1, polyphony=1), Key(1), track=1)[1].all()
