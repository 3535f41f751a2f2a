from studio.engines.api import Quiet
from studio.engines.arranger import ArrangerEngine
from studio.engines.arranger_setting import ArrangeRequest
from studio.engines.cards import Card, check_weights, read_card
from studio.train import arranger_run
from studio.train.export import export
from tests.arrangers import SMALL
from tests.train.test_arranger_task import SONGS
from tests.writers import song, tiny_network

RECIPE = {
    "name": "tiny",
    "model": "tiny-arranger",
    "title": "Tiny",
    "summary": "Tiny.",
    "shape": SMALL,
    "writer": "tiny-writer",
    "feeding": {"lots": 1, "lot": 4, "batch": 2},
    "schedule": {"steps": 4, "measure_every": 2, "warmup": 1, "seed": 5},
}


def test_a_recipe_ends_in_a_model_that_can_be_used(tmp_path, monkeypatch):
    monkeypatch.setattr(arranger_run, "songs", lambda: SONGS)
    voice = tiny_network()
    written = export(
        voice.state_dict(), Card("tiny-writer", "lstm-writer", "W", hyper=voice.shape.as_dict()), tmp_path / "tiny-writer"
    )
    monkeypatch.setattr(arranger_run, "models", lambda: tmp_path)
    monkeypatch.setattr(arranger_run, "export", lambda values, card: export(values, card, tmp_path / card.id))
    arranger_run.train(RECIPE, tmp_path / "run", False, lambda f, m: None)
    card = read_card(tmp_path / "tiny-arranger")
    assert check_weights(card) and card.engine == "arranger" and card.training["songs"] == 2
    assert card.training["writer within it"] == written.sha256
    engine = ArrangerEngine()
    engine.prepare(card, "cpu")
    assert list(engine.generate(ArrangeRequest(song(8), 3840, 3840, tracks=(1,)), Quiet()))
    arranger_run.train({**RECIPE, "schedule": {**RECIPE["schedule"], "steps": 6}}, tmp_path / "run", True, lambda f, m: None)
    assert read_card(tmp_path / "tiny-arranger").training["steps"] >= 2
