"""The engine that writes with :mod:`studio.nn.note_lstm`: streams notes, in as many takes as asked for, one batch row each.

It runs on the CPU whatever the device: one note at a time is bound by latency, not by arithmetic, so that a GPU would be
slower, and the bytes it writes would depend on the machine. Rows of the batch are always as many, so that a take is the
same alone and among others.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines import lstm_writer_wishes
from studio.engines.api import Chunk, Context, GenerateRequest, Quiet
from studio.engines.cards import Card, check_weights
from studio.engines.lstm_writer_costs import Costs, costs_of, piece_of
from studio.engines.lstm_writer_setting import Setting, setting_of
from studio.engines.lstm_writer_styles import ANY, HEADS, STYLES, sampling
from studio.engines.lstm_writer_take import Take
from studio.engines.lstm_writer_wishes import Course, Plans, course_of
from studio.engines.note_columns import DURATIONS, N_TRACK, SHIFTS, VERSION
from studio.engines.note_controls import CONTROLS
from studio.engines.note_features import LEVELS, NOW, START, WIDTH, NoteState, matrix, mode_of
from studio.engines.sampling import draw_rows
from studio.errors import StudioError
from studio.music.document import Document

if TYPE_CHECKING:
    from torch import Tensor

    State = list[tuple[Tensor, Tensor]]

ROWS = 8
"""Takes written in one batch at most; more are written in turns."""
_LENGTHS = {"shift": np.log1p(SHIFTS), "duration": np.log1p(DURATIONS)}
_REMEMBERED = 4096
_LISTENED = 192
"""Notes of the context that the pointers know, and that the LSTM has heard: what 150 ms allow."""


class LstmWriter:
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
        from studio.nn.note_lstm import NoteLstm, Shape
        from studio.nn.note_lstm_step import NoteStepper
        from studio.nn.runtime import choose_device, load_weights

        if card.hyper.get("version") != VERSION:
            raise StudioError(
                f"'{card.title}' was made for another version of Partita.", "Install the model again, or update Partita."
            )
        self.card = card
        model = NoteLstm(Shape.of(card.hyper))
        load_weights(model, check_weights(card), choose_device("cpu"))
        self._model: NoteLstm = model
        self._stepper: NoteStepper = NoteStepper(model, ROWS)
        self._plans = Plans(np.zeros((0, 1, 1, len(CONTROLS)), np.uint8), np.zeros((0, 1, N_TRACK), np.uint8))
        if model.shape.plans:
            self._plans = Plans(model.plans.numpy(), model.plan_tracks.numpy())
        for _ in self.generate(GenerateRequest(Document(), 0, 3840, style=model.shape.styles[0]), Quiet()):
            pass

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come. Calls ``ctx.progress`` after every note."""
        ctx.progress(0.0, "Listening")
        self._check(request)
        setting = setting_of(request)
        shape = self._model.shape
        style = shape.styles.index(setting.style) if setting.style in shape.styles else len(shape.styles)
        heard = self._listen(setting, style, ctx)
        writers = [
            self._write(request, setting, style, heard, range(k, min(k + ROWS, request.takes)))
            for k in range(0, request.takes, ROWS)
        ]
        shares = np.zeros(request.takes)
        while writers:
            for writer in list(writers):
                try:
                    takes, chunks = next(writer)
                except StopIteration:
                    writers.remove(writer)
                    continue
                for take in takes:
                    shares[take.number] = take.share
                share = float(shares.mean())
                ctx.progress(share, f"Writing, {share:.0%}")
                yield from chunks

    def _check(self, request: GenerateRequest) -> None:
        lstm_writer_wishes.check(request.wishes)
        if request.wishes.any and not self._model.shape.plans:
            raise StudioError(
                f"'{self.card.title}' has not learned to follow such wishes.", "Choose another model, or leave them out."
            )

    def costs(self, document: Document, ctx: Context, style: str | None = None) -> Costs:
        """What ``document`` costs in nats (see :mod:`studio.engines.lstm_writer_costs`).

        Raises:
            StudioError: it has no notes.
        """
        piece = piece_of(document)
        if not len(piece):
            raise StudioError("The file has no notes.", "Choose a file with notes.")
        return costs_of(self._model, piece, ctx, style)

    def _listen(self, setting: Setting, style: int, ctx: Context) -> "tuple[NoteState, Any, State]":
        """Hear the context: the pointers' past, the note before the region, and the LSTM's state of one row."""
        from studio.nn.runtime import inference, tensor

        model, piece = self._model, setting.piece
        n = len(piece)
        if not n:
            return NoteState(setting.bars, setting.start), START, self._stepper.start(1)
        first = max(0, n - _REMEMBERED)
        heard = max(first, n - _LISTENED)
        target = np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1)
        state = NoteState(piece.bars, piece.bars.at(int(piece.time[first]))[0])
        if heard > first:
            state = NoteState.after(piece.bars, piece.time[first:heard], target[first:heard], piece.steps[first:heard])
        rows, levels = [], []
        for i in range(heard, n):
            row, level = state.before()
            shift, track, pitch, duration, velocity = target[i].tolist()
            rows.append(row + state.place(int(piece.time[i]) - state.now) + state.choose(track) + state.sound(track, pitch))
            levels.append(level)
            state.push(shift, track, pitch, duration, velocity, int(piece.steps[i]))
        ctx.progress(0.0, "Listening")
        before = target[heard - 1] if heard else START
        ints = matrix(
            np.array(rows, np.int16), target[heard:].astype(np.int16), before, style, mode_of(setting.key), setting.flat
        )
        with inference():
            tracks = tensor(self._told(setting, len(ints)))
            seen = model.look(tensor(ints), tensor(np.array(levels, np.uint8)), tracks)
            _, (h, c) = model.lstm(seen.unsqueeze(0))
        return state, ints[-1, NOW : NOW + 5].copy(), [(h[k], c[k]) for k in range(model.shape.layers)]

    @staticmethod
    def _told(setting: Setting, rows: int) -> npt.NDArray[np.float32]:
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        told[:, [*setting.parts, *np.unique(setting.piece.track).tolist(), N_TRACK]] = 1
        return told

    def _write(
        self, request: GenerateRequest, setting: Setting, style: int, heard: "tuple[NoteState, Any, State]", numbers: range
    ) -> Iterator[tuple[list[Take], list[Chunk]]]:
        """Write takes together, a note of each at a time; yields them and what is ready after every note."""
        from studio.nn.runtime import inference

        stepper, (past, last, state) = self._stepper, heard
        rows = stepper.rows(len(numbers))
        ints, levels = np.zeros((rows, WIDTH), np.int64), np.zeros((rows, LEVELS), np.uint8)
        told = self._told(setting, rows)
        takes = [
            Take(request, setting, n, style, past.copy(), last, self._course(request, setting, style, n), (ints[k], levels[k]))
            for k, n in enumerate(numbers)
        ]
        state = [(h.expand(rows, -1), c.expand(rows, -1)) for h, c in state]
        alive = list(enumerate(takes))
        while alive:
            for _, take in alive:
                take.before()
            with inference():
                shared, state = stepper.remember(ints, levels, told, state)
                for head in HEADS:
                    alive = self._choose(head, alive, shared, ints, levels, request)
            yield takes, [c for t in takes if not t.closed and (c := self._ready(t)) is not None]

    def _course(self, request: GenerateRequest, setting: Setting, style: int, take: int) -> Course:
        new = not len(setting.piece)
        return course_of(request, self._plans, style, setting.bars, tuple(setting.parts), setting.harmony, take, new)

    def _choose(
        self, head: str, alive: list[tuple[int, Take]], shared: "Tensor", ints: Any, levels: Any, request: GenerateRequest
    ) -> list[tuple[int, Take]]:
        """Draw a head's choice for every take; returns those that go on."""
        masks = [t.allowed(head) for _, t in alive]
        drawn = [(k, t, m) for (k, t), m in zip(alive, masks, strict=True) if m is not None]
        chosen = dict.fromkeys((k for k, _ in alive), 0)
        if drawn:
            logits = self._stepper.logits(head, shared, ints, levels)
            default = sampling(drawn[0][1].setting.style, head)
            made = draw_rows(
                logits[[k for k, _, _ in drawn]],
                np.stack([m for _, _, m in drawn]),
                np.array([t.draw.random() for _, t, _ in drawn]),
                max(0.05, default.temperature * request.temperature),
                default.top_p * request.top_p / 0.95,
                default.lean * _LENGTHS[head] if default.lean else 0.0,
            )
            chosen.update(zip((k for k, _, _ in drawn), made.tolist(), strict=True))
        return [(k, t) for k, t in alive if t.put(head, chosen[k])]

    @staticmethod
    def _ready(take: Take) -> Chunk | None:
        chunk = take.chunk()
        take.closed = take.done
        return chunk
