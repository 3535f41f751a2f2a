import numpy as np
import pytest

from studio.nn.draw_kernels import draw


def by_sorting(logits, allowed, draws, temperature, top_p, lean):
    """The same for one row, written down plainly."""
    scores = np.where(allowed, np.rint(logits.astype(float) * 1e4) / (1e4 * temperature) + lean, -np.inf)
    order = np.argsort(-scores, kind="stable")
    chances = np.exp(scores[order] - scores.max())
    sums = chances.cumsum()
    kept = int((sums < top_p * sums[-1]).sum())
    return order[min(int((sums <= draws * sums[kept]).sum()), kept)]


@pytest.mark.parametrize("spread", [0.001, 1.0, 30.0])
def test_draws_what_sorting_draws(spread):
    rng = np.random.default_rng(0)
    logits, allowed = (spread * rng.normal(size=(500, 40))).astype(np.float32), rng.random((500, 40)) < 0.4
    allowed[:, 7] = True
    draws, temperature, top_p = rng.random(500), rng.uniform(0.3, 1.5, 500), rng.uniform(0.2, 1.1, 500)
    lean, made = rng.normal(size=(500, 40)), np.empty(500, np.int64)
    draw(made, logits, allowed, draws, temperature, top_p, lean)
    wanted = [by_sorting(*row) for row in zip(logits, allowed, draws, temperature, np.minimum(top_p, 1), lean, strict=True)]
    assert made.tolist() == wanted
    assert len(set(wanted)) > 20


def test_the_first_of_equals_and_the_ends_of_the_unit():
    made, equal, every = np.empty(2, np.int64), np.zeros((2, 3), np.float32), np.ones((2, 3), bool)
    draw(made, equal, every, np.array([0.0, np.nextafter(1, 0)]), np.ones(1), np.ones(1), np.empty((0, 0)))
    assert made.tolist() == [0, 2]
    draw(made, equal, every, np.array([0.0, np.nextafter(1, 0)]), np.ones(1), np.full(1, 1e-9), np.empty((0, 0)))
    assert made.tolist() == [0, 0]
