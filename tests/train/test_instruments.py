import numpy as np
import pytest

from studio.engines.api import Quiet
from studio.engines.cards import read_card
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.note_targets import target_of
from studio.nn.spectral import POINTS, control_times
from studio.train import instruments, instruments_data
from studio.train.instruments import Recipe, stiffness_of, train
from studio.train.instruments_data import analysed, read_rows, split
from studio.train.instruments_measures import batch_of
from tests.train.notes import data_folder

RECIPE = {
    "name": "tiny", "trainer": "instruments", "model": "tiny",
    "instruments": {"hidden": 16, "layers": 2, "embedding": 4, "batch": 8, "made": False},
    "schedule": {"steps": 12, "rate": 5e-3, "warmup": 2, "measure_every": 6, "mean": 0.5, "seed": 3},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    return data_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: folder / "checkpoints")
    monkeypatch.setattr(instruments_data, "training_data", lambda: folder)
    monkeypatch.setattr(instruments, "models", lambda: folder / "models")
    return folder


def test_a_recipe_from_sound_to_a_model_that_plays(here):
    told: list[str] = []
    train(RECIPE, here / "run", False, lambda fraction, message: told.append(message))
    card = read_card(here / "models" / "tiny")
    assert card.recipe == "tiny"
    assert card.training["held_out_notes"] == 4
    assert {d["kind"] for d in card.data} == {"recorded"}
    assert card.data[0]["credit"].startswith("Xavier Hosxe")
    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    rows = engine.render(batch_of([(0, 60, 80, 4000), (42, 55, 80, 4000), (128, 38, 90, 100)]), 44100, 0, 4000, Quiet())
    assert np.isfinite(rows).all()
    assert (np.abs(rows).max(1) > 0.01).all()
    losses = [float(m.split("loss ")[1].split(",")[0]) for m in told if m.startswith("step")]
    assert losses[-1] < losses[0]


def test_it_can_be_resumed_and_gives_the_same_weights(here):
    short = {**RECIPE, "schedule": {**RECIPE["schedule"], "steps": 4, "decay": 0.0, "measure_every": 4}}
    train({**short, "model": "whole"}, here / "a", False, lambda fraction, message: None)

    def stop(fraction: float, message: str) -> None:
        if message.startswith("step 2 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train({**short, "model": "parts"}, here / "b", False, stop)
    train({**short, "model": "parts"}, here / "b", True, lambda fraction, message: None)
    log = [read_card(here / "models" / m).training["controls_db"]["loss"] for m in ("whole", "parts")]
    assert log[0] == pytest.approx(log[1], abs=0.35)  # dropout is drawn anew after a resume


def test_targets_weigh_what_is_heard(here):
    notes = analysed([r for r in read_rows(here) if r.instrument in ("piano", "cello")])
    sounds = {s.id: s for s in instruments.sounds_of(notes)}
    assert sounds["piano"].low == 55
    assert (sounds["piano"].soft, sounds["piano"].loud) == (50, 110)
    piano = next(n for n in notes if n.row.instrument == "piano")
    target = target_of(piano.analysis, piano.row.pitch, sounds["piano"])
    assert target.partials.shape == (POINTS, 96)
    # The tone has twelve partials: what is found above is noise. What is there weighs over thrice as much.
    assert target.partial_weight[10, :8].min() > 3 * target.partial_weight[10, 20:40].max()
    late = control_times()[:POINTS] > piano.analysis.seconds
    assert target.noise_weight[late].max() < target.noise_weight[~late].max()


def test_stiffness_is_a_robust_curve(here):
    notes = analysed([r for r in read_rows(here) if r.instrument == "piano"])
    curve = stiffness_of(notes)
    assert np.exp(np.polyval(curve, 0.0)) == pytest.approx(3e-4, rel=0.3)
    assert stiffness_of(notes[:2]) == ()


def test_all_notes_are_used_where_nothing_is_held_out(here):
    rows = read_rows(here)
    learn, held = split(rows)
    assert held
    assert not Recipe(holdout=False).holdout
    assert len(learn) < len(rows)
