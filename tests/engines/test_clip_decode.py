import numpy as np
import pytest

from studio.engines.clip_decode import FEWEST, chosen, draws_of, drums, last_pitch, lines, phrases
from studio.engines.clip_grid import CELLS, HOLD, LOW, N_PIECES, PITCHES, SEGMENTS, SILENCE, cells_of
from studio.engines.clip_limits import BarBand, DrumLimits, LineLimits
from tests.arrangers import tiny_vae

CODES = np.random.default_rng(0).normal(size=(40, 16)).astype(np.float32)
ANY = LineLimits(np.ones(PITCHES, bool))


@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("metre", [0, 1, 2, 3])
def test_every_line_can_be_played(metre, temperature):
    cells = cells_of(metre)
    made = lines(tiny_vae("lines"), CODES, metre, ANY, temperature, seed=4)
    assert len(made) == len(CODES)
    for tokens in made:
        assert tokens.shape == (CELLS,) and (tokens[cells:] == SILENCE).all()
        assert (tokens < PITCHES).sum() >= FEWEST
        held = np.flatnonzero(tokens == HOLD)
        assert (held > 0).all() and (tokens[held - 1] != SILENCE).all()


@pytest.mark.parametrize("temperature", [0.0, 3.0])
def test_lines_keep_scale_range_and_leap(temperature):
    fine = (
        np.isin((np.arange(PITCHES) + LOW) % 12, (0, 2, 4, 5, 7, 9, 11)) & (np.arange(PITCHES) > 30) & (np.arange(PITCHES) < 50)
    )
    for tokens in lines(tiny_vae("lines"), CODES, 2, LineLimits(fine, most_leap=4), temperature, seed=4):
        pitches = tokens[tokens < PITCHES]
        assert fine[pitches].all()
        assert np.abs(np.diff(pitches)).max(initial=0) <= 4


def test_a_leap_that_no_pitch_of_the_scale_meets_stays_where_it_is():
    fine = np.zeros(PITCHES, bool)
    fine[[10, 40]] = True
    for tokens in lines(tiny_vae("lines"), CODES, 2, LineLimits(fine, most_leap=5), 2.0, seed=4):
        assert len(set(tokens[tokens < PITCHES].tolist())) == 1


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_drums_are_within_bounds_and_never_silent(temperature):
    for clip in drums(tiny_vae("drums"), CODES, 1, temperature, seed=4):
        assert clip.hits.any() and not clip.hits[24:].any()
        assert clip.velocity.min() >= 0 and clip.velocity.max() <= 1
        assert np.abs(clip.offset).max() <= 0.5
        assert not clip.velocity[~clip.hits].any()


def test_given_hits_are_played_as_they_are():
    hits = np.random.default_rng(3).random((40, CELLS, N_PIECES)) < 0.2
    made = drums(tiny_vae("drums"), CODES, 2, hits=hits)
    assert all(np.array_equal(clip.hits, h) for clip, h in zip(made, hits, strict=True))
    assert all((clip.velocity[h] > 0).all() for clip, h in zip(made, hits, strict=True))


def test_pieces_can_be_left_out():
    fine = np.zeros((CELLS, N_PIECES), bool)
    fine[:, 2] = True
    for clip in drums(tiny_vae("drums"), CODES, 2, 2.0, seed=1, limits=DrumLimits(fine)):
        assert clip.hits[:, 2].any() and not (clip.hits & ~fine).any()


@pytest.mark.parametrize("temperature", [0.0, 3.0])
@pytest.mark.parametrize(("least", "most"), [(0, 3), (9, 9), (40, 0), (1, 1)])
def test_drums_keep_the_grid_and_the_notes_a_bar(temperature, least, most):
    fine = np.zeros((CELLS, N_PIECES), bool)
    fine[::2] = True
    limits = DrumLimits(fine, straight=True, band=BarBand(least, most, 16))
    for clip in drums(tiny_vae("drums"), CODES, 2, temperature, seed=1, limits=limits):
        bars = clip.hits.sum(axis=1).reshape(2, 16).sum(axis=1)
        assert not (clip.hits & ~fine).any() and not clip.offset.any() and limits.keeps(clip, CELLS)
        assert bars.min() >= least and (not most or bars.max() <= most)


@pytest.mark.parametrize("temperature", [0.0, 3.0])
@pytest.mark.parametrize(("least", "most"), [(0, 1), (4, 4), (3, 0), (1, 2)])
def test_lines_keep_the_grid_chords_and_notes_a_bar(temperature, least, most):
    starts = np.arange(CELLS) % 4 == 0
    tones = np.ones((CELLS, PITCHES), bool)
    tones[::8] = np.arange(PITCHES) % 12 == 3
    limits = LineLimits(np.ones(PITCHES, bool), 7, starts, tones, band=BarBand(least, most, 16))
    for tokens in lines(tiny_vae("lines"), CODES, 2, limits, temperature, seed=4):
        onsets = np.flatnonzero(tokens < PITCHES)
        bars = np.bincount(onsets // 16, minlength=2)
        assert (onsets % 4 == 0).all() and (tokens[onsets[onsets % 8 == 0]] % 12 == 3).all()
        assert np.abs(np.diff(tokens[onsets])).max(initial=0) <= 7 and limits.keeps(tokens, CELLS)
        assert bars.min() >= least and (not most or bars.max() <= most)


def test_a_line_is_silent_where_a_locked_note_sounds():
    blocked = np.zeros(CELLS, bool)
    blocked[5:9] = True
    for tokens in lines(tiny_vae("lines"), CODES, 2, LineLimits(np.ones(PITCHES, bool), blocked=blocked), 2.0, seed=4):
        assert (tokens[5:9] == SILENCE).all()


def test_a_leap_counts_from_the_clip_before():
    limits = LineLimits(np.ones(PITCHES, bool), most_leap=3)
    for tokens, near in zip(lines(tiny_vae("lines"), CODES, 2, limits, near=range(20, 60)), range(20, 60), strict=True):
        assert abs(tokens[tokens < PITCHES][0] - near) <= 3
    for phrase in phrases(tiny_vae("phrases"), CODES[:4], 2, limits, 1.0, seed=2, near=[30] * 4):
        assert phrase.shape == (SEGMENTS, CELLS)
        heard = np.concatenate([[30], phrase[phrase < PITCHES]])
        assert np.abs(np.diff(heard)).max() <= 3 and last_pitch(phrase) == heard[-1]


def test_a_clip_is_the_same_alone_and_among_others():
    model = tiny_vae("lines")
    many, one = lines(model, CODES, 2, ANY, 1.0, seed=9), lines(model, CODES[:1], 2, ANY, 1.0, seed=9)
    assert np.array_equal(many[0], one[0])
    assert not np.array_equal(many[0], lines(model, CODES[:1], 2, ANY, 1.0, seed=10)[0])


def test_choices():
    logits = np.array([0.0, 3.0, -np.inf])
    assert chosen(logits, 0.0, None) == 1
    drawn = {chosen(logits, 5.0, d) for d in draws_of(2, 200)}
    assert drawn == {0, 1}
