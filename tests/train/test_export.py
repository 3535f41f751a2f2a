import pytest
import torch
from safetensors.torch import load_file

from studio.engines.cards import Card, check_weights
from studio.train.export import export, half


def test_a_model_is_written_in_half_precision_with_its_hash(tmp_path):
    card = export({"a": torch.ones(2, 3), "n": torch.arange(3)}, Card("m", "lstm-writer", "M"), tmp_path / "m")
    values = load_file(card.weights)
    assert values["a"].dtype == torch.float16
    assert values["n"].dtype == torch.int64
    assert check_weights(card)
    assert card.weights.stat().st_mode & 0o044


def test_what_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite"):
        half({"a": torch.tensor([1e9])})
