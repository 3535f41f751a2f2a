import numpy as np
import pytest
import torch

from studio.nn import note_cache
from studio.nn.note_cache import FEATURES, PieceCache
from studio.nn.note_cache_kernels import Fitted, Past, key_of, mix
from tests.nn.test_note_cache import CLASSES, DIMS, STYLES, WIDTH, a_cache, a_piece


def mixed(cache, scores, hidden, past, chosen, styles, allowed=None):
    """What :func:`mix` makes of the scores of pieces whose past keys [pieces, n, dims] and choices [pieces, n] are given."""
    made, gates, pieces = scores.copy(), cache.gates[0].numpy(), len(scores)
    keys = np.concatenate([past, np.zeros((pieces, 1, DIMS), np.float32)], axis=1)
    chosen = np.concatenate([chosen, np.full((pieces, 1), -1)], axis=1)
    allowed = np.ones(scores.shape, bool) if allowed is None else allowed
    slots = np.full(pieces, past.shape[1])
    fitted = Fitted(cache.maps[0].numpy(), gates[:FEATURES], styles @ gates[FEATURES:])
    mix(made, allowed, np.arange(pieces), hidden, fitted, Past(keys, chosen, slots, slots))
    return made


@pytest.mark.parametrize("width", [WIDTH, WIDTH - 3])
def test_a_key_is_that_of_a_whole_piece(width):
    cache, hidden = a_cache(), torch.randn(50, width)
    cache.maps = torch.randn(1, width, DIMS, dtype=torch.float64)
    made = np.empty((50, DIMS), np.float32)
    for row, vector in zip(made, hidden.numpy(), strict=True):
        key_of(row, vector, cache.maps[0].numpy())
    assert np.array_equal(made, cache.keys(0, hidden))


def test_chances_sum_to_one_and_nothing_remembered_is_the_network_alone():
    cache = a_cache()
    hidden, scores = (x.numpy() for x in a_piece(4))
    styles = np.eye(STYLES)[[0, 1, 2, 0]]
    past = np.stack([cache.keys(0, a_piece(9, 2)[0])] * 4)
    chosen = np.tile(np.arange(9) % CLASSES, (4, 1))
    made = mixed(cache, scores, hidden, past, chosen, styles)
    assert np.exp(made).sum(axis=1) == pytest.approx(1, abs=1e-5)
    none = mixed(cache, scores, hidden, past, np.full_like(chosen, -1), styles)
    assert none == pytest.approx(torch.from_numpy(scores).log_softmax(dim=1).numpy(), abs=1e-4)
    assert np.abs(made - none).max() > 0.01


def test_what_was_chosen_in_such_a_place_becomes_likelier():
    cache = a_cache()
    cache.gates.zero_()
    hidden, scores = a_piece(2)
    keys = cache.keys(0, hidden)
    made = mixed(cache, scores[:1].numpy(), hidden[:1].numpy(), keys[None], np.array([[3, 1]]), np.zeros((1, STYLES)))
    plain = scores[:1].log_softmax(dim=1).numpy()
    assert np.exp(made[0, 3]) == pytest.approx(0.25 * np.exp(plain[0, 3]) + 0.75, abs=0.05)


def test_what_is_not_allowed_gets_next_to_nothing_and_the_rest_is_as_if_it_was_not_there():
    cache = a_cache()
    hidden, scores = (x.numpy() for x in a_piece(1))
    past, chosen = cache.keys(0, a_piece(9, 2)[0])[None], np.arange(9)[None] % 2
    able = np.array([[True, True, False, False, True]])
    made = mixed(cache, scores, hidden, past, chosen, np.eye(STYLES)[:1], able)
    other = mixed(cache, np.where(able, scores, 50).astype(np.float32), hidden, past, chosen, np.eye(STYLES)[:1], able)
    assert np.exp(made[~able]) == pytest.approx(0, abs=1e-12)
    assert np.exp(made[able]).sum() == pytest.approx(1, abs=1e-5) and np.array_equal(made, other)


def test_a_row_is_the_same_among_others_whatever_they_remember():
    cache = a_cache()
    hidden, scores = (x.numpy() for x in a_piece(3))
    styles = np.eye(STYLES)
    past = cache.keys(0, torch.randn(3 * 70, WIDTH)).reshape(3, 70, DIMS)
    chosen = np.random.default_rng(0).integers(-1, CLASSES, (3, 70))
    chosen[0, 33:] = -1
    together = mixed(cache, scores, hidden, past, chosen, styles)
    alone = mixed(cache, scores[:1], hidden[:1], past[:1, :33], chosen[:1, :33], styles[:1])
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
        before = chosen[None, first:k].clip(-1)
        made = mixed(cache, scores[k : k + 1].numpy(), hidden[k : k + 1].numpy(), keys[None, first:k], before, styles)
        assert costs[k] == pytest.approx(-made[0, chosen[k]] if chosen[k] >= 0 else 0, abs=1e-4)
