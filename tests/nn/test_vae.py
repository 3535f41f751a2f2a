import torch

from studio.nn.vae import ClipVae, GridEncoder, Plan, VaeShape, divergence
from tests.arrangers import SMALL_VAE

SHAPE = VaeShape(**SMALL_VAE)


def test_a_shape_survives_a_card():
    assert VaeShape.of(SHAPE.as_dict() | {"version": 1, "kind": "lines"}) == SHAPE
    assert SHAPE.beats == 8


def test_a_code_from_steps_and_a_plan_from_a_code():
    torch.manual_seed(0)
    metre = torch.tensor([2, 1, 3])
    mean, logvar = GridEncoder(SHAPE, 5)(torch.randn(3, 32, 5), metre)
    assert mean.shape == logvar.shape == (3, 16) and logvar.max() <= 3
    assert Plan(SHAPE)(mean, metre).shape == (3, 32, 12)


def test_each_beat_of_the_code_reaches_every_beat_of_the_plan():
    torch.manual_seed(0)
    plan, metre = Plan(SHAPE).eval(), torch.tensor([2])
    code = torch.randn(1, 16)
    changed = code.clone()
    changed[0, :2] += 1
    away = (plan(code, metre) - plan(changed, metre)).abs().sum(dim=2)[0]
    assert (away > 0).all() and away[:4].mean() > away[16:].mean()


def test_divergence_from_the_standard_normal():
    zero = torch.zeros(2, 4)
    assert divergence(zero, zero).tolist() == [0, 0]
    assert torch.allclose(divergence(zero + 2, zero), torch.tensor([8.0, 8.0]))


def test_draws_spread_as_they_should():
    torch.manual_seed(0)
    drawn = ClipVae.draw(torch.ones(4000, 1), torch.full((4000, 1), -1.3863))
    assert abs(drawn.mean() - 1) < 0.05 and abs(drawn.std() - 0.5) < 0.05


def test_the_map_is_kept_with_the_weights():
    names = set(ClipVae(SHAPE).state_dict())
    assert names == {"mean", "root", "axes", "sliders", "spread"}
