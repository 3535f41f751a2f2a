import numpy as np
import pytest
import torch

from studio.engines.arranger_features import AT, heard
from studio.engines.note_columns import CLASS
from studio.train.arranger_task import ArrangerTask, Example, Feeding, Holes, batch_of, cut, kept
from studio.train.songs import PER_BEAT, SongParts
from tests.arrangers import tiny_network
from tests.writers import part, scale_piece

FEEDING = Feeding(batch=3)


def song(seed=0, split=0, number=0):
    draw = np.random.default_rng(seed)
    tune = part("Melody", 73, rows=[(PER_BEAT * k, PER_BEAT, int(60 + draw.integers(12)), 60 + k % 9) for k in range(64)])
    chords = part("Chords", 24, rows=[(4 * PER_BEAT * k, 4 * PER_BEAT, p, 50) for k in range(16) for p in (48, 52, 55)])
    return SongParts(number, f"song {seed}", split, (tune, chords), (CLASS["Melody"], CLASS["Chords"]), ((0, 4, 4),), 0)


SONGS = [song(0), song(1, 1), song(2, 2), song(3, 0, 3)]


def task(feeding=FEEDING, seed=0):
    return ArrangerTask(tiny_network(), SONGS, feeding, seed)


def test_a_cut_parts_what_is_written_from_what_is_heard():
    piece = scale_piece(8)
    example = cut(piece, CLASS["Melody"], 96, 288, 3)
    assert len(example.notes) == 8 and len(example.hole.time) == len(piece) - 8
    assert (example.hole.start, example.hole.end, example.hole.style, example.hole.mode) == (96, 288, 3, 1)
    locked = np.flatnonzero((piece.track == CLASS["Melody"]) & (piece.time == 120))
    some = cut(piece, CLASS["Melody"], 96, 288, 3, locked)
    assert len(some.notes) == 7 and len(some.hole.time) == len(piece) - 7


def test_holes_are_whole_bars_of_a_part():
    holes, draw = Holes(SONGS), np.random.default_rng(0)
    found = [e for e in (holes.cut(0, draw, 96) for _ in range(30)) if e]
    assert len(found) > 10
    for example in found:
        assert example.hole.start % 96 == 0 and (example.hole.end - example.hole.start) // 96 in (1, 2, 4, 8)
        assert 2 <= len(example.notes) <= 96 and example.song == 0
    assert all(e.hole.end - e.hole.start == 192 for e in (holes.cut(0, draw, 96, bars=2) for _ in range(9)) if e)


def test_holes_may_keep_some_notes():
    draw = np.random.default_rng(1)
    found = [e for e in (Holes(SONGS).cut(0, draw, 96, locked=1.0) for _ in range(30)) if e]
    inside = [(e.hole.own & (e.hole.time >= e.hole.start) & (e.hole.time < e.hole.end)).sum() for e in found]
    assert sum(n > 0 for n in inside) > len(found) // 2


def test_a_loss_and_figures():
    t = task()
    loss = t.loss(0)
    loss.backward()
    assert torch.isfinite(loss)
    figures = t.measure()
    assert np.isfinite(figures["loss"]) and set(figures) == {"loss", "shift", "pitch", "duration", "velocity"}
    assert figures["loss"] == pytest.approx(sum(v for k, v in figures.items() if k != "loss"))


def test_a_step_is_the_same_whenever_it_comes():
    a, b = task(seed=4), task(seed=4)
    a.loss(0)
    x = a.loss(8)
    b.load_state(a.state())
    assert torch.equal(x, b.loss(8))
    assert not torch.equal(x, task(seed=5).loss(8))


def test_surroundings_are_taken_away():
    t = task(Feeding(batch=3, nothing=1.0))
    assert not len(t._example().hole.time)
    t = task(Feeding(batch=3, nothing=0.0, no_own=1.0, some_parts=0.0, no_after=1.0, locked=0.0))
    hole = t._example().hole
    assert not hole.own.any() and (hole.time < hole.end).all()


def test_other_keys_move_all_alike():
    plain = Feeding(batch=3, nothing=0, no_own=0, no_after=0, some_parts=0, locked=0, no_style=0, any_key=0, told=0)
    moved = task(Feeding(**{**vars(plain), "any_key": 1.0}))
    for _ in range(5):
        example = moved._example()
        assert example.hole.mode == 0
        chords = {p % 12 for p in example.hole.pitch[~example.hole.own].tolist()}
        if example.hole.target == CLASS["Melody"]:
            assert len(chords) == 3 and {(p - min(chords)) % 12 for p in chords} <= set(range(12))
    assert task(plain)._example().hole.mode == 1


def test_conditions_are_told():
    told = task(Feeding(batch=3, told=1.0))._example().hole
    assert 1 <= told.density <= 8 and 1 <= told.register <= 12
    silent = task(Feeding(batch=3, told=0.0))._example().hole
    assert (silent.density, silent.register) == (0, 0)


def test_costs_do_not_mind_the_batch():
    t = task()
    examples = t.some(2, 1, 3)[0]
    together, alone = t.costs(examples), [t.costs([e])[0] for e in examples]
    for a, b in zip(together, alone, strict=True):
        assert np.allclose(a, b, atol=1e-4)


def test_a_batch_knows_the_places():
    example = cut(scale_piece(8), CLASS["Melody"], 96, 288, 0)
    ints, _, notes, start, end, there, time, bar, valid = batch_of(
        [example, Example(kept(example.hole, example.hole.own), example.notes)]
    )
    assert time[0, :3].tolist() == [96, 96, 120] and bar.tolist() == [96, 96] and valid.all()
    assert there.sum(dim=1).tolist() == [len(heard(example.hole)), example.hole.own.sum()]
    assert (end >= start).all() and notes.shape[:2] == start.shape
    assert ints[0, 0, AT["shift"]] == 0
