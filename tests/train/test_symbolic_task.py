import numpy as np
import torch

from studio.engines.note_columns import N_TRACK
from studio.engines.note_features import features
from studio.nn.note_lstm import HEADS
from studio.train.loop import Schedule, Trainer
from studio.train.symbolic import Corpus, targets
from studio.train.symbolic_files import STYLES
from studio.train.symbolic_task import Feeding, WriterTask, shape_of
from tests.writers import SMALL, scale_piece, tiny_network


def small_corpus():
    pieces = [scale_piece(6, key=k, seed=k) for k in range(6)]
    made = [features(p) for p in pieces]
    tracks = np.zeros((6, N_TRACK), bool)
    for k, p in enumerate(pieces):
        tracks[k, p.track] = True
    return Corpus(
        np.concatenate([targets(p) for p in pieces]),
        np.concatenate([m[0] for m in made]),
        np.concatenate([m[1] for m in made]),
        np.cumsum([0, *(len(p) for p in pieces)]),
        np.array([0, 0, 1, 1, 0, 1]),
        np.array([0, 0, 0, 0, 1, 1]),
        np.array([p.key for p in pieces]),
        np.array([p.flat for p in pieces]),
        tracks,
        np.array([str(k) for k in range(6)]),
        np.array([], str),
    )


FEEDING = Feeding(batch=4, time=8, segment=24)


def test_training_lowers_the_cost(tmp_path):
    task = WriterTask(tiny_network(), small_corpus(), FEEDING, 0)
    before = task.measure()
    run = Trainer(task, Schedule(steps=40, rate=0.01, warmup=5, measure_every=20, mean=0.5), tmp_path).fit()
    assert run.best < before["loss"] - 1
    assert set(run.log[0]) >= {"loss", *HEADS}


def test_a_resumed_task_goes_on_with_the_same_notes(tmp_path):
    whole, first, second = (WriterTask(tiny_network(), small_corpus(), FEEDING, 3) for _ in range(3))
    expected = [float(whole.loss(k).detach()) for k in range(6)]
    assert [float(first.loss(k).detach()) for k in range(3)] == expected[:3]
    second.load_state(first.state())
    assert [float(second.loss(k).detach()) for k in range(3, 6)] == expected[3:]


def test_songs_cost_the_same_however_they_are_cut():
    task = WriterTask(tiny_network(), small_corpus(), FEEDING, 0)
    whole = task.song_costs(4)
    assert len(whole) == int(np.diff(task.corpus.first)[4])
    assert np.allclose(task.song_costs(4, limit=10), whole[:10], atol=1e-5)
    assert not np.allclose(task.song_costs(4, style=len(STYLES)), whole)


def test_the_shape_fits_the_features():
    shape = shape_of(**SMALL)
    assert shape.styles == STYLES
    torch.manual_seed(0)
    assert sum(p.numel() for p in tiny_network().parameters()) > 10_000
