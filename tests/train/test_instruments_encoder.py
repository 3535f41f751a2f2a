import pytest

from studio.engines.cards import read_card
from studio.engines.instrument_learning import load_encoder
from studio.train import instruments, instruments_data, instruments_encoder
from studio.train.instruments_encoder import network_of, train
from tests.train.notes import data_folder
from tests.train.test_instruments import RECIPE

ENCODER = {
    "name": "tiny-encoder", "trainer": "timbre-encoder", "of": "tiny",
    "encoder": {"hidden": 12, "latent": 4, "instruments": 2, "shown": 2, "asked": 2},
    "schedule": {"steps": 12, "rate": 5e-3, "warmup": 2, "measure_every": 6, "mean": 0.5, "seed": 3},
}  # fmt: skip


def test_an_encoder_is_trained_beside_its_instruments(tmp_path, monkeypatch):
    root = data_folder(tmp_path)
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: root / "checkpoints")
    monkeypatch.setattr(instruments_data, "training_data", lambda: root)
    for module in (instruments, instruments_encoder):
        monkeypatch.setattr(module, "models", lambda: root / "models")
    instruments.train(RECIPE, root / "run", False, lambda fraction, message: None)
    told: list[str] = []
    train(ENCODER, root / "run2", False, lambda fraction, message: told.append(message))
    card = read_card(root / "models" / "tiny")
    own = read_card(root / "models" / "tiny" / "encoder")
    assert own.hyper["network"] == card.sha256
    assert own.training["steps"] == 12
    losses = [float(m.split("loss ")[1].split(",")[0]) for m in told if m.startswith("step")]
    assert losses[-1] < losses[0] + 1
    assert load_encoder(card, network_of(card)).size.latent == 4
    (root / "models" / "tiny" / "weights.safetensors").write_bytes(b"x")
    with pytest.raises(Exception, match="damaged"):
        train(ENCODER, root / "run3", False, lambda fraction, message: None)
