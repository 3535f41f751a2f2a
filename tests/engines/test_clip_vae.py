from dataclasses import replace

import numpy as np
import pytest

from studio.engines.cards import find_cards
from studio.engines.clip_blend import monotone
from studio.engines.clip_decode import lines
from studio.engines.clip_grid import CELLS, DrumClip, line_tokens
from studio.engines.clip_vae import ANYTHING, ClipVae, traits_of
from studio.errors import StudioError
from tests.arrangers import tiny_clips, tiny_vae

A = line_tokens(np.arange(0, 32, 4), np.full(8, 4), np.array([60, 62, 64, 65, 67, 69, 71, 72]), 1, 32)
B = line_tokens(np.arange(0, 32, 2), np.full(16, 1), np.full(16, 48), 1, 32)


def beat(seed):
    draw = np.random.default_rng(seed)
    clip = DrumClip.empty()
    clip.hits[:] = draw.random(clip.hits.shape) < 0.2
    clip.velocity[:] = draw.random(clip.hits.shape) * clip.hits
    return clip


def test_codes_and_clips():
    vae = tiny_clips("lines")
    codes = vae.encode([A, B], 2)
    assert codes.shape == (2, 16) and np.isfinite(codes).all()
    assert not np.allclose(codes[0], codes[1])
    assert np.array_equal(vae.decode(codes, 2)[0], lines(tiny_vae("lines"), codes, 2, ANYTHING)[0])
    assert vae.kind == "lines" and vae.sliders == ("density", "syncopation", "register", "leaps")


def test_samples_are_the_seeds():
    vae = tiny_clips("lines")
    assert np.array_equal(vae.sampled(5, 3)[:2], vae.sampled(2, 3))
    assert not np.allclose(vae.sampled(1, 3), vae.sampled(1, 4))


def test_variations_start_at_the_clip():
    vae = tiny_clips("lines")
    code = vae.encode([A], 2)[0]
    assert np.allclose(vae.varied(code, 3, 0.0, 1), code)
    near, far = (np.linalg.norm(vae.varied(code, 20, amount, 1) - code, axis=1).mean() for amount in (0.2, 0.9))
    assert 0 < near < far


def test_the_map():
    vae = tiny_clips("lines")
    code = vae.encode([A], 2)[0]
    walked = vae.walked(code, [(0, 0), (1, 0), (0, -2)])
    assert np.allclose(walked[0], code)
    assert np.allclose(walked[1] - code, tiny_vae("lines").axes[0].half().float(), atol=1e-5)
    assert all(np.isfinite(vae.place(c)).all() for c in walked)


def test_sliders_move_the_code():
    vae = tiny_clips("lines")
    code = vae.encode([A], 2)[0]
    assert np.allclose(vae.moved(code, {}), code)
    once, twice = vae.moved(code, {"density": 1.0}), vae.moved(code, {"density": 2.0})
    assert np.allclose(twice - code, 2 * (once - code), atol=1e-5)
    with pytest.raises(StudioError, match="sweetness"):
        vae.moved(code, {"sweetness": 1.0})


@pytest.mark.parametrize("steps", [2, 3, 7])
def test_blends_of_lines_never_turn_back(steps):
    vae = tiny_clips("lines")
    made = vae.blend(A, B, steps, 2)
    assert len(made) == steps
    assert np.array_equal(made[0], A) and np.array_equal(made[-1], B)
    assert monotone([vae.distance(A, c, 2) for c in made], [vae.distance(B, c, 2) for c in made])
    assert len(vae.straight(A, B, steps, 2)) == steps


def test_blends_of_drums_never_turn_back():
    vae = tiny_clips("drums")
    a, b = beat(1), beat(2)
    made = vae.blend(a, b, 5, 2)
    assert made[0] is a and made[-1] is b
    assert monotone([vae.distance(a, c, 2) for c in made], [vae.distance(b, c, 2) for c in made])


def test_a_groove_keeps_the_hits():
    clip = beat(3)
    played = tiny_clips("drums").groove(clip, 2)
    assert np.array_equal(played.hits, clip.hits)
    assert not np.array_equal(played.velocity, clip.velocity)


def test_drums_for_a_rhythm():
    made = tiny_clips("drums").tapped(beat(4), 2, 3, seed=5)
    assert len(made) == 3 and all(c.hits.any() and c.hits.shape == (CELLS, 9) for c in made)
    again = tiny_clips("drums").tapped(beat(4), 2, 3, seed=5)
    assert all(np.array_equal(x.hits, y.hits) for x, y in zip(made, again, strict=True))
    assert len(tiny_clips("drums").tapped(beat(4), 2, 1, seed=5)) == 1


@pytest.mark.parametrize("wrong", [{"version": -1}, {"kind": "chords"}])
def test_a_model_of_another_kind_or_version_is_refused(wrong):
    card = tiny_clips("lines").card
    with pytest.raises(StudioError, match="version"):
        ClipVae().prepare(replace(card, hyper={**card.hyper, **wrong}), "cpu")


@pytest.mark.parametrize(("name", "clips"), [("vae-melody", [A, B]), ("vae-drums", []), ("vae-phrase", [np.stack([A, B] * 4)])])
def test_the_shipped_models_rebuild(name, clips):
    vae = ClipVae()
    vae.prepare(next(c for c in find_cards() if c.id == name), "cpu")
    if name == "vae-drums":
        rock = DrumClip.empty()
        rock.hits[::2, 2] = rock.hits[::8, 0] = rock.hits[4::8, 1] = True
        rock.velocity[rock.hits] = 0.7
        clips = [rock]
    for clip, made in zip(clips, vae.decode(vae.encode(clips, 2), 2), strict=True):
        assert vae.distance(clip, made, 2) < 0.35 < vae.distance(clip, vae.decode(vae.sampled(1, 1), 2)[0], 2)


def test_phrases():
    vae = tiny_clips("phrases")
    a, b = np.stack([A] * 8), np.stack([A, B] * 4)
    codes = vae.encode([a, b], 2)
    assert codes.shape == (2, 16) and not np.allclose(codes[0], codes[1])
    made = vae.decode(codes, 2)
    assert [m.shape for m in made] == [(8, CELLS)] * 2
    blend = vae.blend(a, b, 5, 2)
    assert np.array_equal(blend[0], a) and np.array_equal(blend[-1], b)
    assert monotone([vae.distance(a, c, 2) for c in blend], [vae.distance(b, c, 2) for c in blend])
    assert np.allclose(traits_of(b, 2), (traits_of(A, 2) + traits_of(B, 2)) / 2)
    assert vae.sliders == ("density", "syncopation", "register", "leaps")
