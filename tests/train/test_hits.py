import numpy as np
import pytest
import torch

from studio.engines.cards import read_card
from studio.engines.hit_drawing import load_generator
from studio.nn.hit_gan import KINDS, WIDTH
from studio.train import hits
from studio.train.hits import Real, Recipe, judged, nearest, train, train_gan
from studio.train.hits_data import Hits

TINY = {"components": 4, "latent": 2, "hidden": 12, "steps": 6, "batch": 8, "critic_steps": 1}


def made_hits(count: int = 42) -> Hits:
    draw = np.random.default_rng(1)
    kind = np.arange(count) % len(KINDS)
    values = draw.normal(size=(count, WIDTH)) + 3.0 * kind[:, None] - 60
    return Hits(values.astype(np.float32), kind, np.full(count, 80, np.float32), np.arange(count) // 2, ())


def test_neighbours_are_others():
    a = torch.zeros(2, 10)
    a[1] = 2.0
    assert nearest(a, a).tolist() == [2.0, 2.0]
    assert nearest(a, torch.ones(1, 10)).tolist() == [1.0, 1.0]


def test_batches_are_tuned_and_of_all_kinds():
    real = Real(made_hits(), np.arange(42), Recipe(batch=200))
    batch, told = real.batch(torch.Generator().manual_seed(2))
    assert batch.shape == (200, WIDTH)
    assert (told[:, :-1].sum(0) > 5).all()


def test_it_is_trained_judged_and_exported(tmp_path, monkeypatch):
    monkeypatch.setattr(hits, "read_hits", lambda progress: made_hits())
    monkeypatch.setattr(hits, "models", lambda: tmp_path)
    told = []
    train({"name": "tiny", "hits": TINY}, tmp_path / "run", False, lambda share, says: told.append(share))
    card = read_card(tmp_path / "tiny")
    assert {"gan", "vae"} <= card.figures.keys()
    assert all(np.isfinite(v) for v in card.figures["gan"].values())
    assert load_generator(card).size.latent == 2
    assert max(told) > 0.9


def test_the_same_seed_trains_the_same(monkeypatch):
    recipe = Recipe(**TINY)
    one, other = (train_gan(Real(made_hits(), np.arange(42), recipe), recipe, lambda *_: None) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
    figures = judged(one, one, Real(made_hits(), np.arange(28), recipe), Real(made_hits(), np.arange(28, 42), recipe))
    assert figures["coverage_db"] > 0
    assert figures["diversity"] == pytest.approx(figures["diversity"])
