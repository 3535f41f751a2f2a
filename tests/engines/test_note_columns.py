import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engines.note_columns import (
    CLASS,
    DRUM_STEPS,
    DRUMS,
    DURATIONS,
    METRE_STEPS,
    N_METRE,
    SHIFTS,
    TRACK_CLASSES,
    Bars,
    class_velocity,
    encode,
    estimate_key,
    family,
    metre_class,
    move_for,
    nearest,
    shift_class,
    track_classes,
    velocity_class,
)
from tests.documents import some
from tests.writers import part, scale_piece


@some
@given(st.lists(st.integers(0, 3000), min_size=1))
def test_nearest_is_nearest(values):
    for table in (SHIFTS, DURATIONS):
        found = nearest(table, values)
        best = np.abs(np.asarray(values)[:, None] - table[None]).min(axis=1)
        assert np.array_equal(np.abs(table[found] - values), best)


def test_small_shifts_are_exact():
    assert shift_class(np.arange(97)).tolist() == list(range(97))


def test_velocity_classes_come_back_close():
    assert all(abs(class_velocity(int(velocity_class(v))) - v) <= 3 for v in range(1, 128))


def test_programs_and_names_find_their_class():
    assert [TRACK_CLASSES[family(p)][0] for p in (0, 24, 30, 33, 40, 42, 48, 73, 81)] == [
        "Piano",
        "Guitar",
        "Driven guitar",
        "Bass",
        "Violin 1",
        "Cello",
        "Strings",
        "Flute",
        "Synthesizer",
    ]
    parts = [part("Violin 1", 40), part("Violin 2", 40), part("Viola", 41), part("Violoncello", 42)]
    assert [TRACK_CLASSES[c][0] for c in track_classes(parts)] == ["Violin 1", "Violin 2", "Viola", "Cello"]
    assert track_classes([part("kit", drums=True), part("x", 0), part("y", 0)]) == (DRUMS, CLASS["Piano"], CLASS["Second"])


def test_nameless_parts_are_known_by_their_looks():
    voices = [part(rows=[(0, 24, p, 80), (24, 24, p + 2, 80)]) for p in (72, 67, 60, 48)]
    assert [TRACK_CLASSES[c][0] for c in track_classes(voices)] == ["Soprano", "Alto", "Tenor", "Bass voice"]
    chords = part(rows=[(0, 96, p, 80) for p in (48, 52, 55)])
    assert [TRACK_CLASSES[c][0] for c in track_classes([part(), chords])] == ["Melody", "Chords"]


def test_classes_own_names_lead_back_to_them():
    for number, (name, program) in enumerate(TRACK_CLASSES):
        assert track_classes([part(name, program, drums=number == DRUMS)]) == (number,)


@pytest.mark.parametrize("key", range(12))
def test_every_key_becomes_c(key):
    piece, plain = scale_piece(key=key), scale_piece()
    assert (piece.key - plain.key) % 12 == key
    assert np.array_equal(piece.pitch % 12, plain.pitch % 12)
    assert -5 <= piece.moved <= 6


def test_minor_moves_to_a_minor():
    assert move_for(12 + 9) == 0
    assert (2 + move_for(12 + 2)) % 12 == 9
    assert move_for(-1) == 0


def test_a_key_is_estimated_from_its_notes():
    pitch = np.array([60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60])
    assert estimate_key(pitch + 2, np.full(len(pitch), 24.0)) == 2
    assert estimate_key(pitch[:0], np.zeros(0)) == -1


def test_rows_are_sorted_and_single():
    piece = encode([part("Melody", rows=[(48, 24, 60, 80), (0, 24, 64, 80), (0, 48, 64, 80), (0, 24, 60, 80)])], [], 24)
    assert list(zip(piece.time.tolist(), (piece.pitch - piece.moved).tolist(), strict=True)) == [(0, 60), (0, 64), (48, 60)]
    assert piece.steps.tolist() == [24, 48, 24]


def test_drums_are_neither_moved_nor_held():
    piece = encode(
        [part("kit", drums=True, rows=[(0, 90, 36, 80)]), part("Melody", rows=[(0, 24, 61, 80), (24, 24, 65, 90)])], [], 24
    )
    drum = piece.track == DRUMS
    assert piece.pitch[drum].tolist() == [36]
    assert piece.steps[drum].tolist() == [DRUM_STEPS]
    assert not piece.flat


def test_ticks_are_rounded_once_to_the_grid():
    piece = encode([part("Melody", rows=[(0, 480, 60, 80), (481, 479, 62, 80)])], [], 480)
    assert piece.time.tolist() == [0, 24]


def test_nothing_is_a_piece_too():
    piece = encode([], [], 480)
    assert len(piece) == 0
    assert piece.key == -1
    assert piece.shift.tolist() == []


def test_the_first_shift_counts_from_its_bar_line():
    piece = encode([part("Melody", rows=[(96 + 48, 24, 60, 80)])], [(0, 4, 4)], 24)
    assert piece.shift.tolist() == [48]


def test_bars_follow_the_signatures():
    bars = Bars.of([(0, 4, 4), (192, 6, 8)])
    assert bars.at(100) == (96, 96, metre_class(4, 4), 1)
    assert bars.at(192 + 80) == (192 + 72, 72, metre_class(6, 8), 1)
    assert Bars.of([]).at(0)[1] == 96
    assert Bars.of([(48, 4, 4)]).at(0)[0] <= 0


def test_each_metre_has_its_steps():
    assert len(METRE_STEPS) == N_METRE
    assert METRE_STEPS[metre_class(3, 4)] == 72
    assert metre_class(7, 8) == N_METRE - 1
