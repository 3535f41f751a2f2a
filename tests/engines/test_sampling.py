import numpy as np
import pytest

from studio.engines.sampling import draw_rows


def many(logits, n=20_000, allowed=None, **more):
    logits = np.asarray(logits, np.float32)
    allowed = np.ones(len(logits), bool) if allowed is None else np.asarray(allowed, bool)
    draws = np.random.default_rng(0).random(n)
    made = draw_rows(np.tile(logits, (n, 1)), np.tile(allowed, (n, 1)), draws, **more)
    return np.bincount(made, minlength=len(logits)) / n


def test_chances_are_the_softmax():
    assert many(np.log([0.5, 0.3, 0.2])) == pytest.approx([0.5, 0.3, 0.2], abs=0.01)
    assert many(np.log([0.5, 0.3, 0.2]), temperature=0.5) == pytest.approx(np.array([25, 9, 4]) / 38, abs=0.01)
    assert many([0.0, 0.0], lean=np.log([3.0, 1.0])) == pytest.approx([0.75, 0.25], abs=0.01)


def test_only_what_is_allowed_is_drawn():
    found = many(np.log([0.9, 0.06, 0.04]), allowed=[False, True, True])
    assert found == pytest.approx([0, 0.6, 0.4], abs=0.01)
    assert many([50.0, -50.0], allowed=[False, True])[1] == 1


def test_the_tail_is_cut():
    assert many(np.log([0.6, 0.3, 0.07, 0.03]), top_p=0.85) == pytest.approx([2 / 3, 1 / 3, 0, 0], abs=0.01)
    assert many(np.log([0.6, 0.4]), top_p=0.1)[0] == 1


def test_a_row_is_the_same_alone_and_among_others():
    draw = np.random.default_rng(1)
    logits, allowed = draw.normal(size=(9, 107)).astype(np.float32), draw.random((9, 107)) < 0.5
    draws = draw.random(9)
    together = draw_rows(logits, allowed, draws, 0.9, 0.95)
    alone = [draw_rows(logits[k : k + 1], allowed[k : k + 1], draws[k : k + 1], 0.9, 0.95)[0] for k in range(9)]
    assert together.tolist() == [int(a) for a in alone]
