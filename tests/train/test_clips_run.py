import numpy as np
import pytest

from studio.engines.cards import check_weights, read_card
from studio.engines.clip_vae import ClipVae
from studio.train import clips_run
from studio.train.export import export
from studio.train.recipes import read
from tests.arrangers import SMALL_VAE
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


def test_the_shipped_recipes_make_their_networks():
    for name in ("vae-melody", "vae-drums"):
        shape = clips_run.shape_of(read(name))
        assert shape.latent % shape.beats == 0
