import pytest
import torch

from studio.engines.cards import check_weights, read_card
from studio.errors import StudioError
from studio.nn.note_lstm import NoteLstm
from studio.train import symbolic_run
from studio.train.symbolic_task import shape_of
from tests.train.test_symbolic_task import small_corpus
from tests.writers import SMALL

RECIPE = {
    "name": "tiny",
    "model": "tiny-model",
    "title": "Tiny",
    "shape": SMALL,
    "feeding": {"batch": 2, "time": 8, "segment": 16},
    "schedule": {"steps": 4, "measure_every": 2, "warmup": 1, "seed": 5},
}


def test_a_recipe_ends_in_a_model(tmp_path, monkeypatch):
    monkeypatch.setattr(symbolic_run, "corpus", small_corpus)
    exported = []
    monkeypatch.setattr(
        symbolic_run, "export", lambda values, card: exported.append(real(values, card, tmp_path / card.id)) or exported[-1]
    )
    said = []
    symbolic_run.train(RECIPE, tmp_path / "run", False, lambda f, m: said.append(m))
    card = read_card(tmp_path / "tiny-model")
    assert check_weights(card)
    assert card.engine == "lstm-writer"
    assert card.training["steps"] in (2, 4)
    assert card.hyper["units"] == SMALL["units"]
    assert any("held out" in m for m in said)
    symbolic_run.train({**RECIPE, "schedule": {**RECIPE["schedule"], "steps": 6}}, tmp_path / "run", True, lambda f, m: None)
    assert read_card(tmp_path / "tiny-model").training["steps"] >= 2


def test_a_recipe_goes_on_from_anothers_best(tmp_path, monkeypatch):
    monkeypatch.setattr(symbolic_run, "checkpoints", lambda: tmp_path)
    old = NoteLstm(shape_of(**SMALL, plans=0))
    values = {k: v for k, v in old.state_dict().items() if not k.startswith("asked.")}
    (tmp_path / "earlier").mkdir()
    torch.save(values, tmp_path / "earlier" / "best.pt")
    new = NoteLstm(shape_of(**SMALL, plans=2))
    symbolic_run.start_from(new, tmp_path / "earlier" / "best.pt")
    assert all(torch.equal(new.state_dict()[k], v) for k, v in values.items())
    assert all((v == 0).all() for k, v in new.state_dict().items() if k.startswith("asked."))
    with pytest.raises(StudioError):
        symbolic_run.start_from(new, tmp_path / "nowhere" / "best.pt")
    torch.save({**values, "other": torch.zeros(1)}, tmp_path / "earlier" / "best.pt")
    with pytest.raises(StudioError):
        symbolic_run.start_from(new, tmp_path / "earlier" / "best.pt")


def test_stopping_leaves_a_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(symbolic_run, "corpus", small_corpus)

    def stop(fraction, message):
        if fraction:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        symbolic_run.train(RECIPE, tmp_path / "run", False, stop)
    assert (tmp_path / "run" / "last.pt").exists()


from studio.train.export import export as real  # noqa: E402
