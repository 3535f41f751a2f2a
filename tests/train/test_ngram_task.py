import numpy as np
import pytest

from studio.engines.note_columns import VELOCITIES
from studio.train.ngram_task import COPYING, HEADS, PLAIN, Baseline, candidates, columns_of
from tests.train.test_symbolic_task import small_corpus


@pytest.mark.parametrize("contexts", [PLAIN, COPYING])
def test_a_baseline_learns_its_songs(contexts):
    corpus = small_corpus()
    baseline = Baseline(contexts, columns_of(corpus, [0, 1, 2, 3]))
    nats = baseline.nats(columns_of(corpus, [4]))
    assert nats.shape == (int(np.diff(corpus.first)[4]), 5)
    assert np.isfinite(nats).all()
    assert baseline.nats(columns_of(corpus, [0])).sum() < nats.sum()


def test_plain_contexts_are_five_grams_and_see_no_future():
    assert all(len(c) <= 4 for c in PLAIN.values())
    for contexts, copying in ((PLAIN, False), (COPYING, True)):
        for head, names in contexts.items():
            assert set(names) <= set(candidates(head, copying))
            assert not set(names) & set(HEADS[HEADS.index(head) :])


def test_flat_velocities_cost_nothing():
    corpus = small_corpus()
    columns = columns_of(corpus, [0])
    columns["velocity"] = np.full_like(columns["velocity"], VELOCITIES)
    assert (Baseline(PLAIN, columns_of(corpus, [1])).nats(columns)[:, 4] == 0).all()
