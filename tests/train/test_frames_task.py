import numpy as np
import pytest
import torch

from studio.nn.frame_lstm import FrameLstm, FrameShape
from studio.train.frames import COUNTS, HOME, PLANES, roll
from studio.train.frames_task import Feeding, FrameTask, batch_of, figures
from tests.train.test_frames import repeated, tune

FEEDING = Feeding(batch=2, length=16, short=False)


def task(seed=0, chain=0, feeding=FEEDING):
    torch.manual_seed(0)
    model = FrameLstm(FrameShape(PLANES, COUNTS, hidden=8, channels=3, reach=2, chain=chain))
    rolls = {p: [roll(repeated(20 + 2 * k, seed=k)) for k in range(4)] for p in ("train", "valid")}
    return FrameTask(model, rolls, feeding, seed)


@pytest.mark.parametrize("chain", [0, 6])
def test_a_loss_and_figures(chain):
    t = task(chain=chain)
    loss = t.loss(0)
    loss.backward()
    assert torch.isfinite(loss) and loss > 0
    t.model.eval()
    assert t.measure()["loss"] > 0


def test_a_step_is_the_same_whenever_it_comes():
    a, b = task(3), task(3)
    a.loss(0)
    b.load_state(a.state())
    for t in (a, b):
        t.model.eval()
    assert torch.equal(a.loss(9), b.loss(9))
    assert not torch.equal(a.loss(9), a.loss(10))


def test_another_key_moves_all_and_is_told():
    piece = roll(tune(40, 42, (44, 47)))
    here, there = (batch_of([piece], np.array([0]), 8, np.array([s])) for s in (0, 3))
    assert torch.equal(here.target.roll(3, 2), there.target) and torch.equal(here.planes.roll(3, 3), there.planes)
    assert (there.facts[..., -1] == HOME + 3).all() and (here.facts[..., -1] == HOME).all()


def test_costs_do_not_mind_how_pieces_are_put_together():
    t = task()
    t.model.eval()
    together, alone = t.nats("valid"), t.nats("valid", most_frames=1)
    assert [len(c) for c in together] == [len(r) for r in t.rolls["valid"]]
    for a, b in zip(together, alone, strict=True):
        assert np.allclose(a, b, atol=1e-4)


def test_figures():
    made = figures([np.array([9.0, 1.0, 3.0]), np.array([5.0, 4.0])])
    assert made == {"a frame": pytest.approx(8 / 3), "with the first": pytest.approx(22 / 5), "a piece": pytest.approx(3.0)}
