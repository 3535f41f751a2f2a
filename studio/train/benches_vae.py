"""``studio bench vae``: how well the clip VAEs rebuild held-out clips, blend, sample, and obey their sliders."""

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines.cards import read_card
from studio.engines.clip_blend import monotone
from studio.engines.clip_decode import FEWEST
from studio.engines.clip_grid import (
    HOLD,
    PITCHES,
    SEGMENTS,
    SILENCE,
    DrumClip,
    cells_of,
    drum_attributes,
    line_attributes,
    phrase_attributes,
)
from studio.engines.clip_vae import ClipVae
from studio.paths import models
from studio.train.clips import Clips, clips, valid_cells
from studio.train.clips_task import TASKS, Feeding
from studio.train.symbolic_files import STYLES, TEST, TRAIN

Ints = npt.NDArray[np.int64]
STEPS = 7


def clip_of(read: Clips, kind: str, k: int) -> Any:
    """Clip ``k`` as the engine takes it."""
    row = read.rows[k]
    if kind != "drums":
        return row.astype(np.int64)
    hits = row[..., 0] > 0
    return DrumClip(hits, (row[..., 1] / 127).astype(np.float32), ((row[..., 2] / 255 - 0.5) * hits).astype(np.float32))


def spearman(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Spearman's rank correlation, ties sharing their mean rank."""
    ranks = []
    for values in (np.asarray(a, float), np.asarray(b, float)):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ranks.append((np.cumsum(counts) - (counts - 1) / 2)[inverse])
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def playable(clip: Any, metre: int) -> bool:
    """Whether an instrument can play a clip: notes there, in range, no note going on out of silence, velocities that sound."""
    cells = cells_of(metre)
    if isinstance(clip, DrumClip):
        loud = clip.velocity[clip.hits]
        return bool(clip.hits[:cells].any() and not clip.hits[cells:].any() and (loud > 0).all() and np.isfinite(loud).all())
    if clip.ndim == 2:
        return all(playable(part, metre) for part in clip)
    tokens = clip[:cells]
    held = np.flatnonzero(tokens == HOLD)
    fine = (held > 0).all() and (tokens[held - 1] != SILENCE).all() and (clip[cells:] == SILENCE).all()
    return bool(fine and (tokens < PITCHES).sum() >= FEWEST and tokens.min() >= 0)


def usual(read: Clips, kind: str, chosen: Ints) -> npt.NDArray[np.bool_]:
    """The baseline: which steps of clips are what is likeliest at their place among the training clips, [n, ..., CELLS]."""
    learned = read.split == TRAIN
    right = np.zeros(read.rows[chosen].shape[: 3 if kind == "phrases" else 2], bool)
    for metre in np.unique(read.metre[chosen]):
        known, mine = read.rows[learned & (read.metre == metre)], read.metre[chosen] == metre
        if kind != "drums":
            columns = known.reshape(len(known), -1).T
            likeliest = np.array([np.bincount(c).argmax() for c in columns]).reshape(known.shape[1:]) if len(known) else 0
            right[mine] = read.rows[chosen[mine]] == likeliest
        else:
            likely = known[..., 0].mean(axis=0) > 0.5
            right[mine] = ((read.rows[chosen[mine]][..., 0] > 0) == likely).all(axis=2)
    return right


def usual_touch(read: Clips, chosen: Ints) -> tuple[float, float]:
    """The baseline: how far hits are from the mean velocity and timing of their piece and place among the training clips."""
    learned = read.split == TRAIN
    away: list[npt.NDArray[np.float64]] = []
    for metre in np.unique(read.metre[chosen]):
        known, mine = (read.rows[w].astype(float) for w in (learned & (read.metre == metre), chosen[read.metre[chosen] == metre]))
        count = known[..., 0].sum(axis=0)
        mean = (known[..., 1:] * known[..., :1]).sum(axis=0) / np.maximum(count, 1)[..., None]
        mean[count == 0] = (known[..., 1:] * known[..., :1]).sum(axis=(0, 1, 2)) / max(1.0, count.sum())
        hit = mine[..., 0] > 0
        away.append(np.abs(mine[..., 1:] - mean)[hit])
    loud, late = np.concatenate(away).mean(axis=0)
    return float(loud), float(late / 255)


def rebuilding(vae: ClipVae, read: Clips, kind: str, most: int) -> None:
    """Accuracies on held-out songs: teacher-forced, with another clip's code, by the usual token, and running freely."""
    task: Any = TASKS[kind](vae._model, read, Feeding(), 0)
    chosen = task.some(TEST, most)
    figures = task.accuracy(chosen)
    valid = valid_cells(read.metre[chosen])
    if kind == "phrases":
        valid = np.repeat(valid[:, None], SEGMENTS, axis=1)
    print(f"\n{kind}: {len(chosen)} held-out clips of {len(np.unique(read.song[chosen]))} songs")
    print("teacher-forced: " + ", ".join(f"{k} {v:.4f}" for k, v in figures.items()))
    print(f"the likeliest at each place (baseline): right {usual(read, kind, chosen)[valid].mean():.4f}")
    _, code = task._costs(chosen[:2000], False)
    print(f"a code costs {float(code.mean()):.1f} nats beside the standard normal")
    some = chosen[:: max(1, len(chosen) // 400)][:400]
    free: list[float] = []
    other: list[float] = []
    for metre in np.unique(read.metre[some]).tolist():
        mine = [clip_of(read, kind, int(k)) for k in some[read.metre[some] == metre]]
        cells = cells_of(metre)
        codes = vae.encode(mine, metre)
        for made, hit in ((vae.decode(codes, metre), free), (vae.decode(np.roll(codes, 1, axis=0), metre), other)):
            hit += [_same(a, b, cells) for a, b in zip(mine, made, strict=True)]
    print(f"running freely: right {np.mean(free):.4f}; with another clip's code (baseline) {np.mean(other):.4f}")
    if kind != "drums":
        for number, style in enumerate(STYLES):
            mine_ = chosen[read.set[chosen] == number]
            if len(mine_):
                print(f"  {style:<10}{len(mine_):>6}  right {task.accuracy(mine_)['right']:.4f}")
    else:
        for way, name in ((1, "read stiff"), (2, "read tapped")):
            print(f"{name}: " + ", ".join(f"{k} {v:.4f}" for k, v in task.accuracy(chosen, way).items()))
        loud, late = usual_touch(read, chosen)
        print(f"each piece as it is usually played at the place (baseline): velocity_off {loud:.4f}, timing_off {late:.4f}")


def _same(a: Any, b: Any, cells: int) -> float:
    if isinstance(a, DrumClip):
        return float((a.hits == b.hits)[:cells].all(axis=1).mean())
    return float((a == b)[..., :cells].mean())


def blending(vae: ClipVae, read: Clips, kind: str, pairs: int) -> None:
    """The share of pairs of held-out clips whose blend is monotone, as the engine blends and straight."""
    draw = np.random.default_rng(4)
    held = np.flatnonzero((read.split == TEST) & (read.metre == 2))
    good, straight, middle, took = 0, 0, [], 0.0
    for _ in range(pairs):
        a, b = (clip_of(read, kind, int(k)) for k in draw.choice(held, 2, replace=False))
        began = time.perf_counter()
        made = vae.blend(a, b, STEPS, 2)
        took += time.perf_counter() - began
        to_a, to_b = [vae.distance(a, c, 2) for c in made], [vae.distance(b, c, 2) for c in made]
        good += monotone(to_a, to_b)
        middle.append(len({round(x, 4) for x in to_a}))
        rough = vae.straight(a, b, STEPS, 2)
        straight += monotone([vae.distance(a, c, 2) for c in rough], [vae.distance(b, c, 2) for c in rough])
    print(
        f"{pairs} blends in {STEPS} steps: monotone {good / pairs:.1%}; {np.mean(middle):.1f} of {STEPS} distances differ;",
        end=" ",
    )
    print(f"evenly spaced codes, nothing left out: monotone {straight / pairs:.1%}; {1e3 * took / pairs:.0f} ms a blend")


_MEASURES: dict[str, Callable[[Any], npt.NDArray[np.float32]]] = {
    "lines": lambda clip: line_attributes(clip, 2),
    "phrases": lambda clip: phrase_attributes(clip, 2),
    "drums": lambda clip: drum_attributes(clip.hits, 2),
}


def sampling(vae: ClipVae, read: Clips, kind: str, count: int) -> None:
    """Samples: how many can be played, and their attributes beside held-out clips'."""
    measure = _MEASURES[kind]
    made = vae.decode(vae.sampled(count, 8), 2, temperature=1.0, seed=8)
    greedy = vae.decode(vae.sampled(count, 9), 2)
    fine = sum(playable(c, 2) for c in [*made, *greedy])
    held = np.flatnonzero((read.split == TEST) & (read.metre == 2))[:4000]
    there = np.stack([measure(clip_of(read, kind, int(k))) for k in held])
    ours = np.stack([measure(c) for c in made])
    different = len({_bytes(c) for c in made})
    print(f"{2 * count} samples, drawn and likeliest: playable {fine / (2 * count):.2%}; {different} differ of {count}")
    print("  attributes, samples and held out: " + ", ".join(
        f"{n} {a:.2f} and {b:.2f}" for n, a, b in zip(vae.sliders, ours.mean(axis=0), there.mean(axis=0), strict=True)
    ))  # fmt: skip


def _bytes(clip: Any) -> bytes:
    return clip.hits.tobytes() if isinstance(clip, DrumClip) else clip.tobytes()


def sliding(vae: ClipVae, read: Clips, kind: str, count: int) -> None:
    """What sliders do: correlation of asked and got, and deviations that attributes moved by for one asked, meant or not."""
    measure = _MEASURES[kind]
    held = np.flatnonzero((read.split == TEST) & (read.metre == 2))
    some = held[:: max(1, len(held) // count)][:count]
    codes = vae.encode([clip_of(read, kind, int(k)) for k in some], 2)
    still = np.stack([measure(c) for c in vae.decode(codes, 2)])
    for name in vae.sliders:
        asked, got = [], []
        for amount in (-1.5, -0.75, 0.75, 1.5):
            moved = np.stack([measure(c) for c in vae.decode(np.stack([vae.moved(c, {name: amount}) for c in codes]), 2)])
            asked += [amount] * len(moved)
            got.append((moved - still) / vae.spread)
        change = np.concatenate(got)
        own = vae.sliders.index(name)
        slope = [float(np.polyfit(asked, change[:, k], 1)[0]) for k in range(len(vae.sliders))]
        print(f"  slider {name:<12} Spearman {spearman(asked, change[:, own]):.2f}; one deviation asked moves " + ", ".join(
            f"{n} {s:+.2f}" for n, s in zip(vae.sliders, slope, strict=True)
        ))  # fmt: skip


def run(argv: Sequence[str]) -> int:
    """Measure the VAEs (issue 4, bar 3)."""
    parser = argparse.ArgumentParser(prog="studio bench vae")
    parser.add_argument("--lines", default="vae-melody")
    parser.add_argument("--drums", default="vae-drums")
    parser.add_argument("--phrases", default="vae-phrase")
    parser.add_argument("--kinds", nargs="+", choices=sorted(_MEASURES), default=["lines", "drums", "phrases"])
    parser.add_argument("--clips", type=int, default=6000, help="held-out clips to rebuild")
    parser.add_argument("--pairs", type=int, default=200)
    options = parser.parse_args(argv)
    for kind in options.kinds:
        name = getattr(options, kind)
        vae = ClipVae()
        vae.prepare(read_card(models() / name), "cpu")
        read = clips(kind)
        rebuilding(vae, read, kind, options.clips)
        blending(vae, read, kind, options.pairs)
        sampling(vae, read, kind, 500)
        sliding(vae, read, kind, 200)
    return 0
