from itertools import pairwise

import numpy as np
import torch

from studio.engines.arranger_features import AT, heard
from studio.engines.arranger_tables import LEAST_CHANCE, SIZES
from studio.engines.note_columns import CLASS
from studio.train.arranger_examples import Example, Holes, batch_of, cut, keep, kept, kept_in, prepare, spoken
from tests.train.test_arranger_task import SONGS
from tests.writers import scale_piece, tiny_network

VOICE = tiny_network()


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


def test_what_is_kept_comes_back(tmp_path):
    made = prepare(VOICE, [cut(scale_piece(8), CLASS["Melody"], 96, 96 * k, 0) for k in (2, 3)])
    keep(tmp_path / "lot.npz", made)
    for a, b in zip(made, kept_in(tmp_path / "lot.npz"), strict=True):
        assert a.bar == b.bar
        for name in ("ints", "dense", "experts", "time", "notes", "start", "end"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert [f.name for f in tmp_path.iterdir()] == ["lot.npz"]


def test_experts_say_chances():
    example = cut(scale_piece(8), CLASS["Melody"], 96, 288, 0)
    (said,) = spoken(VOICE, [example])
    edges = np.cumsum([0, *SIZES])
    for a, b in pairwise(edges):
        assert np.allclose(np.exp(said[:, a:b]).sum(axis=1), 1, atol=2e-3)
    assert said.min() >= LEAST_CHANCE


def test_the_voice_hears_only_the_parts_past():
    example = cut(scale_piece(8), CLASS["Melody"], 192, 288, 0)
    hole = example.hole
    alone = Example(kept(hole, hole.own & (hole.time < hole.start)), example.notes)
    torch.testing.assert_close(torch.from_numpy(spoken(VOICE, [example])[0]), torch.from_numpy(spoken(VOICE, [alone])[0]))


def test_a_batch_knows_the_places():
    example = cut(scale_piece(8), CLASS["Melody"], 96, 288, 0)
    both = [example, Example(kept(example.hole, example.hole.own), example.notes)]
    ints, _, experts, notes, start, end, there, time, bar, valid = batch_of(prepare(VOICE, both))
    assert experts.shape == (*valid.shape, 2, sum(SIZES))
    assert time[0, :3].tolist() == [96, 96, 120] and bar.tolist() == [96, 96] and valid.all()
    assert there.sum(dim=1).tolist() == [len(heard(example.hole)), example.hole.own.sum()]
    assert (end >= start).all() and notes.shape[:2] == start.shape
    assert ints[0, 0, AT["shift"]] == 0
