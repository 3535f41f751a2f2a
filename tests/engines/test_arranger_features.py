import numpy as np
import pytest

from studio.engines.arranger_features import (
    AT,
    AWAY,
    COLUMNS,
    DENSE_BEFORE,
    END,
    MEMORY,
    MOST_HEARD,
    POINTERS,
    HoleState,
    density_class,
    heard,
    hole_of,
    memory_columns,
    register_class,
    rows_of,
)
from studio.engines.arranger_tables import SIZES
from studio.engines.note_columns import CLASS, N_PITCH, N_SHIFT, Bars, encode
from tests.writers import part, scale_piece

TUNE, CHORDS = CLASS["Melody"], CLASS["Chords"]
PIECE = scale_piece(8)


def tune_hole(bar=2, bars=2, piece=PIECE, kept=None):
    return hole_of(piece, TUNE, 96 * bar, 96 * (bar + bars), 0, 1, kept)


def notes_in(hole, piece=PIECE):
    inside = (piece.track == hole.target) & (piece.time >= hole.start) & (piece.time < hole.end)
    return np.stack([getattr(piece, n)[inside] for n in ("time", "pitch", "duration", "velocity", "steps")], axis=1)


def test_a_hole_hears_all_but_itself():
    hole = tune_hole()
    assert len(hole.time) == len(PIECE) - 8
    assert not ((hole.time >= 192) & (hole.time < 384) & hole.own).any()
    inside = np.flatnonzero((PIECE.track == TUNE) & (PIECE.time >= 192) & (PIECE.time < 384))
    kept = tune_hole(kept=inside[:3])
    assert len(kept.time) == len(PIECE) - 5


def test_the_nearest_are_heard_and_the_own_first():
    rows = [(6 * k, 6, 60 + k % 12, 80) for k in range(16 * 40)]
    long = encode([part("Melody", 73, rows=rows[::4]), part("Chords", 24, rows=rows)], [(0, 4, 4)], 24)
    hole = hole_of(long, TUNE, 96 * 20, 96 * 21, 0, 1)
    chosen = heard(hole)
    assert len(chosen) == MOST_HEARD and (np.diff(chosen) > 0).all()
    inside = np.flatnonzero((hole.time >= hole.start) & (hole.time < hole.end))
    assert set(inside) <= set(chosen.tolist())


def test_memory_columns_are_in_range():
    hole = tune_hole()
    columns = memory_columns(hole, heard(hole))
    assert columns.shape == (len(heard(hole)), len(MEMORY))
    assert (columns >= 0).all() and (columns < np.array([n for _, n in MEMORY])).all()
    assert set(columns[:, 2].tolist()) == {6, 7, 8, 9, 10, 11, 12, 13}


def test_rows_are_in_range_and_close():
    hole = tune_hole()
    ints, dense, tables = rows_of(hole, notes_in(hole))
    assert ints.shape == (9, len(COLUMNS)) and np.isfinite(dense).all() and np.isfinite(tables).all()
    assert (ints >= 0).all() and (ints < np.array([n for _, n in COLUMNS])).all()
    assert ints[-1, AT["shift"]] == END and (ints[:-1, AT["shift"]] < N_SHIFT).all()


def test_pointers_show_the_part_before_and_after():
    rows = [(24 * k, 24, 60 + k % 4, 80) for k in range(32)]  # each bar the same
    piece = encode([part("Melody", 73, rows=rows), part("Chords", 24)], [(0, 4, 4)], 24, key=0)
    hole = hole_of(piece, TUNE, 96 * 3, 96 * 5, 0, 1)
    ints, _, _ = rows_of(hole, notes_in(hole, piece))
    before, after = AWAY.index(-1), AWAY.index(2)
    assert ints[:8, AT[f"pitch_at_{before}"]].tolist() == [60, 61, 62, 63] * 2
    assert ints[:8, AT[f"pitch_at_{after}"]].tolist() == [60, 61, 62, 63] * 2
    unknown = AWAY.index(1)  # the bar after the hole's first is in the hole itself
    assert (ints[:4, AT[f"pitch_at_{unknown}"]] == N_PITCH).all()
    assert ints[4:8, AT[f"pitch_at_{unknown}"]].tolist() == [60, 61, 62, 63]
    assert ints[1:8, AT[f"shift_at_{before}"]].tolist() == [24] * 7


def test_no_pointer_tells_what_is_to_be_written():
    hole = tune_hole()
    notes = notes_in(hole)
    told, _, said = rows_of(hole, notes)
    other = notes.copy()
    other[4:, 1] = 50
    changed, _, said_then = rows_of(hole, other)
    until = AT["pitch"]
    assert np.array_equal(told[:4], changed[:4])
    assert np.array_equal(told[4, :until], changed[4, :until])
    assert np.array_equal(said[:4], said_then[:4]) and np.array_equal(said[4, : -SIZES[3]], said_then[4, : -SIZES[3]])


def test_what_sounds_there():
    hole = tune_hole()
    row, dense = HoleState(hole).place(0)
    chord = PIECE.pitch[(PIECE.track == CHORDS) & (PIECE.time == 192)]
    named = dict(zip(list(AT)[AT["beat_then"] : AT["duration_at_0"]], row, strict=True))
    assert named["bass"] == chord.min() and named["top"] == chord.max()
    assert set(np.flatnonzero(dense[:12])) == set((chord % 12).tolist())


def test_the_others_onsets_lie_ahead():
    _, ahead = HoleState(tune_hole()).before()
    assert len(ahead) == DENSE_BEFORE and np.flatnonzero(ahead).tolist() == [0]


def test_chained_notes_see_the_note_below():
    state = HoleState(tune_hole())
    state.before()
    state.place(24)
    state.push(24, 60, 23, 10)
    row, _ = state.place(0)
    assert row[AT["chain_pitch"] - AT["beat_then"]] == 60
    assert state.group == 1


def test_drums_and_silence_have_no_pitch_around():
    drums = encode([part("", 0, True, [(0, 6, 36, 90), (96, 6, 38, 90)])], [(0, 4, 4)], 24)
    state = HoleState(hole_of(drums, CLASS["Bass"], 0, 96, 12, 0))
    row, dense = state.place(0)
    assert row[AT["bass"] - AT["beat_then"]] == N_PITCH
    assert dense[24] == 1 and dense[:24].sum() == 0


@pytest.mark.parametrize(("notes", "steps", "wanted"), [(1, 96, 1), (4, 96, 3), (16, 96, 7), (40, 96, 8)])
def test_density_classes(notes, steps, wanted):
    assert density_class(notes, steps) == wanted


def test_register_classes_rise():
    classes = [register_class(p) for p in range(128)]
    assert classes == sorted(classes) and classes[0] == 1 and classes[-1] <= 12


def test_other_metres_have_their_own_bars():
    piece = encode([part("Melody", 73, rows=[(36 * k, 36, 60, 80) for k in range(20)])], [(0, 3, 4)], 24)
    hole = hole_of(piece, TUNE, 72, 144, 0, 1)
    assert hole.bars == Bars(((0, 72, 1),))
    ints, _, _ = rows_of(hole, notes_in(hole, piece))
    assert (ints < np.array([n for _, n in COLUMNS])).all()


def test_long_rests_lose_no_time():
    piece = encode([part("Melody", 73, rows=[(0, 6, 60, 80), (101, 6, 62, 80), (205, 6, 64, 80)])], [(0, 4, 4)], 24)
    hole = hole_of(piece, TUNE, 0, 384, 0, 1)
    ints, _, _ = rows_of(hole, notes_in(hole, piece))
    assert ints[:3, AT["beat_then"]].tolist() == [0, 101 % 24, 205 % 24]


def test_the_same_notes_after_the_hole_are_followed():
    tune = [60, 64, 62, 67, 65, 69, 64, 71]
    rows = [(24 * k, 24, tune[k % 8], 80) for k in range(8)] + [(24 * k, 24, tune[k % 8], 80) for k in range(21, 37)]
    piece = encode([part("Melody", 73, rows=rows), part("Chords", 24, rows=[(0, 24 * 40, 48, 60)])], [(0, 4, 4)], 24, key=0)
    hole = hole_of(piece, TUNE, 96, 192, 0, 1)
    ints, _, _ = rows_of(hole, notes_in(hole, piece))
    match = POINTERS - 1
    assert ints[1:4, AT[f"pitch_at_{match}"]].tolist() == tune[5:8]
    assert ints[1:4, AT[f"run_{match}"]].tolist() == [1, 2, 3]
    assert (ints[:, AT["room"]] == [96, 96, 72, 48, 24]).all()
