import numpy as np
import pytest
import torch

from studio.engines.clip_grid import SILENCE, line_tokens
from studio.train.clips import Clips
from studio.train.clips_task import NETWORKS, TASKS, Feeding
from tests.arrangers import tiny_vae

SPLITS = np.array([0, 0, 0, 0, 1, 2])
FEEDING = Feeding(batch=4)


def some_clips(kind):
    draw = np.random.default_rng(2)
    if kind == "phrases":
        lines = [line_tokens(np.arange(0, 32, 4), np.full(8, 3), draw.integers(60, 72, 8), 1, 32) for _ in range(8 * len(SPLITS))]
        rows = list(np.stack(lines).reshape(len(SPLITS), 8, 32))
    elif kind == "lines":
        rows = [line_tokens(np.arange(0, 32, 4), np.full(8, 3), draw.integers(60, 72, 8), 1, 32) for _ in SPLITS]
    else:
        rows = [np.stack([h := draw.random((32, 9)) < 0.2, h * 80, h * 140], axis=-1) for _ in SPLITS]
    numbers = np.array([0, 0, 0, 1, 0, 0])
    return Clips(np.stack(rows).astype(np.uint8), numbers, SPLITS.copy(), np.full(6, 2), np.arange(6))


def task_of(kind, seed=0, feeding=FEEDING):
    return TASKS[kind](tiny_vae(kind), some_clips(kind), feeding, seed)


@pytest.mark.parametrize("kind", ["lines", "drums", "phrases"])
def test_a_task(kind):
    task = task_of(kind)
    assert isinstance(task.model, NETWORKS[kind])
    loss = task.loss(0)
    loss.backward()
    assert torch.isfinite(loss) and loss.requires_grad
    with torch.no_grad():
        figures = task.measure()
    assert set(figures) >= {"loss", "reconstruction", "code", "right"} and 0 <= figures["right"] <= 1
    assert task.encode(np.arange(3))[0].shape == (3, 16)
    assert task.attributes(np.arange(3)).shape == (3, 2 if kind == "drums" else 4)


@pytest.mark.parametrize("kind", ["lines", "drums", "phrases"])
def test_a_resumed_run_draws_the_same(kind):
    a, b = task_of(kind, 1), task_of(kind, 2)
    a.loss(0)
    b.load_state(a.state())
    torch.manual_seed(0)
    x = a.loss(1)
    torch.manual_seed(0)
    assert torch.equal(x, b.loss(1))


def test_only_training_clips_are_drawn():
    task = task_of("lines")
    assert np.diff(task._chance)[[3, 4]].tolist() == [0, 0] and task._chance[3] == pytest.approx(1)
    assert task.some(2, 10).tolist() == [5]


def test_the_codes_cost_counts_beyond_what_is_free_and_later():
    free, dear = (task_of("lines", 1, Feeding(batch=4, free=f, beta=1.0, warm=1)) for f in (1e6, 0.0))
    late = task_of("lines", 1, Feeding(batch=4, free=0.0, beta=1.0, warm=10**9))
    losses = []
    for task in (free, dear, late):
        torch.manual_seed(0)
        losses.append(float(task.loss(0).detach()))
    assert losses[0] < losses[1] and losses[2] == pytest.approx(losses[0], rel=1e-4)


def test_accuracy_counts_what_is_right(monkeypatch):
    task = task_of("lines")
    right = np.ones((2, 32), bool)
    right[0, :8] = False
    monkeypatch.setattr(task, "right", lambda chosen: right)
    figures = task.accuracy(np.array([0, 1]))
    assert figures["right"] == pytest.approx(56 / 64) and figures["right_onsets"] == pytest.approx(14 / 16)
    assert (some_clips("lines").rows[0] == SILENCE).sum() == 8


def test_nothing_to_measure():
    clips = some_clips("drums")
    task = TASKS["drums"](tiny_vae("drums"), Clips(**{**vars(clips), "split": np.zeros(6, np.int64)}), FEEDING, 0)
    assert np.isnan(task.measure()["loss"])


def test_phrases_are_written_once_their_codes_are_foretold():
    task = task_of("phrases", 1, Feeding(batch=4, apart=2, written=3))
    for step in (1, 2):
        loss = task.loss(step)
        loss.backward()
        learned = [n for n, p in task.model.line.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0]
        assert bool(learned) == (step == 2)


def test_a_phrases_encoder_of_clips_stays_as_it_was():
    task = task_of("phrases", 1, Feeding(batch=4, apart=0))
    task.loss(0).backward()
    assert all(p.grad is None for part in (task.model.line.encoder, task.model.line.heard) for p in part.parameters())
