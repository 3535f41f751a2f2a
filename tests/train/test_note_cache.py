import numpy as np
import pytest
import torch

from studio.engines.cards import Card, check_weights, read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import VERSION
from studio.errors import StudioError
from studio.nn.note_cache import EXPERTS, FEATURES, Said
from studio.train import note_cache
from studio.train.export import export
from studio.train.note_cache import Fit, fit_gate, principal
from studio.train.symbolic_files import STYLES, VALID
from tests.train.test_symbolic_task import small_corpus
from tests.writers import tiny_network

RECIPE = {"name": "tiny-cache", "model": "tiny", "fit": {"dims": 8, "songs": 2}}


def shipped(folder, engine="lstm-writer"):
    hyper = {**tiny_network().shape.as_dict(), "version": VERSION}
    export(tiny_network().state_dict(), Card("tiny", engine, "Tiny", hyper=hyper), folder / "tiny")


def test_a_shipped_writer_gets_a_cache_and_keeps_its_weights(tmp_path, monkeypatch):
    songs = small_corpus()
    assert (songs.split == VALID).any()
    monkeypatch.setattr(note_cache, "corpus", lambda: songs)
    monkeypatch.setattr(note_cache, "models", lambda: tmp_path)
    shipped(tmp_path)
    before = read_card(tmp_path / "tiny").sha256
    for _ in range(2):  # once more takes the place of the first
        note_cache.train(RECIPE, tmp_path / "run", False, lambda f, m: None)
    card = read_card(tmp_path / "tiny")
    told = card.training["cache (recipe tiny-cache)"]
    assert card.hyper["cache"] == 8 and card.sha256 != before and check_weights(card)
    assert told["with, on the same songs"] <= told["nats a note without"] + 1e-3
    writer = LstmWriter()
    writer.prepare(card, "cpu")
    for name, value in tiny_network().state_dict().items():
        if value.is_floating_point():
            assert torch.allclose(writer._model.state_dict()[name], value, atol=1e-3)


def test_only_a_writer_can_have_one(tmp_path, monkeypatch):
    monkeypatch.setattr(note_cache, "models", lambda: tmp_path)
    shipped(tmp_path, "arranger")
    with pytest.raises(StudioError, match="no such cache"):
        note_cache.train(RECIPE, tmp_path / "run", False, lambda f, m: None)


def test_principal_components_vary_alike():
    torch.manual_seed(0)
    hidden = torch.randn(500, 3) @ torch.randn(3, 10)
    unit = torch.nn.functional.normalize(hidden, dim=1)
    kept = unit.double() @ principal(hidden, 3)
    assert torch.allclose(kept.T @ kept / len(kept), torch.eye(3, dtype=torch.float64), atol=1e-3)


def test_a_gate_believes_who_is_right_in_each_style():
    draw = np.random.default_rng(0)
    said = []
    for style in (0, 1):
        chances = draw.uniform(0.05, 0.2, (200, EXPERTS))
        chances[:, 0 if style == 0 else 2] = 0.9
        seen = np.concatenate([np.ones((200, 1)), draw.random((200, FEATURES - 1))], axis=1)
        said.append(Said(chances, seen, np.ones(200, bool)))
    sets = np.array([0, 1])
    gate, (before, after) = fit_gate(said, sets, np.full(2, 1 / 400), Fit(ridge=1e-6, styleless=0.0))
    assert gate.shape == (FEATURES + len(STYLES), EXPERTS)
    assert after < 0.3 < before
