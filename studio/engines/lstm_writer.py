"""The engine that writes with :mod:`studio.nn.note_lstm`: streams notes, in as many takes as asked for, one batch row each.

It runs on the CPU whatever the device: one note at a time is bound by latency, not by arithmetic, so that a GPU would be
slower, and the bytes it writes would depend on the machine. Rows of the batch are always as many, so that a take is the
same alone and among others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines import lstm_writer_wishes
from studio.engines.api import Chunk, Context, GenerateRequest, Quiet
from studio.engines.cards import Card, check_weights
from studio.engines.lstm_writer_costs import Costs, costs_of, piece_of
from studio.engines.lstm_writer_setting import Setting, setting_of
from studio.engines.lstm_writer_styles import ANY, HEADS, STYLES
from studio.engines.lstm_writer_take import Take
from studio.engines.lstm_writer_wishes import Course, Plans, course_of
from studio.engines.note_columns import N_TRACK, VERSION
from studio.engines.note_controls import CONTROLS, OPEN
from studio.engines.note_features import CONTROL, LEVELS, NOW, START, WIDTH, NoteState, matrix, mode_of
from studio.engines.sampling import draw_rows
from studio.errors import StudioError
from studio.music.document import Document

if TYPE_CHECKING:
    from studio.nn.note_lstm_step import State, Steps

ROWS = 8
"""Takes written in one batch at most; more are written in turns."""
GUIDANCE = 2.0
"""How many times what is asked for counts."""
_REMEMBERED = 4096
_LISTENED = 64
"""Notes of the context that the pointers know, and that the LSTM has heard. Having heard 384 saves 0.001 nats a note (measured on
the next 64 notes of 24 validation songs), and would keep the composer waiting."""


@dataclass(frozen=True)
class Heard:
    """A request as the writer goes about it: setting and style, the pointers' past, the note before, the LSTM's state of one row."""

    setting: Setting
    style: int
    past: NoteState
    last: Any
    state: "State"


@dataclass
class _Batch:
    """What the network is shown, a row a take; takes that are ``guided`` have a second row from ``first`` on, told nothing.

    What is asked for counts :data:`GUIDANCE` times: classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598).
    """

    ints: npt.NDArray[np.int64]
    levels: npt.NDArray[np.uint8]
    guided: npt.NDArray[np.int64]
    first: int

    def mirror(self) -> None:
        """Show the second rows what the first are shown, with all that is asked for left open."""
        if len(self.guided):
            rows = slice(self.first, self.first + len(self.guided))
            self.ints[rows], self.levels[rows] = self.ints[self.guided], self.levels[self.guided]
            self.ints[rows, CONTROL:] = OPEN

    def guide(self, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The logits of the first rows, the guided ones moved away from their second rows."""
        if len(self.guided):
            free = logits[self.first : self.first + len(self.guided)]
            logits[self.guided] = free + np.float32(GUIDANCE) * (logits[self.guided] - free)
        return logits


def _stacked(leans: list[Any]) -> npt.NDArray[np.float64] | float:
    """Rows of what is added to scores; 0 where nothing is to any."""
    some = next((v for v in leans if isinstance(v, np.ndarray)), None)
    return 0.0 if some is None else np.array([np.broadcast_to(v, some.shape) for v in leans])


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
        self._stepper: NoteStepper = NoteStepper(model, 2 * ROWS)
        self._plans = Plans(np.zeros((0, 1, 1, len(CONTROLS)), np.uint8), np.zeros((0, 1, N_TRACK), np.uint8))
        if model.shape.plans:
            self._plans = Plans(model.plans.numpy(), model.plan_tracks.numpy())
        for _ in self.generate(GenerateRequest(Document(), 0, 3840, style=model.shape.styles[0]), Quiet()):
            pass

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come. Calls ``ctx.progress`` after every note."""
        shares = np.zeros(request.takes)
        for number, share, chunks in self._in_turns([request], [(0, k) for k in range(request.takes)], ctx):
            shares[number] = share
            ctx.progress(float(shares.mean()), f"Writing, {shares.mean():.0%}")
            yield from chunks

    def generate_together(self, requests: Sequence[GenerateRequest], ctx: Context) -> Iterator[tuple[int, Chunk]]:
        """Write the first takes of many requests in one batch: for measurements. Yields a request's number with each chunk."""
        numbers = [(k, 0) for k in range(len(requests))]
        for number, _, chunks in self._in_turns(requests, numbers, ctx, most=len(requests)):
            ctx.progress(0.0, "Writing")
            yield from ((number, c) for c in chunks)

    def _in_turns(
        self, requests: Sequence[GenerateRequest], numbers: Sequence[tuple[int, int]], ctx: Context, most: int = ROWS
    ) -> Iterator[tuple[int, float, list[Chunk]]]:
        """Write takes given as (request, take), ``most`` in a batch, a note of each in turn.

        Yields the place among ``numbers``, how much of that take is written, and what is ready.
        """
        ctx.progress(0.0, "Listening")
        heard = [self._heard(r, ctx) for r in requests]
        rows = [(requests[k], heard[k], take) for k, take in numbers]
        writers = [(at, self._write(rows[at : at + most])) for at in range(0, len(rows), most)]
        while writers:
            for turn in list(writers):
                at, writer = turn
                done = next(writer, None)
                if done is None:
                    writers.remove(turn)
                    continue
                yield from ((at + k, share, chunks) for k, share, chunks in done)

    def _heard(self, request: GenerateRequest, ctx: Context) -> "Heard":
        self._check(request)
        setting = setting_of(request)
        styles = self._model.shape.styles
        style = styles.index(setting.style) if setting.style in styles else len(styles)
        return Heard(setting, style, *self._listen(setting, style, ctx))

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

    def _write(self, rows: "list[tuple[GenerateRequest, Heard, int]]") -> Iterator[list[tuple[int, float, list[Chunk]]]]:
        """Write takes (request, what was heard, number) in one batch; yields after every note, for each row not yet closed."""
        from studio.nn.runtime import inference

        stepper = self._stepper
        guided = [k for k, (request, heard, _) in enumerate(rows) if self._guides(request, heard)]
        count = stepper.rows(len(rows) + len(guided))
        ints, levels = np.zeros((count, WIDTH), np.int64), np.zeros((count, LEVELS), np.uint8)
        told = np.zeros((count, N_TRACK + 1), np.float32)
        takes = []
        for k, (request, heard, number) in enumerate(rows):
            told[k] = self._told(heard.setting, 1)
            course = self._course(request, heard, number)
            past = heard.past.copy()
            takes.append(Take(request, heard.setting, number, heard.style, past, heard.last, course, (ints[k], levels[k])))
        told[len(rows) : len(rows) + len(guided)] = told[guided]
        batch = _Batch(ints, levels, np.array(guided, np.int64), len(rows))
        spare = [rows[0][1].state] * (count - len(rows) - len(guided))
        state = stepper.together([*(heard.state for _, heard, _ in rows), *(rows[k][1].state for k in guided), *spare])
        steps = stepper.steps(ints, levels, told, state)
        alive = list(enumerate(takes))
        while alive:
            for _, take in alive:
                take.before()
            with inference():
                batch.mirror()
                steps.remember()
                for head in HEADS:
                    alive = self._choose(head, alive, steps, batch)
            yield [(k, t.share, self._ready(t)) for k, t in enumerate(takes) if not t.closed]

    def _course(self, request: GenerateRequest, heard: "Heard", take: int) -> Course:
        setting = heard.setting
        new = not len(setting.piece)
        parts, harmony = tuple(setting.parts), setting.harmony
        return course_of(request, self._plans, heard.style, setting.bars, parts, harmony, take, new, setting.moved)

    def _guides(self, request: GenerateRequest, heard: Heard) -> bool:
        """Whether a second row shall write without what is asked for, so that the difference can be made larger."""
        asked = request.wishes.any or bool(heard.setting.harmony.starts)
        return asked and bool(self._model.shape.controls)

    def _choose(self, head: str, alive: list[tuple[int, Take]], steps: "Steps", batch: "_Batch") -> list[tuple[int, Take]]:
        """Draw a head's choice for every take; returns those that go on."""
        masks = [t.allowed(head) for _, t in alive]
        drawn = [(k, t, m) for (k, t), m in zip(alive, masks, strict=True) if m is not None]
        chosen = dict.fromkeys((k for k, _ in alive), 0)
        if drawn:
            batch.mirror()
            logits = batch.guide(steps.logits(head))
            defaults = [t.sampling[head] for _, t, _ in drawn]
            made = draw_rows(
                logits[[k for k, _, _ in drawn]],
                np.array([m for _, _, m in drawn]),
                np.array([t.draw.random() for _, t, _ in drawn]),
                [d.temperature for d in defaults],
                [d.top_p for d in defaults],
                _stacked([t.lean(head) for _, t, _ in drawn]),
            )
            chosen.update(zip((k for k, _, _ in drawn), made.tolist(), strict=True))
        return [(k, t) for k, t in alive if t.put(head, chosen[k])]

    @staticmethod
    def _ready(take: Take) -> list[Chunk]:
        chunk = take.chunk()
        take.closed = take.done
        return [chunk] if chunk is not None else []
