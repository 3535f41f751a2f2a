import torch

from studio.nn.drum_vae import STIFF, TAPPED, WHOLE
from tests.arrangers import tiny_vae

torch.manual_seed(3)
HITS = (torch.rand(3, 32, 9) < 0.2).float()
LOUD = torch.rand(3, 32, 9) * HITS
LATE = (torch.rand(3, 32, 9) - 0.5) * HITS
METRE = torch.tensor([2, 2, 1])


def codes(way, hits=HITS, loud=LOUD, late=LATE):
    return tiny_vae("drums").encode(hits, loud, late, METRE, torch.full((3,), way))[0]


def test_stiff_reading_ignores_the_touch():
    assert torch.allclose(codes(STIFF), codes(STIFF, loud=LOUD * 0.3, late=-LATE))
    assert not torch.allclose(codes(WHOLE), codes(WHOLE, loud=LOUD * 0.3))


def test_tapped_reading_knows_no_pieces():
    turned = [x.flip(2) for x in (HITS, LOUD, LATE)]
    assert torch.allclose(codes(TAPPED), codes(TAPPED, *turned), atol=1e-6)
    assert not torch.allclose(codes(WHOLE), codes(WHOLE, *turned))
    assert not torch.allclose(codes(TAPPED), codes(TAPPED, loud=LOUD * 0.3))


def test_no_step_sees_itself_or_what_follows():
    model = tiny_vae("drums")
    code = torch.randn(3, 16)
    changed = HITS.clone()
    changed[:, 10:] = 1 - changed[:, 10:]
    a, b = model.forced(code, HITS, LOUD, LATE, METRE)[0], model.forced(code, changed, LOUD, LATE, METRE)[0]
    assert torch.allclose(a[:, :11], b[:, :11]) and not torch.allclose(a[:, 11:], b[:, 11:])


def test_touch_is_within_bounds():
    _, loud, late = tiny_vae("drums").forced(torch.randn(3, 16) * 20, HITS, LOUD, LATE, METRE)
    assert loud.min() >= 0 and loud.max() <= 1 and late.abs().max() <= 0.5


def test_only_hits_and_valid_steps_cost_touch():
    model = tiny_vae("drums")
    valid = torch.zeros(3, 32)
    costs, _ = model.losses(HITS, LOUD, LATE, METRE, torch.zeros(3, dtype=torch.long), valid)
    assert costs.tolist() == [0, 0, 0]


def test_it_learns_to_rebuild():
    torch.manual_seed(0)
    model = tiny_vae("drums").train()
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    way, valid = torch.zeros(3, dtype=torch.long), torch.ones(3, 32)
    for _ in range(150):
        optimizer.zero_grad()
        model.losses(HITS, LOUD, LATE, METRE, way, valid)[0].mean().backward()
        optimizer.step()
    right, loud, _ = model.eval().right(HITS, LOUD, LATE, METRE, way)
    assert right.float().mean() > 0.9 and loud[HITS > 0].mean() < 0.2
