import numpy as np
import pytest
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
    kept = [ints[:, 0].copy(), levels[:, 0].copy()]
    with torch.inference_mode():
        flat = (torch.from_numpy(x).flatten(0, 1) for x in (ints, levels, np.repeat(told[:, :1], 6, axis=1)))
        shared, _ = net.remember(net.look(*flat).view(4, 6, -1), None)
        steps = stepper.steps(*kept, told[:, 0], stepper.start(4))
        for t in range(6):
            kept[0][:], kept[1][:] = ints[:, t], levels[:, t]
            assert np.allclose(steps.remember(), shared[:, t], atol=1e-5)
            for head in HEADS:
                theirs = net.logits(head, shared[:, t], torch.from_numpy(ints[:, t]), torch.from_numpy(levels[:, t])).numpy()
                # What cannot occur, the network masks; whoever draws from the steps' logits does.
                occurs = theirs > -1e8
                assert occurs.any(axis=1).all()
                assert np.allclose(steps.logits(head)[occurs], theirs[occurs], atol=1e-4)


def test_rows_do_not_see_each_other():
    net = tiny_network()
    ints, levels, told = (x[:, 0] for x in shown(net, 4, 1))
    stepper = NoteStepper(net, 4)
    other = [x.copy() for x in (ints, levels, told)]
    for x, y in zip(other, shown(net, 4, 2), strict=True):
        x[1:] = y[1:, 1]
    with torch.inference_mode():
        a, b = (stepper.steps(*x, stepper.start(4)).remember() for x in ((ints, levels, told), other))
    assert np.array_equal(a[0], b[0])
    assert not np.array_equal(a[1], b[1])


@pytest.mark.parametrize("company", [2, 4, 7, 8, 14, 32])
def test_a_row_is_the_same_alone_and_among_others(company):
    net = tiny_network()
    stepper = NoteStepper(net, 32)
    alone, many = stepper.rows(1), stepper.rows(company)
    ints, levels, told = (np.resize(x[:, 0], (many, x.shape[2])) for x in shown(net, 4, 1))
    with torch.inference_mode():
        all_ = stepper.steps(ints, levels, told, stepper.start(many))
        one = stepper.steps(*(np.repeat(x[1:2], alone, axis=0) for x in (ints, levels, told)), stepper.start(alone))
        for _ in range(3):
            assert np.array_equal(all_.remember()[1], one.remember()[0])
            for head in HEADS:
                assert np.array_equal(all_.logits(head)[1], one.logits(head)[0])
