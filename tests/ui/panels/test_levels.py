"""The fader's law."""

from studio.ui.panels.levels import HIGHEST_DB, LOWEST_DB, gain_of, position_of


def test_fader_law_is_its_own_inverse():
    assert gain_of(0) == LOWEST_DB
    assert gain_of(1000) == HIGHEST_DB
    assert gain_of(750) == 0
    for position in range(0, 1001, 7):
        assert position_of(gain_of(position)) == position
    assert position_of(-200) == 0
    assert position_of(30) == 1000
