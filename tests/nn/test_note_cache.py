import numpy as np
import pytest
import torch

from studio.nn import note_cache
from studio.nn.note_cache import BLOCK, EXPERTS, FEATURES, NoteCache, PieceCache, likenesses, products_of

WIDTH, DIMS, STYLES, CLASSES = 16, 8, 3, 5


def a_cache(seed=0):
    torch.manual_seed(seed)
    cache = NoteCache(1, WIDTH, DIMS, STYLES)
    cache.maps.normal_()
    cache.gates.normal_()
    return cache


def in_blocks(keys):
    whole = np.zeros((-(-len(keys) // BLOCK) * BLOCK, keys.shape[1]), np.float32)
    whole[: len(keys)] = keys
    return whole.reshape(-1, BLOCK, keys.shape[1])


def mixed(cache, scores, keys, past, chosen, styles):
    return cache.while_writing(0, styles).mixed(
        list(range(len(scores))), scores, products_of([in_blocks(p) for p in past], keys)[:, : past.shape[1]], chosen
    )


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


def test_chances_sum_to_one_and_nothing_remembered_is_the_network_alone():
    cache = a_cache()
    hidden, scores = a_piece(4)
    styles = np.eye(STYLES)[[0, 1, 2, 0]]
    past = np.stack([cache.keys(0, a_piece(9, 2)[0])] * 4)
    chosen = np.tile(np.arange(9) % CLASSES, (4, 1))
    keys = cache.keys(0, hidden)
    made = mixed(cache, scores.numpy(), keys, past, chosen, styles)
    assert np.exp(made).sum(axis=1) == pytest.approx(1, abs=1e-5)
    none = mixed(cache, scores.numpy(), keys, past, np.full_like(chosen, -1), styles)
    assert none == pytest.approx(scores.log_softmax(dim=1).numpy(), abs=1e-4)
    assert np.abs(made - none).max() > 0.01


def test_what_was_chosen_in_such_a_place_becomes_likelier():
    cache = a_cache()
    cache.gates.zero_()
    hidden, scores = a_piece(2)
    keys = cache.keys(0, hidden)
    none = np.zeros((1, STYLES))
    made = mixed(cache, scores[:1].numpy(), keys[:1], keys[None], np.array([[3, 1]]), none)
    plain = scores[:1].log_softmax(dim=1).numpy()
    assert np.exp(made[0, 3]) == pytest.approx(0.25 * np.exp(plain[0, 3]) + 0.75, abs=0.05)


def test_a_row_is_the_same_among_others_whatever_they_remember():
    cache = a_cache()
    hidden, scores = a_piece(3)
    keys, styles = cache.keys(0, hidden), np.eye(STYLES)
    past = cache.keys(0, torch.randn(3 * 70, WIDTH)).reshape(3, 70, DIMS)
    chosen = np.random.default_rng(0).integers(-1, CLASSES, (3, 70))
    chosen[0, 33:] = -1
    together = mixed(cache, scores.numpy(), keys, past, chosen, styles)
    alone = mixed(cache, scores[:1].numpy(), keys[:1], past[:1, :33], chosen[:1, :33], styles[:1])
    assert np.array_equal(together[:1], alone)


@pytest.mark.parametrize("most", [2048, 7])
def test_a_piece_at_once_costs_what_it_costs_choice_by_choice(most, monkeypatch):
    monkeypatch.setattr(note_cache, "MOST", most)
    cache = a_cache()
    hidden, scores = a_piece(30)
    chosen = np.random.default_rng(3).integers(0, CLASSES, 30)
    chosen[[4, 11]] = -100
    style = np.full(30, 1)
    past = PieceCache()
    blocks = [
        cache.costs(0, past.said(0, scores[b], cache.keys(0, hidden[b]), chosen[b]), style[b]).numpy()
        for b in (slice(0, 13), slice(13, 30))
    ]
    costs = np.concatenate(blocks)
    keys, styles = cache.keys(0, hidden), np.eye(STYLES)[[1]]
    for k in range(30):
        first = max(0, k - most)
        made = mixed(
            cache, scores[k : k + 1].numpy(), keys[k : k + 1], keys[None, first:k], chosen[None, first:k].clip(-1), styles
        )
        assert costs[k] == pytest.approx(-made[0, chosen[k]] if chosen[k] >= 0 else 0, abs=1e-4)


def test_gates_see_the_style_unless_it_is_any():
    cache = a_cache()
    hidden, scores = a_piece(12)
    said = PieceCache().said(0, scores, cache.keys(0, hidden), np.arange(12) % CLASSES)
    assert said.chances.shape == (12, EXPERTS) and said.seen.shape == (12, FEATURES)
    of, any_ = (cache.costs(0, said, np.full(12, s)) for s in (0, STYLES))
    assert not torch.allclose(of, any_)
    cache.gates[0, FEATURES] = 0
    assert torch.allclose(cache.costs(0, said, np.full(12, 0)), any_)
