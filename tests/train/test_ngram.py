import numpy as np
import pytest

from studio.train.ngram import KneserNey, choose_context, context_hashes


@pytest.mark.parametrize("orders", [0, 1, 3])
def test_probabilities_of_every_context_sum_to_one(orders):
    draw = np.random.default_rng(0)
    columns = [draw.integers(0, 4, 500) for _ in range(orders)]
    symbol = (draw.integers(0, 6, 500) + (columns[0] if orders else 0)) % 7
    model = KneserNey(columns, symbol, 9)
    seen = [c[:1].repeat(9) for c in columns]
    new = [np.full(9, 77) for _ in columns]
    for context in (seen, new):
        assert np.exp(-model.nats(context, np.arange(9))).sum() == pytest.approx(1)


def test_it_knows_what_it_has_seen():
    column = np.arange(400) % 5
    model = KneserNey([column], column * 2, 10)
    assert model.nats([np.array([3])], np.array([6]))[0] < 0.1
    assert model.nats([np.array([3])], np.array([4]))[0] > 2


def test_lower_orders_count_in_how_many_contexts_a_symbol_stands():
    # "Francisco" is frequent, but only after one word; in a new context the symbol of many contexts is likelier.
    context = np.array([0] * 50 + list(range(1, 21)))
    symbol = np.array([1] * 50 + [2] * 20)
    model = KneserNey([context], symbol, 3)
    unseen = np.full(2, 99)
    nats = model.nats([unseen], np.array([1, 2]))
    assert nats[1] < nats[0]


def test_contexts_are_chosen_by_what_they_save():
    draw = np.random.default_rng(1)
    told, noise = draw.integers(0, 6, 4000), draw.integers(0, 6, 4000)
    halves = {"told": (told[:3000], told[3000:]), "noise": (noise[:3000], noise[3000:])}
    assert choose_context(halves, halves["told"], 6, 2, lambda nats: float(nats.mean()))[0] == "told"


def test_hashes_depend_on_order():
    a, b = np.array([1]), np.array([2])
    assert context_hashes([a, b])[2] != context_hashes([b, a])[2]
    assert len(context_hashes([])) == 1
