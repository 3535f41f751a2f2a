import numpy as np
import pytest
import torch
from safetensors.torch import save

from studio.errors import StudioError
from studio.nn.runtime import choose_device, devices, inference, load_weights, tensor


def test_the_cpu_is_always_there_and_last():
    assert devices()[-1] == "cpu"
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type == devices()[0]


def test_a_device_that_is_not_there_is_told():
    missing = next(d for d in ("mps", "cuda") if d not in devices())
    with pytest.raises(StudioError, match=f"no usable {missing.upper()}"):
        choose_device(missing)


def test_half_precision_weights_come_in_as_float_and_frozen():
    weights = torch.nn.Linear(3, 2)
    content = save({k: v.half() for k, v in weights.state_dict().items()})
    module = load_weights(torch.nn.Linear(3, 2), content, torch.device("cpu"))
    assert module.weight.dtype == torch.float32
    assert torch.allclose(module.weight, weights.weight, atol=1e-3)
    assert not module.training
    assert not module.weight.requires_grad


@pytest.mark.parametrize("content", [b"", b"nonsense", save({"weight": torch.zeros(2, 2)})])
def test_weights_that_do_not_fit_are_told(content):
    with pytest.raises(StudioError, match="do not fit"):
        load_weights(torch.nn.Linear(3, 2), content, torch.device("cpu"))


def test_engines_get_tensors_that_share_their_arrays():
    array = np.zeros(3, np.float32)
    with inference():
        tensor(array).add_(1)
    assert array.tolist() == [1, 1, 1]
