from dataclasses import replace

import numpy as np
import pytest

from studio.app.session import Proposal, ProposedTake
from studio.app.take_figures import STRETCH, Figures, figures_of, twins_of
from studio.engines.api import Part
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes

BAR = 3840
FLUTE = Part("Flute", 73, False, 1)
TUNE = [60, 64, 67, 65, 64, 62, 60, 67, 71, 72, 67, 64, 65, 62, 59, 60]


def line(pitches, start=0, step=960):
    return Notes.of(start + step * np.arange(len(pitches)), step, pitches)


def song(pitches=TUNE, drums=False):
    notes = line(pitches)
    return Document(tracks=(Track(1, "Flute", program=73, drums=drums, clips=(Clip(2, 0, 4 * BAR, (Take(notes),)),)),), next_id=9)


def figures(*takes, document=None, part=FLUTE, start=4 * BAR):
    made = tuple(ProposedTake(((part, n),) if len(n) else (), start + 4 * BAR) for n in takes)
    return figures_of(Proposal(start, start + 4 * BAR, made), document or song())


def test_what_stood_in_the_song_is_not_new_in_any_key():
    draw = np.random.default_rng(1)
    again = line(TUNE, 4 * BAR)
    higher = line([p + 5 for p in TUNE], 4 * BAR)
    other = line(draw.integers(55, 80, 16), 4 * BAR)
    assert figures(again)[0].novelty == 0 == figures(higher)[0].novelty
    assert figures(other)[0].novelty == 1
    half = line([*TUNE[:8], 50, 78, 51, 77, 52, 76, 53, 75], 4 * BAR)
    assert figures(half)[0].novelty == pytest.approx(0.5)


def test_what_another_take_has_is_not_new_either():
    draw = np.random.default_rng(2)
    a, b = (line(draw.integers(55, 80, 16), 4 * BAR) for _ in range(2))
    assert [f.novelty for f in figures(a, b)] == [1, 1]
    assert [f.novelty for f in figures(a, b, a)] == [0, 1, 0]


def test_drums_are_told_apart_by_their_keys():
    beat = [36, 42, 38, 42] * 4
    document = song(beat, drums=True)
    part = Part("Kit", 0, True, 1)
    assert figures(line(beat, 4 * BAR), document=document, part=part)[0].novelty == 0
    assert figures(line([p + 1 for p in beat], 4 * BAR), document=document, part=part)[0].novelty == 1
    assert figures(line(beat, 4 * BAR), document=document, part=part)[0].key is None


def test_a_take_like_the_song_fits_and_each_difference_costs():
    same = figures(line(TUNE, 4 * BAR))[0]
    assert (same.fit, same.key, same.register, same.rhythm, same.density) == (1, 1, 1, 1, 1)
    chromatic = figures(line([p + 1 for p in TUNE], 4 * BAR))[0]
    assert chromatic.key < 0.6 and chromatic.rhythm == 1 and chromatic.fit < same.fit
    high = figures(line([p + 24 for p in TUNE], 4 * BAR))[0]
    assert high.key == 1 and high.register == 0
    late = figures(line(TUNE, 4 * BAR + 240))[0]
    assert late.rhythm == 0 and late.key == 1
    sparse = figures(line(TUNE[::4], 4 * BAR, 3840))[0]
    assert sparse.density == pytest.approx(0.25)


def test_beside_other_parts_the_key_is_heard_bar_by_bar():
    roots = [48] * 4 + [55] * 4 + [53] * 4 + [48] * 4
    document = song(roots)
    bass = Part("Bass", 33)
    fitting = figures(line([36] * 4 + [43] * 4 + [41] * 4 + [36] * 4), document=document, part=bass, start=0)[0]
    shuffled = figures(line([43] * 4 + [36] * 4 + [36] * 4 + [41] * 4), document=document, part=bass, start=0)[0]
    assert fitting.key == 1 and shuffled.key == 0 and fitting.register is None


def test_without_a_song_there_is_nothing_to_fit():
    draw = np.random.default_rng(3)
    takes = [line(draw.integers(55, 80, 16), 4 * BAR) for _ in range(2)]
    assert [f.fit for f in figures(*takes, document=Document(), part=Part("Flute", 73))] == [None, None]
    assert figures(Notes.empty())[0] == Figures() == figures(takes[0].select(slice(0, STRETCH - 3)))[0]


def test_what_is_replaced_is_not_what_it_is_held_against():
    proposal = Proposal(0, 4 * BAR, (ProposedTake(((Part("Flute", 73, False, 1), line(TUNE)),), 4 * BAR),))
    assert figures_of(proposal, song())[0].fit is None
    longer = song(TUNE * 2)
    assert figures_of(replace(proposal), longer)[0].fit == 1


def test_takes_with_the_same_notes_are_told():
    part, low = Part("Lead"), Part("Low")
    one, other = Notes.of([0, 960], 480, [60, 62], id=[1, 2]), Notes.of([0, 960], 480, [60, 64])
    again = Notes.of([0, 960], 480, [60, 62], id=[7, 8])
    parts = (((part, one),), ((part, other),), ((part, again),), ((low, one),), ((part, one), (low, Notes.empty())), (), ())
    assert twins_of([ProposedTake(p) for p in parts]) == (None, None, 0, None, 0, None, None)
