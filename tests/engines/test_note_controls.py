import numpy as np
import pytest

from studio.engines import note_controls as nc
from studio.engines.note_columns import DRUMS, STEPS, Bars

NAMES = nc.NAMES


def sounding(rows, copied=False):
    """Notes from (beat, track, pitch, beats) rows."""
    time, track, pitch, length = np.array(rows, float).T
    n = len(time)
    return nc.Sounding(
        (time * STEPS).astype(np.int64), track.astype(np.int64), pitch.astype(np.int64), (length * STEPS).astype(np.int64),
        np.full(n, 20), np.full(n, copied),
    )  # fmt: skip


def lines(bars=4):
    return np.arange(bars + 1) * 4 * STEPS


def value(sound, name, bars=4):
    return nc.values(sound, lines(bars))[:, NAMES.index(name)]


def test_a_bar_is_measured_with_the_three_after_it():
    quarters = sounding([(k, 4, 60, 1) for k in range(16)])
    assert value(quarters, "density") == pytest.approx(1)
    assert value(quarters, "polyphony") == pytest.approx(1)
    assert value(quarters, "register") == pytest.approx(60)
    later = sounding([(12 + k / 2, 4, 60 + 12 * (k % 2), 0.5) for k in range(8)])
    assert value(later, "density") == pytest.approx([0.5, 8 / 12, 1, 2])
    assert value(later, "register") == pytest.approx([66] * 4)


def test_chords_sound_together_and_drums_have_no_pitch():
    triads = sounding([(4 * k, 4, p, 4) for k in range(4) for p in (60, 64, 67)])
    assert value(triads, "polyphony") == pytest.approx(3)
    drums = sounding([(k, DRUMS, 36, 0.25) for k in range(16)])
    assert np.isnan(value(drums, "register")).all() and np.isnan(value(drums, "polyphony")).all()
    assert (nc.classes(nc.values(drums, lines()))[:, [1, 2]] == nc.OPEN[[1, 2]]).all()


def test_copies_are_counted():
    assert value(sounding([(k, 4, 60, 1) for k in range(16)], copied=True), "repetition") == pytest.approx(1)


def test_quick_is_energetic_and_major_is_bright():
    major, minor = (sounding([(k, 4, 60 + (0, 2, t, 5, 7, 9, 11, 12)[k % 8], 1) for k in range(16)]) for t in (4, 3))
    slow = sounding([(4 * k, 4, 60, 4) for k in range(4)])
    quick = sounding([(k / 4, 4, 60, 0.25) for k in range(64)])
    assert (value(quick, "energy") > value(slow, "energy")).all()
    triad, sad = (sounding([(4 * k, 4, p, 4) for k in range(4) for p in (60, t, 67)]) for t in (64, 63))
    assert value(triad, "brightness")[0] > value(sad, "brightness")[0]
    assert value(major, "brightness")[0] != value(minor, "brightness")[0]


def test_classes_rise_with_the_values_and_stay_in_range():
    rows = np.linspace([0, 1, 20, -5, -5, 0], [60, 40, 110, 5, 5, 1], 50)
    made = nc.classes(rows)
    assert (np.diff(made.astype(int), axis=0) >= 0).all()
    for k, (_, count) in enumerate(nc.CONTROLS):
        assert made[0, k] == 0 and made[-1, k] == count - 1


def test_chords_are_read_from_the_notes_of_half_bars():
    rows = [(b, 4, p, 2) for b, chord in ((0, (48, 64, 67)), (2, (45, 60, 64)), (4, (55, 59, 62, 65))) for p in chord]
    half = nc.halves(lines(2))
    assert half.tolist() == [0, 48, 96, 144, 192]
    found = nc.chords(sounding(rows), half)
    names = ["none" if c == nc.NO_CHORD else (c // len(nc.QUALITIES), nc.QUALITIES[c % len(nc.QUALITIES)]) for c in found]
    assert names == [(0, ""), (9, "m"), (7, "7"), "none"]


def test_lines_follow_the_signatures():
    bars = Bars.of([(0, 4, 4), (192, 3, 4)])
    assert nc.lines_of(bars, 10, 300).tolist() == [0, 96, 192, 264, 336]
    assert nc.lines_of(Bars(), 100, 150).tolist() == [96, 192]
    assert nc.lines_of(Bars(), -10, 10).tolist() == [0, 96]


def test_a_note_is_told_the_bar_of_the_note_before_it():
    by_bar = np.arange(12, dtype=np.uint8).reshape(2, 6)
    half = nc.halves(lines(2))
    columns = nc.note_columns(by_bar, np.array([1, 2, 3, 4], np.uint8), lines(2), half, np.array([0, 60, 96, 150]))
    assert columns[:, 0].tolist() == [0, 0, 0, 6]
    assert columns[:, 6].tolist() == [1, 1, 2, 3]  # chord where the note before stands
    assert columns[:, 7].tolist() == [1, 2, 3, 4]
    assert columns[:, 8].tolist() == [2, 2, 3, 4]


def test_moving_turns_chords_and_register_only_and_leaves_open_open():
    columns = np.array([[3, 4, 5, 6, 7, 8, 0, 13 * 11 + 1, nc.NO_CHORD], nc.OPEN], np.uint8)
    made = nc.moved(columns, 4)
    assert made.tolist() == [[3, 4, 7, 6, 7, 8, 13 * 4, 13 * 3 + 1, nc.NO_CHORD], nc.OPEN.tolist()]
    assert np.array_equal(nc.moved(columns, 0), columns)
