import pytest

from studio.engines.lstm_writer_styles import ANY, HEADS, STYLES, Manner, manners_of, phrased_velocity, pitch_range
from studio.engines.note_columns import CLASS, DRUMS, N_TRACK
from studio.train.symbolic_files import SETS


def test_styles_are_the_sets_that_teach_them():
    assert list(STYLES) == [s.style for s in SETS]


@pytest.mark.parametrize("style", STYLES.values())
def test_ensembles_are_of_known_classes(style):
    assert style.ensembles
    assert all(name in CLASS for ensemble in style.ensembles for name in ensemble)
    assert all(name in CLASS and 0 <= program < 128 for name, program in style.programs)


def test_ranges_are_wide_enough_to_write_in():
    for track in range(N_TRACK):
        for program in range(128):
            low, high = pitch_range(track, program)
            assert 0 <= low < high - 20 <= 127
    assert pitch_range(DRUMS, 0)[0] >= 27


def test_every_head_has_its_sampling():
    manner = Manner(rhythm=0.9, pitch=0.8)
    assert [manner.sampling(h).temperature for h in HEADS] == [0.9, 1.0, 0.8, 1.0, 1.0]
    assert all(0.5 < manner.sampling(h).top_p <= 1 for h in HEADS)


def test_manners_are_the_cards():
    assert manners_of({}) == {}
    made = manners_of({"manners": {"folk": {"pitch": 0.9, "density": -1.5}}})["folk"]
    assert (made.pitch, made.rhythm) == (0.9, 1.0)
    assert made.more == {"density": -1.5, "polyphony": 0.0, "repetition": 0.0}


def test_phrasing_is_mild():
    loud = [phrased_velocity(CLASS["Melody"], b, b in (0, 0.5), p / 8) for b in (0, 0.25, 0.5) for p in range(8)]
    assert max(loud) - min(loud) < 24
    assert phrased_velocity(CLASS["Melody"], 0, True, 0.5, base=126) == 127
    assert ANY.ensembles == ()
