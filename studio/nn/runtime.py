"""Torch's devices (what else is to be known of them: :mod:`studio.nn.devices`), and weights into networks."""

import logging
from typing import Any

import numpy.typing as npt
import torch
from safetensors.torch import load

from studio.errors import StudioError

log = logging.getLogger(__name__)

# One thread an operation: a step of the writer on two took 12 times the processor time of a step on one beside a busy
# program (they wait for each other by spinning), and sums in another order would make the same seed write other notes.
# Who wants more cores gives each of its own threads whole operations.
torch.set_num_threads(1)

inference = torch.inference_mode
"""For the engines, which know no torch: ``with inference(): ...``."""


def tensor(array: npt.NDArray[Any]) -> torch.Tensor:
    """``array`` as a tensor on the CPU, sharing its memory."""
    return torch.from_numpy(array)


def devices() -> list[str]:
    """The devices that torch finds, best first; the last is always ``cpu``."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def choose_device(wish: str = "auto") -> torch.device:
    """The device for ``wish``: auto, cpu, cuda or mps.

    Raises:
        StudioError: it was asked for by name and this computer does not have it.
    """
    here = devices()
    if wish == "auto":
        return torch.device(here[0])
    if wish.split(":")[0] not in here:
        raise StudioError(f"This computer has no usable {wish.upper()} device.", f"Choose one of: auto, {', '.join(here)}.")
    return torch.device(wish)


def load_weights(module: torch.nn.Module, content: bytes, device: torch.device, besides: tuple[str, ...] = ()) -> torch.nn.Module:
    """``module`` with the safetensors ``content`` in it, as float32, for inference on ``device``.

    Tensors whose names begin with one of ``besides`` are left out.

    Raises:
        StudioError: names or shapes do not fit the network.
    """
    try:
        tensors = {k: v.float() if v.is_floating_point() else v for k, v in load(content).items() if not k.startswith(besides)}
        module.load_state_dict(tensors)
    except Exception as error:  # safetensors raises its own type, torch RuntimeError
        log.warning("weights refused: %s", error)
        raise StudioError("The model's weights do not fit its network.", "Install the model again, or update Partita.") from error
    return module.to(device).eval().requires_grad_(False)
