"""``studio bench frames-nll``: the frame benchmark on its own test part, beside counting baselines and published figures.

Boulanger-Lewandowski et al. 2012 (arXiv 1206.6392), as Bai, Kolter and Koltun measured it (arXiv 1803.01271, table 1): nats of
frame t + 1 given frames 1 to t, summed over 88 keys, averaged over all frames but each piece's first. The networks are those of the
recipes ``frames-*``, which ship nothing: what ``studio train`` left in the checkpoints is measured.
"""

import argparse
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from studio.nn.frame_lstm import KEYS
from studio.paths import checkpoints
from studio.train import recipes
from studio.train.frames import FILES, FIRST_MATCH, LONGEST, Roll, read_rolls, roll
from studio.train.frames_run import task_of
from studio.train.frames_task import figures

MOST_PARAMETERS = 2_000_000
PUBLISHED = {"jsb": {"LSTM": 8.45, "TCN": 8.10, "RNN-NADE": 5.56}, "nottingham": {"LSTM": 3.29, "TCN": 3.07, "RNN-NADE": 2.31}}
"""LSTM and TCN: Bai et al. 2018, table 1. RNN-NADE: Boulanger-Lewandowski et al. 2012, as remembered; it is joint."""
_BESIDE = {"lstm": "TCN", "chain": "RNN-NADE"}
Rolls = list[npt.NDArray[np.uint8]]


def counted(train: Rolls, test: Rolls) -> tuple[float, float]:
    """Nats a frame of two counting baselines: each key by how often it sounds, and by that given whether it sounded before."""
    frames, heard = np.concatenate(train), np.concatenate([a[1:] for a in test])
    before, after = np.concatenate([a[:-1] for a in train]), np.concatenate([a[1:] for a in train])
    share = (frames.sum(axis=0) + 0.5) / (len(frames) + 1)
    given = [(after * (before == v)).sum(axis=0) + 0.5 for v in (0, 1)], [(before == v).sum(axis=0) + 1 for v in (0, 1)]
    chance = np.where(np.concatenate([a[:-1] for a in test]) == 1, given[0][1] / given[1][1], given[0][0] / given[1][0])
    return _nats(np.broadcast_to(share, heard.shape), heard), _nats(chance, heard)


def copied(train: list[Roll], test: list[Roll]) -> float:
    """Nats a frame of copying: each key by whether it sounded before and in what followed the longest match, and its length.

    What the networks are told of repeats (:func:`studio.train.frames.matches`), without a network.
    """
    count = np.ones((LONGEST + 1, 4, 2))
    for piece in train:
        lengths, seen, after = _seen(piece)
        np.add.at(count, (lengths, seen, after), 1)
    chance = count[..., 1] / count.sum(axis=2)
    costs = []
    for piece in test:
        lengths, seen, after = _seen(piece)
        costs.append(-np.log(np.where(after == 1, chance[lengths, seen], 1 - chance[lengths, seen])).sum(axis=1))
    return float(np.concatenate(costs).mean())


def _seen(piece: Roll) -> tuple[npt.NDArray[np.int64], ...]:
    """For every frame but the first and every key [t, 88]: the match's length, 2 if it sounded before + 1 if after the match, itself."""
    sources, frames = piece.sources[1:], piece.frames.astype(np.int64)
    seen = 2 * frames[sources[:, 0]] + frames[sources[:, 2]]
    lengths = np.broadcast_to(piece.facts[1:, FIRST_MATCH, None], seen.shape)
    return lengths, seen, frames[2:]


def _nats(chance: npt.NDArray[np.float64], frames: npt.NDArray[np.uint8]) -> float:
    return float(-np.log(np.where(frames == 1, chance, 1 - chance)).sum(axis=1).mean())


def measured(name: str, head: str) -> tuple[dict[str, float], int, float] | None:
    """Figures of a trained network on the test part, its parameters and the minutes it took; None where it was not trained."""
    recipe = recipes.read(f"frames-{name}-{head}")
    folder = checkpoints() / recipe["name"]
    if not (folder / "best.pt").exists():
        return None
    task = task_of(recipe, ("test",))
    task.model.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
    task.model.eval()
    seconds = json.loads((folder / "log.json").read_text("utf-8"))[-1]["seconds"]
    return figures(task.nats("test")), sum(p.numel() for p in task.model.parameters()), seconds / 60


def run(argv: Sequence[str]) -> int:
    """Print the table; 1 when a network is missing, too large, or above the published figure beside it."""
    parser = argparse.ArgumentParser(prog="studio bench frames-nll", description="The frame benchmark: nats a frame.")
    parser.add_argument("--sets", nargs="+", choices=sorted(FILES), default=sorted(FILES))
    args = parser.parse_args(argv)
    good = True
    print(
        f"nats a frame ({KEYS} keys), test part{'':>8}{'a frame':>10}{'with first':>12}{'by piece':>10}{'parameters':>12}{'minutes':>9}"
    )
    for name in args.sets:
        rolls = read_rolls(name)
        costs = *counted(rolls["train"], rolls["test"]), copied(*([roll(a) for a in rolls[p]] for p in ("train", "test")))
        for title, value in zip(("each key's share", "given the frame before", "copying, keys apart"), costs, strict=True):
            print(f"{name:<12}{title:<28}{value:>10.3f}")
        for title, value in PUBLISHED[name].items():
            print(f"{name:<12}{title + ', published':<28}{value:>10.3f}")
        for head, beside in _BESIDE.items():
            good &= _row(name, head, PUBLISHED[name][beside])
    return 0 if good else 1


def _row(name: str, head: str, bar: float) -> bool:
    title = "our LSTM, keys apart" if head == "lstm" else "our chained LSTM, joint"
    found = measured(name, head)
    if found is None:
        print(f"{name:<12}{title:<28}not trained yet: studio train frames-{name}-{head}")
        return False
    costs, size, minutes = found
    print(
        f"{name:<12}{title:<28}{costs['a frame']:>10.3f}{costs['with the first']:>12.3f}{costs['a piece']:>10.3f}{size:>12,}{minutes:>9.0f}"
    )
    return costs["a frame"] <= bar and size <= MOST_PARAMETERS
