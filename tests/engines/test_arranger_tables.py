import numpy as np
import pytest

from studio.engines.arranger_features import hole_of
from studio.engines.arranger_tables import LEAST_CHANCE, LOWS, SIZES, PartTables
from studio.engines.note_columns import CLASS, SHIFTS, encode
from tests.writers import part

TUNE = CLASS["Melody"]
# each bar: C on one, E on two, G (long) on three; a chord with the C
ROWS = [
    row
    for k in range(8)
    for row in ((96 * k, 24, 60, 90), (96 * k, 24, 72, 90), (96 * k + 24, 24, 64, 60), (96 * k + 48, 48, 67, 70))
]
PIECE = encode([part("Melody", 73, rows=ROWS), part("Chords", 24, rows=[(0, 96, 48, 60)])], [(0, 4, 4)], 24, key=0)


def tables(target=TUNE):
    return PartTables(hole_of(PIECE, target, 96 * 3, 96 * 4, 0, 1))


def test_the_least_steps_of_a_shift_class_are_the_nearest():
    assert (LOWS <= SHIFTS).all() and (np.diff(LOWS) > 0).all() and (LOWS[:97] == SHIFTS[:97]).all()


def test_onsets_come_where_the_part_has_them():
    t = tables()
    start = 96 * 3
    first = np.exp(t.shift(start, False, 0))
    assert first.argmax() == 0 and first[0] > 0.25
    assert np.exp(t.shift(start, True, 1))[0] == pytest.approx(1 / 3, abs=0.02)  # one onset in three is a chord
    later = np.exp(t.shift(start, True, 2))
    assert later[0] < 0.05 and later.argmax() == 24  # of two notes, never three
    assert np.exp(t.shift(start + 48, True, 1)).argmax() == SIZES[0] - 1  # nothing more: closing


def test_what_is_played_there():
    t = tables()
    assert set(np.argsort(t.pitch(96 * 3))[-2:]) == {60, 72}
    assert t.pitch(96 * 3 + 24).argmax() == 64
    assert t.duration(96 * 3 + 48).argmax() != t.duration(96 * 3).argmax()
    assert t.velocity(96 * 3, 60).argmax() > t.velocity(96 * 3 + 24, 64).argmax()


def test_a_part_that_is_not_known_is_not_guessed():
    t = tables(CLASS["Bass"])
    for said, n in zip((t.shift(96 * 3, False, 0), t.pitch(0), t.duration(0), t.velocity(0, 60)), SIZES, strict=True):
        assert said.tolist() == pytest.approx([-np.log(n)] * n)


def test_chances_sum_to_one_and_none_is_impossible():
    t = tables()
    for said in (t.shift(96 * 3, True, 1), t.pitch(96 * 3), t.duration(96 * 3), t.velocity(96 * 3, 60)):
        assert np.exp(said).sum() == pytest.approx(1, abs=2e-3)
        assert said.min() >= LEAST_CHANCE - 1e-6
