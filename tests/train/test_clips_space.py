import numpy as np

from studio.train.clips_space import directions, principal

DRAW = np.random.default_rng(0)


def test_principal_directions_are_a_deviation_long():
    codes = DRAW.normal(size=(5000, 4)) * [1, 5, 0.1, 2] + 3
    mean, root, axes = principal(codes)
    assert np.allclose(mean, 3, atol=0.3)
    assert np.allclose(root @ root.T, np.cov(codes.T, bias=True))
    assert np.allclose(np.abs(axes), [[0, 5, 0, 0], [0, 0, 0, 2]], atol=0.3) and axes[0, 1] > 0


def test_directions_move_one_attribute_and_leave_the_other():
    codes = DRAW.normal(size=(5000, 6))
    mixed = np.stack([codes[:, 0] + codes[:, 1], codes[:, 1] * 4 + 0.1 * DRAW.normal(size=5000)], axis=1)
    sliders, spread = directions(codes, mixed)
    assert np.allclose(spread, mixed.std(axis=0))
    for k in range(2):
        moved = sliders[k]
        change = np.array([moved[0] + moved[1], 4 * moved[1]]) / spread
        assert np.allclose(change, np.eye(2)[k], atol=0.1)
