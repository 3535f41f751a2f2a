import pytest
import torch

from studio.nn.hit_gan import (
    KINDS,
    LEVELS,
    NOISE,
    OCTAVE,
    WIDTH,
    HitCritic,
    HitGenerator,
    HitSize,
    HitVae,
    about,
    drawn,
    parts_of,
    penalty,
)

SIZE = HitSize(components=5, latent=3, hidden=16)


def hits(count: int = 12) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(count, 3, generator=draw) @ torch.randn(3, WIDTH, generator=draw) - 60


def test_components_give_hits_back():
    made = HitGenerator(SIZE)
    made.components.learn(hits())
    weights = made.components.weights(hits())
    assert torch.allclose(made.components.hits(weights), hits(), atol=0.02)
    assert weights[:, :3].std(0).tolist() == pytest.approx([1.0] * 3, abs=1e-3)


def test_a_code_is_one_drum_at_all_velocities():
    torch.manual_seed(2)
    made = HitGenerator(SIZE).eval()
    made.components.learn(hits())
    noise, modes, frequency = drawn(made, "snare", 5, [30.0, 90.0])
    assert noise.shape == (2, 24, 48)
    assert modes.shape == (2, 24, 8)
    assert (frequency.diff() >= 0).all()
    again = drawn(made, "snare", 5, [30.0, 90.0])
    assert all(torch.equal(a, b) for a, b in zip((noise, modes, frequency), again, strict=True))
    assert not torch.equal(noise, drawn(made, "snare", 6, [30.0, 90.0])[0])
    assert not torch.equal(noise, drawn(made, "kick", 5, [30.0, 90.0])[0])


def test_modes_rise_with_their_levels():
    row = torch.zeros(1, WIDTH)
    row[:, NOISE : NOISE + LEVELS] = torch.arange(8).repeat(24)  # the level says which mode it was
    row[:, NOISE + LEVELS :] = torch.tensor([3.0, 1, 2, 4, 5, 6, 7, 8]) * OCTAVE
    _, modes, frequency = parts_of(row)
    assert frequency[:3].tolist() == pytest.approx([40.0, 80.0, 160.0])
    assert modes[0, 0, :3].tolist() == [1.0, 2.0, 0.0]


def test_critic_penalty_and_baseline_learn():
    torch.manual_seed(3)
    told = about(torch.arange(12) % len(KINDS), torch.full((12,), 80.0))
    draw = torch.Generator().manual_seed(4)
    real = torch.randn(12, SIZE.components, generator=draw)
    critic, vae = HitCritic(SIZE), HitVae(SIZE)
    assert critic(real, told).shape == (12,)
    assert float(penalty(critic, real, real + 1, told, draw).detach()) > 0
    optimizer = torch.optim.Adam(vae.parameters(), 5e-3)
    costs = []
    for _ in range(60):
        cost = vae.loss(real, told, draw, beta=0.01)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(float(cost.detach()))
    assert costs[-1] < 0.7 * costs[0]
