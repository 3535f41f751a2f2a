import numpy as np
import torch

from studio.nn.note_lstm import HEADS
from studio.nn.note_lstm_step import NoteStepper
from tests.writers import tiny_network


def shown(net, rows, steps):
    draw = np.random.default_rng(0)
    ints = np.stack([draw.integers(0, n, (rows, steps)) for _, n in net.shape.all_columns], axis=-1)
    levels = draw.integers(0, 255, (rows, steps, net.shape.levels)).astype(np.uint8)
    return ints, levels, draw.random((rows, steps, net.shape.tracks + 1)).astype(np.float32)


def test_steps_and_sequences_agree():
    net = tiny_network()
    ints, levels, told = shown(net, 4, 6)
    stepper = NoteStepper(net, 4)
    with torch.inference_mode():
        flat = (torch.from_numpy(x).flatten(0, 1) for x in (ints, levels, told))
        shared, _ = net.remember(net.look(*flat).view(4, 6, -1), None)
        state = stepper.start()
        for t in range(6):
            mine, state = stepper.remember(ints[:, t], levels[:, t], told[:, t], state)
            assert torch.allclose(mine, shared[:, t], atol=1e-5)
            for head in HEADS:
                theirs = net.logits(head, shared[:, t], torch.from_numpy(ints[:, t]), torch.from_numpy(levels[:, t]))
                assert np.allclose(stepper.logits(head, mine, ints[:, t], levels[:, t]), theirs.numpy(), atol=1e-4)


def test_rows_do_not_see_each_other():
    net = tiny_network()
    ints, levels, told = shown(net, 4, 1)
    stepper = NoteStepper(net, 4)
    other = [x.copy() for x in (ints, levels, told)]
    for x, y in zip(other, shown(net, 4, 2), strict=True):
        x[1:] = y[1:, 1:]
    with torch.inference_mode():
        a, _ = stepper.remember(ints[:, 0], levels[:, 0], told[:, 0], stepper.start())
        b, _ = stepper.remember(other[0][:, 0], other[1][:, 0], other[2][:, 0], stepper.start())
    assert torch.equal(a[0], b[0])
    assert not torch.equal(a[1], b[1])
