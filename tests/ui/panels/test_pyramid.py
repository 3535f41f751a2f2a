import numpy as np

from studio.ui.panels.pyramid import BLOCK, SCALE, Pyramid, block_peaks


def test_pyramid_gives_the_true_peaks_between_edges() -> None:
    rng = np.random.default_rng(0)
    samples = (rng.standard_normal(BLOCK * 4096) * 0.2).clip(-1, 1).astype(np.float32)
    pyramid = Pyramid()
    pyramid.resize(len(samples))
    pyramid.put(block_peaks(samples[: BLOCK * 1000], 0))
    pyramid.put(block_peaks(samples[BLOCK * 1000 :], BLOCK * 1000))
    for step in (BLOCK, BLOCK * 4, BLOCK * 16, BLOCK * 256):
        edges = np.arange(0, len(samples) + 1, step)
        got = pyramid.peaks(edges)
        expected = np.stack([samples.reshape(-1, step).min(axis=1), samples.reshape(-1, step).max(axis=1)], axis=1)
        assert np.abs(got - expected).max() <= 1 / SCALE


def test_pyramid_is_silent_outside_and_where_nothing_was_put() -> None:
    pyramid = Pyramid()
    assert not pyramid.peaks(np.array([0, 100, 200])).any()
    pyramid.resize(BLOCK * 64)
    pyramid.put(block_peaks(np.ones(BLOCK * 32, np.float32), 0))
    got = pyramid.peaks(np.arange(-10, 100) * BLOCK)
    assert not got[:10].any()
    assert got[10:42, 1].all()
    assert not got[43:].any()
    pyramid.resize(BLOCK * 8)
    pyramid.put(block_peaks(np.ones(BLOCK * 32, np.float32), 0))
    assert len(pyramid.peaks(np.arange(10) * BLOCK)) == 9
