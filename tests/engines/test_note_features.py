from copy import deepcopy
from dataclasses import replace

import numpy as np

from studio.engines.note_columns import DRUMS, N_PITCH, N_SHIFT, VELOCITIES, encode
from studio.engines.note_features import (
    BEFORE,
    CHOSEN,
    COLUMNS,
    LEVELS,
    N_BEFORE,
    N_PLACED,
    NOW,
    PITCHED,
    PLACED,
    START,
    VELOCITY_COLUMNS,
    WAS,
    WIDTH,
    NoteState,
    features,
    matrix,
    mode_of,
    transpose,
)
from studio.train.symbolic import targets
from tests.writers import part, scale_piece

NAMES = [n for n, _ in (*BEFORE, *PLACED, *CHOSEN, *PITCHED)]


def column(rows, name):
    return rows[:, NAMES.index(name)]


def test_every_feature_is_a_class():
    rows, levels = features(scale_piece(24))
    assert rows.shape[1] == COLUMNS == len(NAMES)
    assert levels.shape[1] == LEVELS
    for k, (name, classes) in enumerate((*BEFORE, *PLACED, *CHOSEN, *PITCHED)):
        assert 0 <= rows[:, k].min() <= rows[:, k].max() < classes, name


def test_pointers_find_what_stood_here_bars_ago():
    piece = scale_piece(12)
    rows, _ = features(piece)
    chords = (piece.track == piece.track.min()) & (piece.time >= 8 * 96)
    # The chords go round in three bars, so three bars are no pointer's distance; the tune's place is always found.
    assert (column(rows, "shift_at_0")[piece.time > 96 * 2] < N_SHIFT).all()
    assert (column(rows, "pitch_at_0")[chords] < N_PITCH).all()


def test_repetition_is_followed():
    piece = scale_piece(4)
    looped = np.concatenate([piece.time + k * 384 for k in range(6)])
    state = NoteState(piece.bars, 0)
    right = []
    for k in range(len(looped)):
        j = k % len(piece)
        row, _ = state.before()
        steps = int(looped[k]) - state.now
        placed = state.place(steps)
        chosen = state.choose(int(piece.track[j]))
        right.append((row[4 + 4] == steps, placed[2 + 4] == piece.track[j], chosen[4] == piece.pitch[j]))
        state.sound(int(piece.track[j]), int(piece.pitch[j]))
        state.push(steps, int(piece.track[j]), int(piece.pitch[j]), int(piece.duration[j]), 10)
    assert np.array(right)[-2 * len(piece) :].all()


def test_features_look_back_only():
    piece = scale_piece(8)
    rows, levels = features(piece)
    n = len(piece) // 2
    columns = (getattr(piece, c)[:n] for c in ("time", "track", "pitch", "steps", "duration", "velocity"))
    first_rows, first_levels = features(type(piece)(*columns, piece.bars, piece.key, piece.moved, piece.flat))
    assert np.array_equal(rows[:n], first_rows)
    assert np.array_equal(levels[:n], first_levels)


def test_recalling_leaves_the_same_past():
    piece = scale_piece(8)
    slow = NoteState(piece.bars, 0)
    for i, row in enumerate(targets(piece).tolist()):
        slow.before()
        slow.place(int(piece.time[i]) - slow.now)
        slow.choose(row[1])
        slow.push(*row, int(piece.steps[i]))
    quick = NoteState.after(piece.bars, piece.time, targets(piece).astype(np.int64), piece.steps)
    a, b = quick.before(), slow.before()
    keep = [k for k, (n, _) in enumerate(BEFORE) if not n.startswith("run_") and n != f"shift_at_{4}"]
    assert [a[0][k] for k in keep] == [b[0][k] for k in keep]
    assert a[1] == b[1]
    assert quick.place(24)[:6] == slow.place(24)[:6]
    for name, value in vars(slow).items():
        if name not in ("_runs", "_match", "_shifts", "_tracks", "_pitches", "_match_shift", "_fast", "_slow", "_bar_base"):
            assert getattr(quick, name) == value, name
    assert np.allclose(quick._fast, slow._fast) and np.allclose(quick._slow, slow._slow)


def test_a_copy_goes_its_own_way():
    piece = scale_piece(4)
    state = NoteState.after(piece.bars, piece.time, targets(piece).astype(np.int64), piece.steps)
    before, twin = deepcopy(vars(state)), state.copy()
    twin.before()
    twin.place(24)
    twin.choose(28)
    twin.push(24, 28, 60, 10, 10)
    twin.place(0)
    twin.choose(28)
    twin.push(0, 28, 64, 10, 10)
    after = vars(state)
    assert all(after[k] == v for k, v in before.items() if k != "_bars")
    assert len(twin.time) == len(state.time) + 2


def test_the_matrix_shows_the_note_before():
    piece = scale_piece(2)
    rows, _ = features(piece)
    made = matrix(rows, targets(piece), START, 3, mode_of(piece.key), False)
    assert made.shape == (len(piece), WIDTH)
    assert made[0, WAS : WAS + 5].tolist() == START.tolist()
    assert np.array_equal(made[1:, WAS : WAS + 5], made[:-1, NOW : NOW + 5])
    flat = matrix(rows, targets(piece), START, 3, 1, True)
    assert (flat[:, VELOCITY_COLUMNS] == VELOCITIES).all()


def test_a_gap_starts_a_new_group():
    piece = scale_piece(1)
    state = NoteState.after(piece.bars, np.array([0]), np.array([[0, 28, 60, 10, 10]]), np.array([24]))
    state.skip_to(960)
    row, _ = state.before()
    assert row[3] == 0
    assert len(state.place(0)) == N_PLACED
    assert len(row) == N_BEFORE


def test_moving_is_the_same_as_having_been_written_there():
    draw = np.random.default_rng(1)
    tune = [(12 * k, 12, int(55 + draw.integers(14)), 60) for k in range(80)]
    kit = [(24 * k, 24, 36 + k % 3, 60) for k in range(40)]
    piece = encode([part("Melody", 73, rows=tune), part("kit", drums=True, rows=kit)], [], 24, key=0)
    higher = replace(piece, pitch=np.where(piece.track == DRUMS, piece.pitch, piece.pitch + 4))
    made = [(matrix(features(p)[0], targets(p), START, 0, 0, False), features(p)[1]) for p in (piece, higher)]
    levels = transpose(*made[0], 4)
    assert np.array_equal(made[0][0], made[1][0])
    assert np.array_equal(levels, made[1][1])
