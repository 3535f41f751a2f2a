"""From codes to clips, a step at a time for all codes at once: limits are masks, so no clip can break one.

Without a temperature the likeliest is written, so that near codes make near clips; with one it is drawn, each clip with
its own draw.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.clip_grid import CELLS, HOLD, N_PIECES, PITCHES, SILENCE, TOKENS, DrumClip, cells_of

if TYPE_CHECKING:
    from studio.nn.drum_vae import DrumVae
    from studio.nn.melody_vae import MelodyVae
    from studio.nn.phrase_vae import PhraseVae

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
_START = TOKENS
FEWEST = 2
"""Notes that a line has at least."""


@dataclass(frozen=True)
class LineLimits:
    """What a line must keep: ``pitches`` bool [PITCHES] may be used; ``most_leap`` semitones between neighbours (0: any)."""

    pitches: npt.NDArray[np.bool_]
    most_leap: int = 0


def draws_of(seed: int, count: int, first: int = 0) -> list[np.random.Generator]:
    """A draw for each of ``count`` clips, the same whatever their number."""
    return [np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), first + k])) for k in range(count)]


def chosen(logits: npt.NDArray[np.float64], temperature: float, draw: np.random.Generator | None) -> int:
    """The likeliest class, or one drawn at ``temperature`` among those that together have 95 %."""
    if draw is None or temperature <= 0:
        return int(np.argmax(logits))
    scores = logits.round(4) / temperature
    p = np.exp(scores - scores.max())
    order = np.argsort(-p, kind="stable")
    total = np.cumsum(p[order])
    kept = int(np.searchsorted(total, 0.95 * total[-1])) + 1
    return int(order[int(np.searchsorted(total[:kept], draw.random() * total[kept - 1], "right").clip(max=kept - 1))])


class _Line:
    """One line being written: its past, and what may come next."""

    def __init__(self, limits: LineLimits, cells: int) -> None:
        self.limits, self.cells = limits, cells
        self.tokens = np.full(CELLS, SILENCE)
        self.before, self.sounding, self.last, self.onsets = _START, PITCHES, PITCHES, 0

    def kinds(self, step: int) -> npt.NDArray[np.bool_]:
        """Which of onset, going on, silence may stand at ``step``."""
        due = self.onsets < FEWEST and step >= self.onsets * self.cells // 2 + self.cells // 4
        first_due = self.onsets == 0 and step >= self.cells // 4
        only_onset = due or first_due
        return np.array([True, self.sounding < PITCHES and not only_onset, not only_onset])

    def pitches(self) -> npt.NDArray[np.bool_]:
        """Which pitches may come next."""
        fine = self.limits.pitches
        if self.limits.most_leap and self.last < PITCHES:
            near = fine & (np.abs(np.arange(PITCHES) - self.last) <= self.limits.most_leap)
            return near if near.any() else fine & (np.arange(PITCHES) == self.last)
        return fine

    def put(self, step: int, token: int) -> None:
        """Write a token."""
        self.tokens[step] = self.before = token
        if token < PITCHES:
            self.sounding = self.last = token
            self.onsets += 1
        elif token == SILENCE:
            self.sounding = PITCHES


def lines(
    model: "MelodyVae", codes: Floats, metre: int, limits: LineLimits, temperature: float = 0.0, seed: int = 0
) -> list[Ints]:
    """The tokens [CELLS] of each code [n, latent]."""
    from studio.nn.runtime import inference, tensor

    cells = cells_of(metre)
    made = [_Line(limits, cells) for _ in codes]
    draws = draws_of(seed, len(made)) if temperature > 0 else [None] * len(made)
    state = None
    with inference():
        plan = model.plan(tensor(codes), tensor(np.full(len(codes), metre)))
        for step in range(cells):
            told = [tensor(np.array([[getattr(m, n)] for m in made])) for n in ("before", "sounding", "last")]
            kinds, pitches, state = model.steps(plan[:, step : step + 1], told[0], told[1], told[2], state)
            kind_rows, pitch_rows = kinds[:, 0].double().numpy(), pitches[:, 0].double().numpy()
            for line, k, p, draw in zip(made, kind_rows, pitch_rows, draws, strict=True):
                kind = chosen(np.where(line.kinds(step), k, -np.inf), temperature, draw)
                pitch = chosen(np.where(line.pitches(), p, -np.inf), temperature, draw) if kind == 0 else 0
                line.put(step, pitch if kind == 0 else HOLD if kind == 1 else SILENCE)
    return [m.tokens for m in made]


def phrases(
    model: "PhraseVae", codes: Floats, metre: int, limits: LineLimits, temperature: float = 0.0, seed: int = 0
) -> list[Ints]:
    """The tokens [SEGMENTS, CELLS] of each code [n, latent] of a phrase: each clip of two bars by its own code."""
    from studio.nn.runtime import inference, tensor

    with inference():
        told, _ = model.clips(tensor(codes), tensor(np.full(len(codes), metre)))
    made = lines(model.line, told.flatten(0, 1).numpy(), metre, limits, temperature, seed)
    return list(np.stack(made).reshape(len(codes), told.shape[1], CELLS)) if made else []


def drums(
    model: "DrumVae",
    codes: Floats,
    metre: int,
    temperature: float = 0.0,
    seed: int = 0,
    hits: npt.NDArray[np.bool_] | None = None,
    pieces: npt.NDArray[np.bool_] | None = None,
) -> list[DrumClip]:
    """The drums of each code [n, latent]. ``hits`` [n, CELLS, N_PIECES] are played as they are, where given (groove alone).

    ``pieces`` bool [N_PIECES] says what may be hit. There is always a hit, in the last step where nowhere else.
    """
    from studio.nn.runtime import inference, tensor

    n, cells = len(codes), cells_of(metre)
    fine = np.ones(N_PIECES, bool) if pieces is None else pieces
    made = [DrumClip.empty() for _ in codes]
    draws = draws_of(seed, n)
    before, state = np.zeros((n, 1, 3 * N_PIECES), np.float32), None
    with inference():
        plan = model.plan(tensor(codes), tensor(np.full(n, metre)))
        for step in range(cells):
            known, logits, state = model.steps(plan[:, step : step + 1], tensor(before), state)
            rows = logits[:, 0].double().numpy()
            if hits is not None:
                now = hits[:, step]
            elif temperature > 0:
                likely = 1 / (1 + np.exp(-rows.round(4) / temperature))
                now = np.stack([d.random(N_PIECES) < p for d, p in zip(draws, likely, strict=True)]) & fine
            else:
                now = (rows > 0) & fine
            if hits is None and step == cells - 1:
                _never_silent(made, now, np.where(fine, rows, -np.inf))
            loud, late = model.touch(known, tensor(now.astype(np.float32)[:, None]))
            loud_rows, late_rows = loud[:, 0].numpy(), late[:, 0].numpy()
            for clip, hit, v, o in zip(made, now, loud_rows, late_rows, strict=True):
                clip.hits[step] = hit
                clip.velocity[step] = v * hit
                clip.offset[step] = o * hit
            before = np.concatenate([now, loud_rows * now, 2 * late_rows * now], axis=1).astype(np.float32)[:, None]
    return made


def _never_silent(made: list[DrumClip], now: npt.NDArray[np.bool_], rows: npt.NDArray[np.float64]) -> None:
    """A clip without a hit by its last step gets one there."""
    for clip, hit, row in zip(made, now, rows, strict=True):
        if not clip.hits.any() and not hit.any():
            hit[int(np.argmax(row))] = True
