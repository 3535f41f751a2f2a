import numpy as np
import pytest
import torch

from studio.nn.note_cache import EXPERTS, FEATURES, NoteCache, PieceCache, likenesses

WIDTH, DIMS, STYLES, CLASSES = 16, 8, 3, 5


def a_cache(seed=0):
    torch.manual_seed(seed)
    cache = NoteCache(1, WIDTH, DIMS, STYLES)
    cache.maps.normal_()
    cache.gates.normal_()
    return cache


def a_piece(n=40, seed=1):
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(n, WIDTH, generator=draw), torch.randn(n, CLASSES, generator=draw)


def test_products_of_keys_are_exact_in_any_order():
    keys = a_cache().keys(0, torch.randn(50, WIDTH))
    assert (keys == np.rint(keys)).all() and keys.dtype == np.float32
    exact = keys.astype(np.int64) @ keys.astype(np.int64).T
    assert np.array_equal((keys @ keys.T).astype(np.int64), exact)
    assert exact.max() < 2**24 and np.diag(exact) == pytest.approx(4000.0**2, rel=1e-3)


def test_the_same_key_is_wholly_alike_and_a_sharper_eye_sees_less():
    wide, middle, narrow = likenesses(np.float32(4000.0**2) * np.array([1.0, 0.95, -1.0], np.float32))
    assert wide[0] == middle[0] == narrow[0] == 1
    assert wide[1] > middle[1] > narrow[1] > 0 and wide[2] < 1e-6


def test_gates_see_the_style_unless_it_is_any():
    cache = a_cache()
    hidden, scores = a_piece(12)
    said = PieceCache().said(0, scores, cache.keys(0, hidden), np.arange(12) % CLASSES)
    assert said.chances.shape == (12, EXPERTS) and said.seen.shape == (12, FEATURES)
    of, any_ = (cache.costs(0, said, np.full(12, s)) for s in (0, STYLES))
    assert not torch.allclose(of, any_)
    cache.gates[0, FEATURES] = 0
    assert torch.allclose(cache.costs(0, said, np.full(12, 0)), any_)
