import numpy as np

from studio.ui.roll.palette import LEVELS, Palette, level_of
from studio.ui.theme import DARK, LIGHT


def test_velocity_is_lightness_of_one_hue() -> None:
    for color in range(8):
        shades = Palette(DARK).note_levels(color)
        assert len(shades) == LEVELS
        lights = [s.lightnessF() for s in shades]
        assert lights == sorted(lights)
        assert lights[-1] - lights[0] > 0.3
        assert {level_of(np.array([1], np.int16))[0], level_of(np.array([127], np.int16))[0]} == {0, LEVELS - 1}


def test_rows_rise_from_black_keys_to_the_root() -> None:
    plain, black, scale, scale_black, root = (c.lightness() for c in Palette(DARK).rows)
    assert black < scale_black < plain < scale < root < 45


def test_by_day_loud_notes_are_the_darkest_and_the_root_is_the_lightest() -> None:
    lights = [s.lightnessF() for s in Palette(LIGHT).note_levels(0)]
    assert lights == sorted(lights, reverse=True) and lights[0] - lights[-1] > 0.3
    plain, black, scale, scale_black, root = (c.lightness() for c in Palette(LIGHT).rows)
    assert black < scale_black < plain < scale < root
