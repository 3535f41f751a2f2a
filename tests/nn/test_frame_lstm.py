from itertools import combinations

import pytest
import torch

from studio.nn.frame_lstm import KEYS, NO_MORE, FrameBatch, FrameLstm, FrameShape, in_order


def network(chain=0):
    torch.manual_seed(0)
    shape = FrameShape(planes=3, counts=(4, 5), heard=2, hidden=12, layers=2, channels=4, reach=3, chain=chain)
    return FrameLstm(shape).eval()


def batch(t=6, n=2):
    draw = torch.Generator().manual_seed(1)
    frames = (torch.rand(n, t, 3, KEYS, generator=draw) < 0.05).float()
    valid = torch.ones(n, t, dtype=torch.bool)
    valid[1, 4:] = False
    return FrameBatch(frames, torch.randint(0, 4, (n, t, 2), generator=draw), frames[:, :, 2].roll(1, 2), valid)


def test_notes_from_the_lowest_up():
    target = torch.zeros(3, KEYS)
    target[0, [7, 3]] = 1
    target[2, 87] = 1
    notes, there = in_order(target)
    assert notes.tolist() == [[3, 7, NO_MORE], [NO_MORE] * 3, [87, NO_MORE, NO_MORE]]
    assert there.tolist() == [[True] * 3, [True, False, False], [True, True, False]]


@pytest.mark.parametrize("chain", [0, 8])
def test_a_frame_costs_what_stands_before_it(chain):
    model, given = network(chain), batch()
    costs = model.nats(given)
    assert costs.shape == (10,) and (costs > 0).all()
    later = FrameBatch(given.planes.clone(), given.facts, given.target, given.valid)
    later.planes[:, 3:] = 1 - later.planes[:, 3:]
    changed = model.nats(later)
    assert torch.allclose(changed[:3], costs[:3], atol=1e-5) and not torch.allclose(changed[3:6], costs[3:6], atol=1e-3)


def every_frame(model, given, keys):
    """Log-probabilities of all frames with notes among ``keys`` only, after one past."""
    sets = [s for size in range(len(keys) + 1) for s in combinations(keys, size)]
    target = torch.zeros(len(sets), 1, KEYS)
    for row, chosen in enumerate(sets):
        target[row, 0, list(chosen)] = 1
    n = len(sets)
    whole = FrameBatch(
        given.planes[:1, :1].repeat(n, 1, 1, 1), given.facts[:1, :1].repeat(n, 1, 1), target, torch.ones(n, 1).bool()
    )
    return -model.nats(whole)


def test_the_chains_probabilities_are_whole():
    model = network(8)
    keys = [3, 40, 41, 80, 87]
    with torch.no_grad():
        # All other keys are made impossible, so that the sets of these five are everything there is.
        model.absolute.bias.fill_(-1e4)
        model.absolute.bias[keys] = 0.0
        total = every_frame(model, batch(), keys).double().exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-4)


def test_keys_apart_are_whole_too():
    model = network()
    keys = [0, 44, 87]
    with torch.no_grad():
        model.absolute.bias.fill_(-1e4)
        model.absolute.bias[keys] = 0.0
        total = every_frame(model, batch(), keys).double().exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("chain", [0, 8])
def test_it_learns(chain):
    model, given = network(chain).train(), batch()
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    first = float(model.nats(given).mean().detach())
    for _ in range(40):
        optimizer.zero_grad()
        model.nats(given).mean().backward()
        optimizer.step()
    assert float(model.eval().nats(given).mean().detach()) < 0.5 * first
