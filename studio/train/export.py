"""A trained module into a model folder: float16 weights as safetensors, and the card."""

from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from studio.engines.cards import WEIGHTS, Card, read_card, write_card
from studio.paths import models


def half(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float16, whole numbers as they are.

    Raises:
        ValueError: a weight is not finite, or too large for float16.
    """
    made = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in values.items()}
    for name, value in made.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{name} is not finite in float16")
    return made


def export(values: dict[str, Tensor], card: Card, folder: Path | None = None) -> Card:
    """Write weights and card into ``folder`` (the shipped models' by default); returns the card with its hash."""
    folder = folder or models() / card.id
    folder.mkdir(parents=True, exist_ok=True)
    save_file(half(values), folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)
    write_card(replace(card, folder=folder))
    return read_card(folder)
