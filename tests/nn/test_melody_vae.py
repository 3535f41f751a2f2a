import numpy as np
import torch

from studio.engines.clip_grid import HOLD, PITCHES, SILENCE, sounding
from studio.nn.melody_vae import MelodyVae
from tests.arrangers import tiny_vae

TOKENS = torch.tensor([[40, HOLD, SILENCE, 42, HOLD, HOLD, 45, SILENCE] * 4, [SILENCE, 30] + [HOLD] * 30])
METRE = torch.tensor([2, 2])
VALID = torch.ones(2, 32)


def test_what_sounds_is_what_the_grid_says():
    assert np.array_equal(MelodyVae.sounds(TOKENS).numpy(), sounding(TOKENS.numpy()))
    assert MelodyVae.kinds(torch.tensor([0, PITCHES - 1, HOLD, SILENCE])).tolist() == [0, 0, 1, 2]


def test_costs_are_those_of_the_logits():
    model = tiny_vae("lines")
    code = torch.randn(2, 16)
    costs, code_cost = model.losses(TOKENS, METRE, VALID, code)
    kinds, pitches = model.logits(code, TOKENS, METRE)
    wanted = 0.0
    for k in range(32):
        token = int(TOKENS[0, k])
        kind = 0 if token < PITCHES else 1 if token == HOLD else 2
        wanted -= float(torch.log_softmax(kinds[0, k], -1)[kind])
        wanted -= float(torch.log_softmax(pitches[0, k], -1)[token]) if kind == 0 else 0
    assert abs(float(costs[0]) - wanted) < 1e-3
    assert (code_cost > 0).all()


def test_no_step_sees_itself_or_what_follows():
    model = tiny_vae("lines")
    code = torch.randn(2, 16)
    changed = TOKENS.clone()
    changed[0, 10:] = SILENCE
    for before, after in zip(model.logits(code, TOKENS, METRE), model.logits(code, changed, METRE), strict=True):
        assert torch.allclose(before[0, :11], after[0, :11])


def test_steps_one_by_one_are_the_same():
    model = tiny_vae("lines")
    code = torch.randn(1, 16)
    kinds, pitches = model.logits(code, TOKENS[:1], METRE[:1])
    plan, state, last = model.plan(code, METRE[:1]), None, PITCHES
    heard = model.sounds(TOKENS[:1])
    for k in range(32):
        before = torch.tensor([[90 if k == 0 else int(TOKENS[0, k - 1])]])
        was = torch.tensor([[PITCHES if k == 0 else int(heard[0, k - 1])]])
        step = model.steps(plan[:, k : k + 1], before, was, torch.tensor([[last]]), state)
        state = step[2]
        assert torch.allclose(step[0][0, 0], kinds[0, k], atol=1e-5)
        assert torch.allclose(step[1][0, 0], pitches[0, k], atol=1e-4)
        last = int(TOKENS[0, k]) if TOKENS[0, k] < PITCHES else last


def test_it_learns_to_rebuild():
    torch.manual_seed(0)
    model = tiny_vae("lines").train()
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(80):
        optimizer.zero_grad()
        model.losses(TOKENS, METRE, VALID)[0].mean().backward()
        optimizer.step()
    assert model.eval().right(TOKENS, METRE).float().mean() > 0.9
