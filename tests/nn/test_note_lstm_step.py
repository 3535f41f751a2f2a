import numpy as np
import torch

from studio.nn.note_lstm import HEADS
from studio.nn.note_lstm_step import NoteStepper
from tests.writers import tiny_network


def halved(net):
    """``net`` with weights as a model's file has them."""
    net.load_state_dict({k: v.half().float() if v.is_floating_point() else v for k, v in net.state_dict().items()})
    for asked in net.asked.values():
        asked.weight.data.normal_(std=0.02)
    return net


def shown(net, rows, steps):
    draw = np.random.default_rng(0)
    ints = np.stack([draw.integers(0, n, (rows, steps)) for _, n in net.shape.all_columns], axis=-1)
    levels = draw.integers(0, 255, (rows, steps, net.shape.levels)).astype(np.uint8)
    return ints, levels, draw.random((rows, steps, net.shape.tracks + 1)).astype(np.float32)


def test_steps_and_sequences_agree():
    net = halved(tiny_network())
    ints, levels, told = shown(net, 4, 6)
    stepper = NoteStepper(net, 4)
    with torch.inference_mode():
        flat = (torch.from_numpy(x).flatten(0, 1) for x in (ints, levels, told))
        shared, _ = net.remember(net.look(*flat).view(4, 6, -1), None)
        state = stepper.start(4)
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
        a, _ = stepper.remember(ints[:, 0], levels[:, 0], told[:, 0], stepper.start(4))
        b, _ = stepper.remember(other[0][:, 0], other[1][:, 0], other[2][:, 0], stepper.start(4))
    assert torch.equal(a[0], b[0])
    assert not torch.equal(a[1], b[1])


def test_a_row_is_the_same_alone_and_among_others():
    net = tiny_network()
    ints, levels, told = (x[:, 0] for x in shown(net, 4, 1))
    stepper = NoteStepper(net, 4)
    rows = stepper.rows(1)
    with torch.inference_mode():
        many, _ = stepper.remember(ints, levels, told, stepper.start(4))
        one, _ = stepper.remember(ints[:rows], levels[:rows], told[:rows], stepper.start(rows))
        assert torch.equal(many[0], one[0])
        for head in HEADS:
            a, b = (stepper.logits(head, s, ints[: len(s)], levels[: len(s)]) for s in (many, one))
            assert np.array_equal(a[0], b[0])
