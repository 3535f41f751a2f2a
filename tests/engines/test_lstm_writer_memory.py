import numpy as np
import pytest
import torch

from studio.engines.lstm_writer_memory import Memory
from studio.engines.lstm_writer_styles import HEADS
from studio.nn.note_cache import FEATURES, NoteCache
from studio.nn.note_cache_kernels import Fitted, Past, mix

WIDTH, DIMS, STYLES, CLASSES = 12, 6, 2, 4


def a_cache(most=2048):
    torch.manual_seed(0)
    cache = NoteCache(len(HEADS), WIDTH, DIMS, STYLES)
    cache.maps.normal_()
    cache.gates.normal_()
    cache.most = most
    return cache


def written(memory, hidden, scores, chosen, rows=(0,), head="pitch"):
    """What the memory says of each note of a piece, while it is written."""
    made, able = [], np.ones((len(rows), CLASSES), bool)
    for k in range(len(chosen)):
        said = scores[k][list(rows)]
        memory.mix(head, list(rows), said, able, hidden[k].numpy())
        made.append(said)
        memory.keep(head, list(rows), np.full(len(rows), chosen[k]))
        memory.advance(list(rows))
    return np.array(made)


def a_piece(n, takes=1):
    draw = torch.Generator().manual_seed(4)
    hidden = torch.randn(n, takes, WIDTH, generator=draw)
    scores = torch.randn(n, takes, CLASSES, generator=draw).numpy()
    return hidden, scores, np.random.default_rng(0).integers(0, CLASSES, n)


def expected(cache, hidden, scores, chosen, head="pitch"):
    """The same from keys that are laid anew for each note."""
    number = HEADS.index(head)
    keys = cache.keys(number, hidden[:, 0])
    first = [max(0, k - cache.most + 1) for k in range(len(chosen))]
    return np.array(
        [said(cache, scores[k], hidden[k].numpy(), keys[None, f:k], chosen[None, f:k], number) for k, f in enumerate(first)]
    )


def said(cache, scores, hidden, past, chosen, number):
    made, gates, slots = scores.copy(), cache.gates[number].numpy(), np.array([past.shape[1]])
    keys = np.concatenate([past, np.zeros((1, 1, DIMS), np.float32)], axis=1)
    fitted = Fitted(cache.maps[number].numpy(), gates[:FEATURES], np.eye(STYLES)[:1] @ gates[FEATURES:])
    before = np.concatenate([chosen, [[-1]]], axis=1)
    mix(made, np.ones(made.shape, bool), np.array([0]), hidden, fitted, Past(keys, before, slots, slots))
    return made


def heard(cache, hidden, chosen, head="pitch"):
    """What was heard of a piece, of which one head chose."""
    number, none = HEADS.index(head), (np.zeros((len(chosen), DIMS), np.float32), np.full(len(chosen), -100))
    return tuple((cache.keys(k, hidden), chosen) if k == number else none for k in range(len(HEADS)))


@pytest.mark.parametrize(("most", "notes"), [(2048, 150), (20, 50)])
def test_it_remembers_what_was_written_as_far_back_as_it_may(most, notes):
    cache = a_cache(most)
    hidden, scores, chosen = a_piece(notes)
    memory = Memory(cache, [heard(cache, hidden[:1, 0], chosen[:1])], np.eye(STYLES)[:1])
    made = written(memory, hidden[1:], scores[1:], chosen[1:])
    assert made == pytest.approx(expected(cache, hidden, scores, chosen)[1:], abs=1e-5)


def test_what_was_heard_before_counts_as_if_it_was_written():
    cache = a_cache()
    hidden, scores, chosen = a_piece(30)
    memory = Memory(cache, [heard(cache, hidden[:20, 0], chosen[:20])], np.eye(STYLES)[:1])
    rest = written(memory, hidden[20:], scores[20:], chosen[20:])
    assert rest == pytest.approx(expected(cache, hidden, scores, chosen)[20:], abs=1e-5)


def test_where_nothing_was_chosen_in_what_was_heard_nothing_is_remembered():
    cache = a_cache()
    hidden, scores, chosen = a_piece(30)
    number, styles = HEADS.index("pitch"), np.eye(STYLES)[:1]
    kept, some = np.arange(20) % 3 > 0, chosen[:20].copy()
    some[~kept] = -100
    keys = cache.keys(number, hidden[:20, 0])
    made = []
    for k, c in ((keys, some), (keys[kept], some[kept])):
        memory = Memory(cache, [((k, c),) * len(HEADS)], styles)
        made.append(written(memory, hidden[20:], scores[20:], chosen[20:]))
    assert made[0] == pytest.approx(made[1], abs=1e-5)


def test_a_take_is_the_same_alone_and_among_others():
    cache = a_cache()
    hidden, scores, chosen = a_piece(80, 3)
    styles = np.eye(STYLES)[[0, 1, 0]]
    known = [heard(cache, hidden[:n, row], chosen[:n]) for row, n in enumerate((9, 30, 1))]
    together = written(Memory(cache, known, styles), hidden, scores, chosen, (0, 1, 2))
    alone = written(Memory(cache, known[:1], styles[:1]), hidden[:, :1], scores[:, :1], chosen)
    assert np.array_equal(together[:, :1], alone) and not np.array_equal(alone, scores[:, :1])


def test_who_heard_nothing_recalls_nothing():
    cache = a_cache()
    hidden, scores, _ = a_piece(3, 2)
    known = ((cache.keys(2, hidden[:, 0]), np.arange(3)),) * len(HEADS)
    memory = Memory(cache, [(), known], np.eye(STYLES))
    made = scores[0].copy()
    memory.mix("pitch", [0, 1], made, np.ones((2, CLASSES), bool), hidden[0].numpy())
    assert np.array_equal(made[0], scores[0, 0]) and not np.array_equal(made[1], scores[0, 1])
