import numpy as np
import pytest
import torch

from studio.engines.cards import check_weights, read_card
from studio.engines.clip_vae import ClipVae
from studio.train import clips_run
from studio.train.export import export
from studio.train.recipes import read
from tests.arrangers import SMALL_VAE, tiny_vae
from tests.train.test_clips_task import some_clips


def recipe(kind):
    return {
        "name": "tiny",
        "kind": kind,
        "model": "tiny-vae",
        "title": "Tiny",
        "summary": "Tiny.",
        "shape": SMALL_VAE,
        "feeding": {"batch": 2},
        "schedule": {"steps": 4, "measure_every": 2, "warmup": 1, "seed": 5},
    }


@pytest.mark.parametrize("kind", ["lines", "drums"])
def test_a_recipe_ends_in_a_model_that_can_be_used(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(clips_run, "clips", some_clips)
    monkeypatch.setattr(clips_run, "export", lambda values, card: export(values, card, tmp_path / card.id))
    clips_run.train(recipe(kind), tmp_path / "run", False, lambda f, m: None)
    card = read_card(tmp_path / "tiny-vae")
    assert check_weights(card) and card.hyper["kind"] == kind and card.training["songs"] == 4
    vae = ClipVae()
    vae.prepare(card, "cpu")
    assert np.abs(vae.sampled(3, 1)).max() > 0 and (vae.spread > 0).any()
    assert [d["style"] for d in card.data] == ["pop", "folk"]
    clips_run.train(
        {**recipe(kind), "schedule": {**recipe(kind)["schedule"], "steps": 6}}, tmp_path / "run", True, lambda f, m: None
    )
    assert read_card(tmp_path / "tiny-vae").training["steps"] >= 2


def phrase_recipe():
    shape = {"latent": 16, "width": 16, "depth": 1}
    return {**recipe("phrases"), "clips_of": "vae-melody", "shape": shape, "feeding": {"batch": 2, "apart": 2}}


def test_phrases_end_in_a_model_that_keeps_the_two_bar_encoder(tmp_path, monkeypatch):
    monkeypatch.setattr(clips_run, "clips", some_clips)
    monkeypatch.setattr(clips_run, "export", lambda values, card: export(values, card, tmp_path / card.id))
    monkeypatch.setattr(clips_run, "_LENGTHS", (1.0,))
    clips_run.train(phrase_recipe(), tmp_path / "run", False, lambda f, m: None)
    phrases, lines = ClipVae(), ClipVae()
    phrases.prepare(read_card(tmp_path / "tiny-vae"), "cpu")
    lines.prepare(read_card(clips_run.models() / "vae-melody"), "cpu")
    assert phrases.kind == "phrases" and phrases.sampled(2, 1).shape == (2, 16)
    rows = some_clips("phrases").rows[:1].astype(np.int64)
    codes, _ = phrases._model.clip_codes(torch.from_numpy(rows), torch.tensor([2]))
    assert np.allclose(codes[0].numpy(), lines.encode(list(rows[0]), 2), atol=1e-4)


def test_the_shipped_recipes_make_their_networks():
    for name in ("vae-melody", "vae-drums", "vae-phrase"):
        shape = clips_run.shape_of(read(name))
        assert shape.latent % (shape.segments if name == "vae-phrase" else shape.beats) == 0


def test_sliders_are_made_long_enough_to_be_heard():
    model = tiny_vae("lines")
    codes = np.random.default_rng(0).normal(size=(20, 16)).astype(np.float32)
    metre, sliders = np.full(20, 2), np.zeros((4, 16))
    sliders[0, 0] = 1.0
    made = clips_run.calibrated(model, "lines", codes, metre, sliders, np.full(4, 1e-6))
    assert 1 <= made[0, 0] <= 6 and not made[1:].any()
    far = clips_run.calibrated(model, "lines", codes, metre, sliders, np.full(4, 1e6))
    assert far[0, 0] >= 1
