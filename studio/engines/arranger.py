"""The engine that writes with :mod:`studio.nn.arranger`: bars of parts within a song, hearing what is around them.

A :class:`studio.engines.api.Generator` whose requests may name parts to add (:class:`ArrangeRequest`). Parts are written one
after the other, four bars at a time, each hearing what was written before; several takes side by side, always as many rows
as :data:`ROWS`, so that a take is the same alone and among others. On the CPU, like the writer and for the same reasons.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk, Context, GenerateRequest, Quiet
from studio.engines.arranger_experts import Experts
from studio.engines.arranger_features import (
    AT,
    COLUMNS,
    DENSE_BEFORE,
    DENSE_PLACED,
    MEMORY,
    MOST_HEARD,
    VERSION,
    Hole,
    heard,
    memory_columns,
)
from studio.engines.arranger_setting import NEW_PARTS, ArrangeRequest, Scene, Target, hole_in, scene_of
from studio.engines.arranger_take import Arranged, HoleTake, Listened
from studio.engines.arranger_voice import PartVoice
from studio.engines.cards import Card, check_weights
from studio.engines.lstm_writer_styles import ANY, STYLES
from studio.errors import StudioError
from studio.music.document import Document

if TYPE_CHECKING:
    from torch import Tensor

    from studio.nn.arranger import Arranger

ROWS = 4
_PLACED = slice(AT["beat_then"], AT["duration_at_0"])
_CHOSEN = slice(AT["duration_at_0"], AT["was_velocity"])


class ArrangerEngine:
    """A :class:`studio.engines.api.Generator`."""

    card: Card

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles it can be asked for."""
        return tuple(STYLES)

    def tempo(self, style: str) -> float:
        """A usual tempo for a new piece, quarters a minute."""
        return STYLES.get(style, ANY).tempo

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights and write a bar, so that the first click is quick."""
        from studio.nn.arranger import Arranger, ArrangerShape
        from studio.nn.note_lstm_step import NoteStepper
        from studio.nn.runtime import choose_device, load_weights

        if card.hyper.get("version") != VERSION:
            raise StudioError(
                f"'{card.title}' was made for another version of Partita.", "Install the model again, or update Partita."
            )
        self.card = card
        model = Arranger(ArrangerShape.of(card.hyper))
        load_weights(model, check_weights(card), choose_device("cpu"))
        self._model: Arranger = model
        self._stepper = NoteStepper(model.voice, ROWS)
        for _ in self.generate(ArrangeRequest(Document(), 0, 3840, new_parts=(NEW_PARTS["Bass"],)), Quiet()):
            pass

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come (:class:`studio.engines.arranger_take.Arranged`). Calls ``ctx.progress`` every note."""
        ctx.progress(0.0, "Listening")
        asked = request if isinstance(request, ArrangeRequest) else ArrangeRequest(**vars(request))
        scene = scene_of(asked)
        styles = self._model.shape.styles
        if request.style and request.style not in styles:
            raise StudioError(f"The arranger does not know the style '{request.style}'.", f"Choose one of: {', '.join(styles)}.")
        style = styles.index(request.style) if request.style else len(styles)
        by_track = {t.part.track_id: t.part for t in scene.targets}
        spared = tuple((by_track[k], notes) for k, notes in scene.spared.items() if len(notes))
        groups = [list(range(k, min(k + ROWS, request.takes))) for k in range(0, request.takes, ROWS)]
        total = len(groups) * len(scene.windows) * len(scene.targets)
        done = 0
        for group in groups:
            draws = [np.random.Generator(np.random.Philox(key=[request.seed & (2**64 - 1), k])) for k in group]
            written = [np.zeros((0, 5), np.int64) for _ in group]
            if spared:
                yield from (Arranged(k, spared, request.start) for k in group)
            for number, window in enumerate(scene.windows):
                for target in scene.targets:
                    holes = self._holes(scene, target, window, style, written)
                    # Before the first bars no take has written anything: the writer's view of the part is the same for all.
                    voice = PartVoice(holes[0]) if not number else None
                    takes = [
                        HoleTake(asked, scene, target, h, k, d, voice and voice.copy())
                        for k, d, h in zip(group, draws, holes, strict=True)
                    ]
                    last = target is scene.targets[-1]
                    closing = last and number == len(scene.windows) - 1
                    share = _Share(ctx, done, total)
                    yield from self._write(takes, window, last, closing, share)
                    written = [np.concatenate([w, t.rows()]) for w, t in zip(written, takes, strict=True)]
                    done += 1

    @staticmethod
    def _holes(
        scene: Scene, target: Target, window: tuple[int, int], style: int, written: list[npt.NDArray[np.int64]]
    ) -> list[Hole]:
        """The hole of each take, one for all as long as none has written anything."""
        if any(len(w) for w in written):
            return [hole_in(scene, target, window, style, w) for w in written]
        return [hole_in(scene, target, window, style, written[0])] * len(written)

    def _write(self, takes: list[HoleTake], window: tuple[int, int], last: bool, closing: bool, ctx: "_Share") -> Iterator[Chunk]:
        """Write the same hole of several takes, a note of each at a time."""
        from studio.nn.runtime import inference

        padded = [*takes, *([takes[0]] * (ROWS - len(takes)))]
        ears = _Ears(self._model, [t.hole for t in padded])
        experts = Experts(self._model.voice, self._stepper, takes, ROWS)
        alive, state = list(takes), None
        ints = np.zeros((ROWS, len(COLUMNS)), np.int64)
        dense = np.zeros((ROWS, DENSE_BEFORE + DENSE_PLACED), np.float32)
        while alive:
            ctx.progress(min(t.share for t in takes))
            with inference():
                state = self._step(alive, takes, ears, experts, ints, dense, state)
            alive = [t for t in alive if not t.done]
            for take in takes:
                chunk = take.chunk(last, closing)
                if chunk is not None:
                    yield chunk

    def _step(
        self,
        alive: list[HoleTake],
        takes: list[HoleTake],
        ears: "_Ears",
        experts: Experts,
        ints: npt.NDArray[np.int64],
        dense: npt.NDArray[np.float32],
        state: "tuple[Tensor, Tensor] | None",
    ) -> "tuple[Tensor, Tensor]":
        """A note of each take that is not done."""
        from studio.nn.runtime import tensor

        model = self._model
        rows = {id(t): k for k, t in enumerate(takes)}
        for take in alive:
            k = rows[id(take)]
            row, dense[k, :DENSE_BEFORE] = take.state.before()
            ints[k, : len(row)] = row
            ints[k, AT["was_velocity"]], ints[k, AT["room"]] = take.state.was[2], take.state.room
        shown, thick = tensor(ints)[:, None], tensor(dense)[:, None]
        now = np.array([t.state.now for t in takes] + [takes[0].state.now] * (ROWS - len(takes)))
        known, state = model.remember(shown, thick, state)
        listened, _ = ears.attend(model.when, known, now)
        logits = model.shift_logits(known, listened, shown, tensor(experts.shift(alive)))[:, 0].double().numpy()
        for take in alive:
            k = rows[id(take)]
            if take.choose_shift(logits[k]):
                ints[k, _PLACED], dense[k, DENSE_BEFORE:] = take.state.place(take.shift)
                ints[k, AT["shift"]] = take.shift_class
        then = now + np.array([t.shift for t in takes] + [0] * (ROWS - len(takes)))
        settled = model.settle(known, shown, thick)
        listened, weights = ears.attend(model.what, settled, then)
        going = [t for t in alive if not t.done]
        said = tensor(experts.pitch(going))
        logits = model.pitch_logits(settled, listened, weights, shown, thick, ears.notes, said)[:, 0].double().numpy()
        heard_by = weights[:, 0].numpy()
        for take in going:
            k = rows[id(take)]
            ints[k, AT["pitch"]] = take.choose_pitch(logits[k], heard_by[k], ears.chosen[k])
            ints[k, _CHOSEN] = take.state.pointed()
        logits = model.duration_logits(settled, listened, shown, tensor(experts.duration(going)))[:, 0].double().numpy()
        for take in going:
            k = rows[id(take)]
            ints[k, AT["duration"]] = take.choose_duration(logits[k])
        logits = model.velocity_logits(settled, listened, shown, tensor(experts.velocity(going)))[:, 0].double().numpy()
        for take in going:
            take.choose_velocity(logits[rows[id(take)]])
        return state


class _Ears:
    """What the takes of a group hear, as the attentions take it.

    Each hole is heard by itself, so that a take hears the same alone and among others; holes that are one and the same, once.
    """

    def __init__(self, model: "Arranger", holes: list[Hole]) -> None:
        from studio.nn.runtime import inference, tensor

        like = [next(i for i, other in enumerate(holes) if other is hole) for hole in holes]
        self.chosen = [heard(h) for h in holes]
        n = MOST_HEARD  # always as many, so that a sum never depends on the other takes
        notes = np.zeros((len(holes), n, len(MEMORY)), np.int64)
        start, end, there = (
            np.zeros((len(holes), n), np.int64),
            np.zeros((len(holes), n), np.int64),
            np.zeros((len(holes), n), bool),
        )
        for k, (hole, c) in enumerate(zip(holes, self.chosen, strict=True)):
            notes[k, : len(c)], there[k, : len(c)] = memory_columns(hole, c), True
            start[k, : len(c)], end[k, : len(c)] = hole.time[c], (hole.time + hole.steps)[c]
        self.notes, self._start, self._end, self._there = (tensor(x) for x in (notes, start, end, there))
        self._own = self.notes[..., [name for name, _ in MEMORY].index("own")]
        self._bar = tensor(np.array([h.bars.at(h.start)[1] for h in holes]))
        with inference():
            self._keys, self._values = model.memory.apart(self.notes, self._there, like)

    def attend(self, attention: "object", x: "Tensor", now: npt.NDArray[np.int64]) -> "tuple[Tensor, Tensor]":
        """What is listened to from the places ``now`` [rows], and the weights."""
        from studio.nn.arranger import buckets_of
        from studio.nn.runtime import tensor

        buckets = buckets_of(self._start, self._end, self._own, tensor(now)[:, None], self._bar)
        return attention(x, self._keys, self._values, buckets, self._there)  # type: ignore[operator, no-any-return]


class _Share:
    """The part of a progress that one hole of many is."""

    def __init__(self, ctx: Context, done: int, total: int) -> None:
        self._ctx, self._done, self._total = ctx, done, total

    def progress(self, fraction: float) -> None:
        share = (self._done + fraction) / max(1, self._total)
        self._ctx.progress(share, f"Writing, {share:.0%}")


__all__ = ["ArrangeRequest", "Arranged", "ArrangerEngine", "Listened", "Scene", "Target"]
