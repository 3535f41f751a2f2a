import numpy as np
import pytest

from studio.engines.clip_grid import CELLS, HOLD, N_PIECES, PITCHES, SILENCE, DrumClip
from studio.engines.clip_limits import ANY_DRUMS, BarBand, BarCount, DrumLimits, LineLimits
from studio.errors import StudioError

ALL = np.ones(PITCHES, bool)


def line(*onsets):
    tokens = np.full(CELLS, SILENCE)
    for cell, pitch in onsets:
        tokens[cell] = pitch
    return tokens


def every(step):
    return np.arange(CELLS) % step == 0


@pytest.mark.parametrize(
    ("limits", "kept", "broken"),
    [
        (LineLimits(np.arange(PITCHES) < 40), line((0, 39)), line((0, 40))),
        (LineLimits(ALL, most_leap=2), line((0, 30), (4, 32)), line((0, 30), (4, 33))),
        (LineLimits(ALL, starts=every(4)), line((4, 30)), line((5, 30))),
        (LineLimits(ALL, blocked=every(8)), line((4, 30)), line((8, 30))),
        (LineLimits(ALL, band=BarBand(1, 2, 16)), line((0, 30), (16, 30)), line((0, 30))),
        (LineLimits(ALL, band=BarBand(0, 1, 16)), line((0, 30), (16, 30)), line((0, 30), (1, 30))),
        (LineLimits(ALL, band=BarBand(0, 1, 16, (1,))), line((16, 30), (17, 30)), line((1, 30))),
    ],
)
def test_lines_that_keep_them_and_lines_that_do_not(limits, kept, broken):
    assert limits.keeps(kept, CELLS) and not limits.keeps(broken, CELLS)


def test_a_note_that_goes_on_where_it_must_not_breaks_them():
    tokens = line((4, 30))
    tokens[5:7] = HOLD
    assert LineLimits(ALL, blocked=np.arange(CELLS) == 7).keeps(tokens, CELLS)
    assert not LineLimits(ALL, blocked=np.arange(CELLS) == 6).keeps(tokens, CELLS)


def test_chords_hold_where_notes_start():
    tones = np.ones((CELLS, PITCHES), bool)
    tones[0] = np.arange(PITCHES) == 30
    limits = LineLimits(ALL, tones=tones)
    assert limits.keeps(line((0, 30), (1, 31)), CELLS) and not limits.keeps(line((0, 31)), CELLS)
    assert limits.pitches_at(0).sum() == 1 and limits.pitches_at(1).all()


def test_drums_that_keep_them_and_drums_that_do_not():
    clip = DrumClip.empty()
    clip.hits[3, 1] = True
    assert ANY_DRUMS.keeps(clip, CELLS)
    fine = np.ones((CELLS, N_PIECES), bool)
    assert DrumLimits(fine, straight=True).keeps(clip, CELLS)
    clip.offset[3, 1] = 0.2
    assert DrumLimits(fine).keeps(clip, CELLS) and not DrumLimits(fine, straight=True).keeps(clip, CELLS)
    assert not DrumLimits(fine, band=BarBand(2, 0, 16)).keeps(clip, CELLS)
    fine[3, 1] = False
    assert not DrumLimits(fine).keeps(clip, CELLS)


def test_what_is_missing_falls_due_where_the_steps_run_out():
    count = BarCount(BarBand(3, 4, 8), every(2).astype(int), 16)
    assert [count.due(k) for k in range(0, 8, 2)] == [0, 1, 2, 3]
    count.push(0)
    assert [count.due(k) for k in (2, 4, 6)] == [0, 1, 2] and count.room(2) == 3 and count.room(8) == 4


def test_what_does_not_fit_is_refused():
    with pytest.raises(StudioError, match="do not fit"):
        BarCount(BarBand(5, 0, 8), every(2).astype(int), 16)
    with pytest.raises(StudioError, match="stay"):
        BarCount(BarBand(0, 2, 8, (3,)), every(2).astype(int), 16)
    BarCount(BarBand(5, 0, 8, (1,)), every(2).astype(int), 16)  # the second bar does not count
