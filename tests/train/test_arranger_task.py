import numpy as np
import pytest
import torch

from studio.engines.note_columns import CLASS
from studio.train.arranger_examples import batch_of
from studio.train.arranger_task import ArrangerTask, Feeding
from studio.train.songs import PER_BEAT, SongParts
from tests.arrangers import tiny_network
from tests.writers import part

FEEDING = Feeding(lots=2, lot=6, batch=3)


def song(seed=0, split=0, number=0):
    draw = np.random.default_rng(seed)
    tune = part("Melody", 73, rows=[(PER_BEAT * k, PER_BEAT, int(60 + draw.integers(12)), 60 + k % 9) for k in range(64)])
    chords = part("Chords", 24, rows=[(4 * PER_BEAT * k, 4 * PER_BEAT, p, 50) for k in range(16) for p in (48, 52, 55)])
    return SongParts(number, f"song {seed}", split, (tune, chords), (CLASS["Melody"], CLASS["Chords"]), ((0, 4, 4),), 0)


SONGS = [song(0), song(1, 1), song(2, 2), song(3, 0, 3)]


def task(feeding=FEEDING, seed=0):
    return ArrangerTask(tiny_network(), SONGS, feeding, seed)


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
    t = task(Feeding(lot=6, batch=3, nothing=1.0))
    assert not len(t._example().hole.time)
    t = task(Feeding(lot=6, batch=3, nothing=0.0, no_own=1.0, some_parts=0.0, no_after=1.0, locked=0.0))
    hole = t._example().hole
    assert not hole.own.any() and (hole.time < hole.end).all()


def test_other_keys_move_all_alike():
    plain = Feeding(lot=6, batch=3, nothing=0, no_own=0, no_after=0, some_parts=0, locked=0, no_style=0, any_key=0, told=0)
    moved = task(Feeding(**{**vars(plain), "any_key": 1.0}))
    for _ in range(5):
        example = moved._example()
        assert example.hole.mode == 0
        chords = {p % 12 for p in example.hole.pitch[~example.hole.own].tolist()}
        if example.hole.target == CLASS["Melody"]:
            assert len(chords) == 3 and {(p - min(chords)) % 12 for p in chords} <= set(range(12))
    assert task(plain)._example().hole.mode == 1


def test_conditions_are_told():
    told = task(Feeding(lot=6, batch=3, told=1.0))._example().hole
    assert 1 <= told.density <= 8 and 1 <= told.register <= 12
    silent = task(Feeding(lot=6, batch=3, told=0.0))._example().hole
    assert (silent.density, silent.register) == (0, 0)


def test_costs_do_not_mind_the_batch():
    t = task()
    examples = t.some(2, 1, 3)[0]
    prepared = t.prepared(examples)
    together, alone = t.costs(prepared), [t.costs([p])[0] for p in prepared]
    for a, b in zip(together, alone, strict=True):
        assert np.allclose(a, b, atol=1e-4)


def test_lots_are_kept_and_come_again(tmp_path):
    kept, fresh = (ArrangerTask(tiny_network(), SONGS, FEEDING, 1, folder) for folder in (tmp_path, None))
    first = kept.loss(0)
    assert [f.name for f in tmp_path.iterdir()] == ["lot-0.npz"]
    assert torch.allclose(first, fresh.loss(0), atol=1e-5)
    kept.loss(2)
    again = ArrangerTask(tiny_network(), SONGS, FEEDING, 1, tmp_path)
    assert torch.equal(again.loss(4), kept.loss(4))
    assert len(list(tmp_path.iterdir())) == 2


def test_every_hole_of_a_lot_is_learned_from_in_a_turn(monkeypatch):
    from studio.train import arranger_task

    t, shown = task(), []
    monkeypatch.setattr(arranger_task, "batch_of", lambda prepared: shown.append(prepared) or batch_of(prepared))
    for step in range(2):
        t.loss(step)
    assert sorted(id(p) for part in shown for p in part) == sorted(id(p) for p in t._lot[1])
