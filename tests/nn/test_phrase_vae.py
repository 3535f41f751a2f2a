import json

import torch

from studio.engines.clip_grid import HOLD, SILENCE
from studio.nn.phrase_vae import PhraseShape, between
from studio.nn.vae import divergence
from tests.arrangers import tiny_vae

TOKENS = torch.tensor([[40, HOLD, SILENCE, 42, HOLD, HOLD, 45, SILENCE] * 4] * 8 + [[SILENCE, 30] + [HOLD] * 30] * 8).view(
    2, 8, 32
)
METRE = torch.tensor([2, 2])


def test_a_shape_survives_a_card_and_knows_its_two_bar_network():
    shape = tiny_vae("phrases").shape
    assert PhraseShape.of(json.loads(json.dumps(shape.as_dict()))) == shape
    assert shape.line.latent == shape.clip and shape.line.hidden == shape.hidden


def test_codes_of_clips_and_of_phrases():
    model = tiny_vae("phrases")
    mean, logvar = model.clip_codes(TOKENS, METRE)
    assert mean.shape == logvar.shape == (2, 8, 16)
    assert torch.allclose(mean[0, 0], model.line.encode(TOKENS[:1, 0], METRE[:1])[0][0], atol=1e-5)
    assert model.encode(TOKENS, METRE)[0].shape == (2, 16)
    told, _ = model.clips(torch.randn(2, 16), METRE)
    assert told.shape == (2, 8, 16)


def test_the_conductor_goes_forward():
    model = tiny_vae("phrases")
    with torch.no_grad():
        heard, _ = model.conductor(torch.cat([torch.zeros(1, 4, 12), torch.ones(1, 4, 12)], dim=1))
        other, _ = model.conductor(torch.zeros(1, 8, 12))
    assert torch.allclose(heard[:, :4], other[:, :4]) and not torch.allclose(heard[:, 4:], other[:, 4:])


def test_a_rebuilt_phrase_has_every_step():
    assert tiny_vae("phrases").right(TOKENS, METRE).shape == TOKENS.shape


def test_nats_between_what_is_and_what_was_told():
    mean, logvar = torch.randn(3, 8, 5), torch.randn(3, 8, 5).clamp(-2, 2)
    assert torch.allclose(between(mean, logvar, mean, logvar), torch.zeros(3), atol=1e-4)
    zero = torch.zeros_like(mean)
    assert torch.allclose(between(mean, logvar, zero, zero), divergence(mean.flatten(1), logvar.flatten(1)), atol=1e-3)
    assert (between(mean, logvar, mean + 1, logvar) > 0).all()
