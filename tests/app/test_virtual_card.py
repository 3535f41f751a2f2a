"""Finding a sound again in what was captured. The card itself is used by the tests of playback."""

import numpy as np

from studio.app.virtual_card import missing_programs, share_found

RNG = np.random.default_rng(0)


def test_all_of_it_in_place() -> None:
    sound = RNG.normal(0, 0.1, (48_000, 2)).astype(np.float32)
    assert share_found(sound, np.concatenate([np.zeros((77, 2), np.float32), sound])) == (1.0, 0)


def test_what_is_lost_or_inserted_is_seen() -> None:
    sound = RNG.normal(0, 0.1, (48_000, 2)).astype(np.float32)
    shifted = np.concatenate([sound[:20_000], np.zeros((500, 2), np.float32), sound[20_000:]])
    share, moved = share_found(sound, shifted)
    assert 0.97 < share < 1.0
    assert moved == 500
    assert share_found(sound, 0.5 * sound)[0] == 0.0


def test_programs_are_named() -> None:
    assert set(missing_programs()) <= {"pulseaudio", "pactl", "parec", "pacat"}
