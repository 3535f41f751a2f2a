"""The engine that writes with :mod:`studio.nn.note_lstm`: streams notes, in as many takes as asked for, one batch row each.

It runs on the CPU whatever the device: one note at a time is bound by latency, not by arithmetic, so that a GPU would be
slower, and the bytes it writes would depend on the machine. Rows of the batch are always as many, so that a take is the
same alone and among others.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk, Context, GenerateRequest, Quiet
from studio.engines.cards import Card, check_weights
from studio.engines.lstm_writer_costs import Costs, costs_of, piece_of
from studio.engines.lstm_writer_setting import Setting, setting_of
from studio.engines.lstm_writer_styles import ANY, STYLES
from studio.engines.lstm_writer_take import Take
from studio.engines.note_columns import N_TRACK, VERSION
from studio.engines.note_features import LEVELS, NOW, START, WIDTH, NoteState, matrix, mode_of
from studio.errors import StudioError
from studio.music.document import Document

if TYPE_CHECKING:
    from torch import Tensor

    State = list[tuple[Tensor, Tensor]]

ROWS = 4
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
        for _ in self.generate(GenerateRequest(Document(), 0, 3840, style=model.shape.styles[0]), Quiet()):
            pass

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come. Calls ``ctx.progress`` after every note."""
        ctx.progress(0.0, "Listening")
        setting = setting_of(request)
        shape = self._model.shape
        style = shape.styles.index(setting.style) if setting.style in shape.styles else len(shape.styles)
        state, last, carried = self._listen(setting, style, ctx)
        takes = [Take(request, setting, k, style, deepcopy(state), last) for k in range(request.takes)]
        writers = [self._write(takes[k : k + ROWS], carried, setting) for k in range(0, len(takes), ROWS)]
        while writers:
            for writer in list(writers):
                try:
                    chunks = next(writer)
                except StopIteration:
                    writers.remove(writer)
                    continue
                share = sum(t.share for t in takes) / len(takes)
                ctx.progress(share, f"Writing, {share:.0%}")
                yield from chunks

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
        """Hear the context: the pointers' past, the note before the region, and the LSTM's state for every row."""
        from studio.nn.runtime import inference, tensor

        model, piece = self._model, setting.piece
        n = len(piece)
        if not n:
            return NoteState(setting.bars, setting.start), START, self._stepper.start()
        first = max(0, n - _REMEMBERED)
        heard = max(first, n - _LISTENED)
        target = np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1)
        state = NoteState(piece.bars, piece.bars.at(int(piece.time[first]))[0])
        for i in range(first, heard):
            if i % 256 == 0:
                ctx.progress(0.0, "Listening")
            state.recall(int(piece.time[i]), tuple(target[i].tolist()), int(piece.steps[i]))  # type: ignore[arg-type]
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
        carried = [(h[k].expand(ROWS, -1).contiguous(), c[k].expand(ROWS, -1).contiguous()) for k in range(model.shape.layers)]
        return state, ints[-1, NOW : NOW + 5].copy(), carried

    @staticmethod
    def _told(setting: Setting, rows: int) -> npt.NDArray[np.float32]:
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        told[:, [*setting.parts, *np.unique(setting.piece.track).tolist(), N_TRACK]] = 1
        return told

    def _write(self, takes: list[Take], state: "State", setting: Setting) -> Iterator[list[Chunk]]:
        """Write a group of takes, a note of each at a time; yields what is ready after every note."""
        from studio.nn.runtime import inference

        stepper = self._stepper
        ints, levels = np.zeros((ROWS, WIDTH), np.int64), np.zeros((ROWS, LEVELS), np.uint8)
        told = self._told(setting, ROWS)
        alive = list(takes)
        while alive:
            for take in alive:
                take.before()
            self._show(alive, ints, levels)
            with inference():
                shared, state = stepper.remember(ints, levels, told, state)
                for head in ("shift", "track", "pitch", "duration", "velocity"):
                    silent = head == "velocity" and setting.flat
                    logits = None if silent else stepper.logits(head, shared, ints, levels)
                    alive = [t for t in alive if t.choose(head, None if logits is None else logits[t.number % ROWS])]
                    self._show(alive, ints, levels)
            yield [c for t in takes if (t in alive or t.done) and (c := self._ready(t)) is not None]

    @staticmethod
    def _show(takes: list[Take], ints: Any, levels: Any) -> None:
        for take in takes:
            ints[take.number % ROWS] = take.ints
            levels[take.number % ROWS] = take.levels

    @staticmethod
    def _ready(take: Take) -> Chunk | None:
        if take.closed:
            return None
        chunk = take.chunk()
        take.closed = take.done
        return chunk
