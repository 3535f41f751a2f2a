"""From codes to clips, a step at a time for all codes at once: limits are masks, so no clip can break one.

Without a temperature the likeliest is written, so that near codes make near clips; with one it is drawn, each clip with
its own draw.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.clip_grid import CELLS, HOLD, N_PIECES, PITCHES, SILENCE, TOKENS, DrumClip, cells_of
from studio.engines.clip_limits import ANY_DRUMS, BarCount, DrumLimits, LineLimits

if TYPE_CHECKING:
    from studio.nn.drum_vae import DrumVae
    from studio.nn.melody_vae import MelodyVae
    from studio.nn.phrase_vae import PhraseVae

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
_START = TOKENS
FEWEST = 2
"""Notes that a line has at least."""


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
    """One line being written: its past, and what may come next. ``near`` is the pitch before it (PITCHES for none)."""

    def __init__(self, limits: LineLimits, cells: int, near: int = PITCHES) -> None:
        self.limits, self.cells, self._near = limits, cells, near
        self.tokens = np.full(CELLS, SILENCE)
        self.before, self.sounding, self.last, self.onsets = _START, PITCHES, PITCHES, 0
        self._places = limits.places(cells)
        self._count = BarCount(limits.band, self._places.astype(np.int64), cells)

    def kinds(self, step: int) -> npt.NDArray[np.bool_]:
        """Which of onset, going on, silence may stand at ``step``."""
        if self.limits.blocked is not None and self.limits.blocked[step]:
            return np.array([False, False, True])
        startable = bool(self._places[step]) and self._count.room(step) > 0
        only_onset = startable and (self._few(step) or self._count.due(step) > 0)
        return np.array([startable, self.sounding < PITCHES and not only_onset, not only_onset])

    def _few(self, step: int) -> bool:
        """Whether it is time for one of the notes that a line has at least."""
        if self.onsets >= FEWEST:
            return False
        first, later = self.cells // 4, self.onsets * self.cells // 2 + self.cells // 4
        due = step >= later or (self.onsets == 0 and step >= first)
        return due or int(self._places[step : self.cells].sum()) <= FEWEST - self.onsets

    def pitches(self, step: int) -> npt.NDArray[np.bool_]:
        """Which pitches may come next."""
        return self.limits.pitches_at(step, self._near)

    def put(self, step: int, token: int) -> None:
        """Write a token."""
        self.tokens[step] = self.before = token
        if token < PITCHES:
            self.sounding = self.last = self._near = token
            self.onsets += 1
            self._count.push(step)
        elif token == SILENCE:
            self.sounding = PITCHES


Draws = Sequence[np.random.Generator | None]


def lines(
    model: "MelodyVae",
    codes: Floats,
    metre: int,
    limits: LineLimits | Sequence[LineLimits],
    temperature: float = 0.0,
    seed: int = 0,
    near: Sequence[int] = (),
) -> list[Ints]:
    """The tokens [CELLS] of each code [n, latent], by ``limits`` of each or of all, after pitches ``near`` (PITCHES for none)."""
    draws: Draws = draws_of(seed, len(codes)) if temperature > 0 else [None] * len(codes)
    return _lines(model, codes, metre, _each(limits, len(codes)), near or [PITCHES] * len(codes), temperature, draws)


def _each(limits: LineLimits | Sequence[LineLimits], count: int) -> Sequence[LineLimits]:
    return [limits] * count if isinstance(limits, LineLimits) else limits


def _lines(
    model: "MelodyVae",
    codes: Floats,
    metre: int,
    limits: Sequence[LineLimits],
    near: Sequence[int],
    temperature: float,
    draws: Draws,
) -> list[Ints]:
    from studio.nn.runtime import inference, tensor

    cells = cells_of(metre)
    made = [_Line(limit, cells, pitch) for limit, pitch in zip(limits, near, strict=True)]
    state = None
    with inference():
        plan = model.plan(tensor(codes), tensor(np.full(len(codes), metre)))
        for step in range(cells):
            told = [tensor(np.array([[getattr(m, n)] for m in made])) for n in ("before", "sounding", "last")]
            kinds, pitches, state = model.steps(plan[:, step : step + 1], told[0], told[1], told[2], state)
            kind_rows, pitch_rows = kinds[:, 0].double().numpy(), pitches[:, 0].double().numpy()
            for line, k, p, draw in zip(made, kind_rows, pitch_rows, draws, strict=True):
                kind = chosen(np.where(line.kinds(step), k, -np.inf), temperature, draw)
                pitch = chosen(np.where(line.pitches(step), p, -np.inf), temperature, draw) if kind == 0 else 0
                line.put(step, pitch if kind == 0 else HOLD if kind == 1 else SILENCE)
    return [m.tokens for m in made]


def phrases(
    model: "PhraseVae",
    codes: Floats,
    metre: int,
    limits: LineLimits | Sequence[LineLimits],
    temperature: float = 0.0,
    seed: int = 0,
    near: Sequence[int] = (),
) -> list[Ints]:
    """The tokens [SEGMENTS, CELLS] of each code [n, latent] of a phrase: each clip of two bars by its own code.

    ``limits`` of all clips, or of each clip of a phrase. Clips are written side by side, or where leaps are limited one after
    the other, since each then begins near where the last one ended.
    """
    from studio.nn.runtime import inference, tensor

    if not len(codes):
        return []
    with inference():
        told = model.clips(tensor(codes), tensor(np.full(len(codes), metre)))[0].numpy()
    count, segments = told.shape[:2]
    each, last = _each(limits, segments), list(near) or [PITCHES] * count
    draws: Draws = draws_of(seed, count * segments) if temperature > 0 else [None] * (count * segments)
    if not each[0].most_leap:
        whole = told.reshape(count * segments, -1)
        made = _lines(model.line, whole, metre, [*each] * count, [PITCHES] * len(whole), temperature, draws)
        return list(np.stack(made).reshape(count, segments, CELLS))
    clips = []
    for k in range(segments):
        clips.append(_lines(model.line, told[:, k], metre, [each[k]] * count, last, temperature, draws[k::segments]))
        last = [last_pitch(clip, before) for clip, before in zip(clips[-1], last, strict=True)]
    return list(np.stack(clips, axis=1))


def last_pitch(tokens: Ints, before: int = PITCHES) -> int:
    """The last pitch of a line's or phrase's tokens, ``before`` where there is none."""
    onsets = tokens[tokens < PITCHES]
    return int(onsets[-1]) if len(onsets) else before


def drums(
    model: "DrumVae",
    codes: Floats,
    metre: int,
    temperature: float = 0.0,
    seed: int = 0,
    hits: npt.NDArray[np.bool_] | None = None,
    limits: DrumLimits | Sequence[DrumLimits] = ANY_DRUMS,
) -> list[DrumClip]:
    """The drums of each code [n, latent], by ``limits`` of each or of all.

    ``hits`` [n, CELLS, N_PIECES] are played as they are, where given (groove alone).

    There is always a hit, in the last step that may have one where nowhere else.
    """
    from studio.nn.runtime import inference, tensor

    n, cells = len(codes), cells_of(metre)
    each = [limits] * n if isinstance(limits, DrumLimits) else limits
    made = [_Drums(limit, cells) for limit in each]
    loose = np.array([[not limit.straight] for limit in each], bool).reshape(n, 1)
    draws = draws_of(seed, n)
    before, state = np.zeros((n, 1, 3 * N_PIECES), np.float32), None
    with inference():
        plan = model.plan(tensor(codes), tensor(np.full(n, metre)))
        for step in range(cells):
            known, logits, state = model.steps(plan[:, step : step + 1], tensor(before), state)
            rows = logits[:, 0].double().numpy()
            if hits is not None:
                now = hits[:, step]
            else:
                likely = rows > 0
                if temperature > 0:
                    chance = 1 / (1 + np.exp(-rows.round(4) / temperature))
                    likely = np.stack([d.random(N_PIECES) < p for d, p in zip(draws, chance, strict=True)])
                now = np.stack([m.allowed(step, hit, row) for m, hit, row in zip(made, likely, rows, strict=True)])
            loud, late = model.touch(known, tensor(now.astype(np.float32)[:, None]))
            loud_rows, late_rows = loud[:, 0].numpy(), late[:, 0].numpy() * loose
            for drummer, hit, v, o in zip(made, now, loud_rows, late_rows, strict=True):
                drummer.put(step, hit, v, o)
            before = np.concatenate([now, loud_rows * now, 2 * late_rows * now], axis=1).astype(np.float32)[:, None]
    return [m.clip for m in made]


class _Drums:
    """One drum clip being written."""

    def __init__(self, limits: DrumLimits, cells: int) -> None:
        self.clip, self._limits, self._fine = DrumClip.empty(), limits, limits.fine
        room = limits.fine.sum(axis=1) * (np.arange(CELLS) < cells)
        self._count, self._last = BarCount(limits.band, room, cells), int(np.flatnonzero(room).max(initial=0))

    def allowed(self, step: int, hit: npt.NDArray[np.bool_], row: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """The likely hits that may be, and the likeliest of those that must."""
        now, fine = hit & self._fine[step], self._fine[step]
        least = self._count.due(step)
        if step == self._last and not self.clip.hits.any():
            least = max(least, 1)
        most = self._count.room(step)
        least = min(least, int(fine.sum()), most)
        if least <= now.sum() <= most:
            return now
        wanted = least if now.sum() < least else most
        score = np.where(fine, row + 1e3 * now, -np.inf)  # those that are hit anyway first
        kept = np.zeros(N_PIECES, bool)
        kept[np.argsort(-score, kind="stable")[:wanted]] = True
        return kept

    def put(self, step: int, hit: npt.NDArray[np.bool_], velocity: Floats, offset: Floats) -> None:
        """Write the hits of a step."""
        self.clip.hits[step] = hit
        self.clip.velocity[step] = velocity * hit
        self.clip.offset[step] = np.maximum(offset * hit, 0 if self._limits.band.bars(step) else -1)
        self._count.push(step, int(hit.sum()))
