from dataclasses import replace

import numpy as np
import torch

from studio.engines.note_columns import N_TRACK
from studio.engines.note_controls import CONTROLS, OPEN
from studio.engines.note_features import features
from studio.nn.note_lstm import HEADS, NoteLstm
from studio.train.loop import Schedule, Trainer
from studio.train.symbolic import Corpus, controls_of, measured, targets
from studio.train.symbolic_files import STYLES
from studio.train.symbolic_task import Feeding, WriterTask, shape_of
from tests.writers import SMALL, scale_piece, tiny_network

SETS = np.array([0, 0, 1, 1, 0, 1])


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
        SETS,
        np.array([0, 0, 0, 0, 1, 1]),
        np.array([p.key for p in pieces]),
        np.array([p.flat for p in pieces]),
        tracks,
        np.array([str(k) for k in range(6)]),
        np.array([], str),
        np.concatenate(controls_of([measured(p, m[0]) for p, m in zip(pieces, made, strict=True)], SETS, np.arange(6) < 4)),
        np.zeros(sum(len(p) for p in pieces), bool),
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


def test_what_is_told_reaches_the_network_and_all_open_is_as_if_nothing_were_told():
    task = WriterTask(tiny_network(), small_corpus(), FEEDING, 0)
    every = [True] * len(OPEN)
    assert np.array_equal(task.song_costs(4), task.song_costs(4, told_controls=[False] * len(OPEN)))
    assert np.allclose(task.song_costs(4, told_controls=every), task.song_costs(4))  # the network has not learned them yet
    task.model.asked["pitch"].weight.data.normal_()
    assert not np.allclose(task.song_costs(4, told_controls=every), task.song_costs(4))


def test_segments_are_told_as_much_as_the_feeding_says():
    task = WriterTask(tiny_network(), small_corpus(), replace(FEEDING, all_open=0.5, all_told=0.1, each_open=0.5), 0)
    told = []
    for _ in range(2000):
        task._renew(task._streams[0])
        told.append(task._streams[0].told_controls)
    assert np.allclose(np.mean(told, axis=0)[: len(CONTROLS)], 0.1 + 0.4 * 0.5, atol=0.05)
    assert np.mean(np.all(np.array(told)[:, : len(CONTROLS)], axis=1)) > 0.08


def test_slips_are_heard_and_not_learned():
    corpus = small_corpus()
    wrong = corpus.wrong.copy()
    wrong[:] = True
    wrong[corpus.first[:-1] + 1] = False
    plain, slipped = (WriterTask(tiny_network(), c, FEEDING, 3) for c in (corpus, replace(corpus, wrong=wrong)))
    assert float(plain.loss(0).detach()) != float(slipped.loss(0).detach())


def test_plans_are_the_songs_own(monkeypatch):
    monkeypatch.setattr("studio.train.symbolic_plans._SHORTEST", 6)
    task = WriterTask(NoteLstm(shape_of(**SMALL, plans=3)), small_corpus(), FEEDING, 0)
    corpus, plans = task.corpus, task.model.plans.numpy()
    own = {tuple(corpus.controls[corpus.first[k], : len(CONTROLS)]) for k in (0, 1)}
    assert {tuple(p[0]) for p in plans[0]} <= own
    assert (task.model.plan_tracks[0].sum(1) == 2).all()
    assert (plans[2] == OPEN[: len(CONTROLS)]).all()  # a style without songs


def test_the_shape_fits_the_features():
    shape = shape_of(**SMALL)
    assert shape.styles == STYLES
    torch.manual_seed(0)
    assert sum(p.numel() for p in tiny_network().parameters()) > 10_000
