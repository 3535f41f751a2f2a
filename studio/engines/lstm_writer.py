"""The engine that writes with :mod:`studio.nn.note_lstm`: streams notes, in as many takes as asked for, one batch row each.

It runs on the CPU whatever the device: one note at a time is bound by latency, not by arithmetic, so that a GPU would be
slower, and the bytes it writes would depend on the machine. Rows of the batch do not see each other, so that a take is the
same alone and among others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines import lstm_writer_wishes
from studio.engines.api import Chunk, Context, GenerateRequest, Quiet, Steered, Wishes
from studio.engines.cards import Card, check_weights
from studio.engines.lstm_writer_batch import Batch, Shown
from studio.engines.lstm_writer_costs import Costs, costs_of, piece_of
from studio.engines.lstm_writer_memory import Known, Memory
from studio.engines.lstm_writer_setting import Setting, setting_of
from studio.engines.lstm_writer_styles import ANY, HEADS, STYLES, Manner, manners_of
from studio.engines.lstm_writer_take import Take
from studio.engines.lstm_writer_turns import Bearing
from studio.engines.lstm_writer_wishes import Course, Plans, course_of, mixed
from studio.engines.note_columns import N_TRACK, VERSION
from studio.engines.note_features import NOW, START, NoteState, matrix, mode_of
from studio.engines.sampling import draw_rows
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Provenance

if TYPE_CHECKING:
    from studio.nn.note_lstm_step import State

ROWS = 8
"""Takes written in one batch at most; more are written in turns."""
_REMEMBERED = 4096
_LISTENED = 64
"""Notes of the context that the pointers know, and that the LSTM has heard. Having heard 384 saves 0.001 nats a note (measured on
the next 64 notes of 24 validation songs), and would keep the composer waiting."""
_BAR = 3840
_KEPT = 4
"""Places whose states are kept, the latest; some 150 kB each."""


@dataclass(frozen=True)
class Heard:
    """A request as the writer goes about it: setting, numbers of its styles, the pointers' past, the note before, states.

    A state is the LSTM's, of one row, having heard the context in a style; ``known`` is what the cache remembers of it.
    """

    setting: Setting
    styles: tuple[int, ...]
    past: NoteState
    last: Any
    states: "tuple[State, ...]"
    known: Known


def _stacked(leans: list[Any]) -> npt.NDArray[np.float64] | float:
    """Rows of what is added to scores; 0 where nothing is to any."""
    some = next((v for v in leans if isinstance(v, np.ndarray)), None)
    return 0.0 if some is None else np.array([np.broadcast_to(v, some.shape) for v in leans])


class LstmWriter:
    """A :class:`studio.engines.api.Generator`."""

    card: Card
    manners: dict[str, Manner]
    """How each style is drawn: the card's, unless another is tried out."""

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles it can be asked for."""
        return tuple(STYLES)

    def tempo(self, style: str) -> float:
        """A usual tempo for a new piece, quarters a minute."""
        return STYLES.get(style, ANY).tempo

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights, write a bar and go on from it, so that the first click is quick."""
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
        self._kept: dict[tuple[bytes, ...], tuple[State, Known]] = {}
        self._stepper: NoteStepper = NoteStepper(model, 2 * ROWS)
        self._plans = Plans.none()
        if model.shape.plans:
            self._plans = Plans(model.plans.numpy(), model.plan_tracks.numpy(), model.plan_metres.numpy())
        self.manners = manners_of(card.hyper)
        first = GenerateRequest(Document(), 0, _BAR, style=model.shape.styles[0])
        begun = next(chunk for chunk in self.generate(first, Quiet()) if chunk.notes)
        song = edits.accept_take(Document(), begun.notes, 0, _BAR, Provenance())
        for _ in self.generate(replace(first, context=song, start=_BAR), Quiet()):
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
        if any(len(h.styles) > 1 for h in heard):
            most = -(-most // 2)
        writers = [(at, self._write(rows[at : at + most], ctx)) for at in range(0, len(rows), most)]
        while writers:
            for turn in list(writers):
                at, writer = turn
                done = next(writer, None)
                if done is None:
                    writers.remove(turn)
                    continue
                yield from ((at + k, share, chunks) for k, share, chunks in done)

    def _heard(self, request: GenerateRequest, ctx: Context) -> "Heard":
        for wishes in (request.wishes, *(turn.wishes for turn in request.turns)):
            self._possible(wishes)
        setting = setting_of(request, self.manners)
        known = self._model.shape.styles
        styles = tuple(known.index(n) if n in known else len(known) for n in setting.mixture.names)
        return Heard(setting, styles, *self._listen(setting, styles, ctx))

    def _possible(self, wishes: Wishes) -> Wishes:
        """``wishes``; raises StudioError where there are none such."""
        lstm_writer_wishes.check(wishes)
        if wishes.any and not self._model.shape.plans:
            raise StudioError(
                f"'{self.card.title}' has not learned to follow such wishes.", "Choose another model, or leave them out."
            )
        return wishes

    def course(self, request: GenerateRequest) -> Course:
        """What the first take of ``request`` is told and steered for."""
        return self._courses(request, self._heard(request, Quiet()), 0)(request.wishes)

    def costs(self, document: Document, ctx: Context, style: str | None = None) -> Costs:
        """What ``document`` costs in nats (see :mod:`studio.engines.lstm_writer_costs`).

        Raises:
            StudioError: it has no notes.
        """
        piece = piece_of(document)
        if not len(piece):
            raise StudioError("The file has no notes.", "Choose a file with notes.")
        return costs_of(self._model, piece, ctx, style)

    def _listen(
        self, setting: Setting, styles: tuple[int, ...], ctx: Context
    ) -> "tuple[NoteState, Any, tuple[State, ...], Known]":
        """Hear the context: what :class:`Heard` holds of it."""
        piece = setting.piece
        n = len(piece)
        if not n:
            return NoteState(setting.bars, setting.start), START, tuple(self._stepper.start(1) for _ in styles), ()
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
        before, after = target[heard - 1] if heard else START, []
        for style, flat in zip(styles, setting.flat, strict=True):
            now = target[heard:].astype(np.int16)
            ints = matrix(np.array(rows, np.int16), now, before, style, mode_of(setting.key), flat)
            after.append(self._after(ints, np.array(levels, np.uint8), self._told(setting, len(ints))))
        return state, ints[-1, NOW : NOW + 5].copy(), tuple(s for s, _ in after), after[0][1]

    def _after(
        self, ints: npt.NDArray[np.int64], levels: npt.NDArray[np.uint8], told: npt.NDArray[np.float32]
    ) -> "tuple[State, Known]":
        """The LSTM's state, of one row, after it has read these notes, and what the cache remembers of them.

        The latest are kept: who asks for another take of the same place need not wait for it to be heard again.
        """
        key = ints.tobytes(), levels.tobytes(), told.tobytes()
        kept = self._kept.get(key)
        if kept is None:
            kept = self._hear(ints, levels, told)
            self._kept = dict([*self._kept.items(), (key, kept)][-_KEPT:])
        return kept

    def _hear(
        self, ints: npt.NDArray[np.int64], levels: npt.NDArray[np.uint8], told: npt.NDArray[np.float32]
    ) -> "tuple[State, Known]":
        from studio.nn.runtime import inference, tensor

        model, known = self._model, []
        read = tensor(ints), tensor(levels)
        with inference():
            shared, (h, c) = model.remember(model.look(*read, tensor(told)).unsqueeze(0), None)
            for number, head in enumerate(HEADS if model.shape.cache else ()):
                hidden = model.hidden(head, shared[0], *read)
                known.append((model.cache.keys(number, hidden), model.chosen(head, read[0]).numpy()))
        return [(h[k], c[k]) for k in range(model.shape.layers)], tuple(known)

    @staticmethod
    def _told(setting: Setting, rows: int) -> npt.NDArray[np.float32]:
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        told[:, [*setting.parts, *np.unique(setting.piece.track).tolist(), N_TRACK]] = 1
        return told

    def _write(
        self, rows: "list[tuple[GenerateRequest, Heard, int]]", ctx: Context
    ) -> Iterator[list[tuple[int, float, list[Chunk]]]]:
        """Write takes (request, what was heard, number) in one batch; yields after every note, for each row not yet closed."""
        from studio.nn.runtime import inference

        bearings = [Bearing(q, h.setting.start, h.setting.end, self._courses(q, h, number)) for q, h, number in rows]
        shown = [
            Shown(self._told(h.setting, 1), h.styles, h.setting.mixture.weights, h.setting.flat, h.states) for _, h, _ in rows
        ]
        batch = Batch(self._stepper, shown)
        memory = self._memory([heard for _, heard, _ in rows])
        takes = []
        for k, ((request, heard, number), bearing) in enumerate(zip(rows, bearings, strict=True)):
            past, row = heard.past.copy(), (batch.ints[k], batch.levels[k])
            takes.append(Take(request, heard.setting, number, heard.styles[0], past, heard.last, bearing, row))
        alive, wished = list(enumerate(takes)), None
        steered = ctx if isinstance(ctx, Steered) else None
        while alive:
            now = steered.wishes if steered else None
            if now is not None and now != wished:
                wished = self._possible(now)
                for _, take in alive:
                    take.steer(wished)
            for _, take in alive:
                take.before()
            with inference():
                batch.guide([self._guides(t) for t in takes])
                batch.remember()
                for head in HEADS:
                    alive = self._choose(head, alive, batch, memory)
            if memory is not None:
                memory.advance([k for k, _ in alive])
            yield [(k, t.share, self._ready(t)) for k, t in enumerate(takes) if not t.closed]

    def _memory(self, heard: Sequence[Heard]) -> Memory | None:
        """What the cache knows of the songs that are gone on from; None where there is none.

        A new piece is the network's alone: where it could only hear itself, its slips came again (film's scale consistency fell
        from 0.97 to 0.91, and 61 of 81 figures of ``studio bench generation`` were within 10 %, 66 without).
        """
        if not any(h.known for h in heard):
            return None
        styles = np.zeros((len(heard), len(self._model.shape.styles) + 1))
        for row, h in zip(styles, heard, strict=True):
            row[list(h.styles)] = h.setting.mixture.weights
        return Memory(self._model.cache, [h.known for h in heard], styles[:, :-1])

    def _courses(self, request: GenerateRequest, heard: "Heard", take: int) -> Callable[[Wishes], Course]:
        """What makes a take's course of wishes."""
        setting = heard.setting
        new, parts = not len(setting.piece), tuple(setting.parts)

        def made(wishes: Wishes) -> Course:
            asked = replace(request, wishes=wishes)
            courses = [
                course_of(asked, self._plans, style, setting.bars, parts, setting.harmony, take, new, setting.moved)
                for style in heard.styles
            ]
            course = mixed(courses, setting.mixture.weights)
            # What is wished must not be drowned: folk that repeated more heeded wishes for density half as well.
            return course.moved(setting.manner.more) if new and not wishes.any else course

        return made

    def _guides(self, take: Take) -> bool:
        """Whether a second row shall write without what is asked for, so that the difference can be made larger."""
        return take.guided and bool(self._model.shape.controls)

    @staticmethod
    def _choose(head: str, alive: list[tuple[int, Take]], batch: Batch, memory: Memory | None) -> list[tuple[int, Take]]:
        """Draw a head's choice for every take; returns those that go on."""
        masks = [t.allowed(head) for _, t in alive]
        drawn = [(k, t, m) for (k, t), m in zip(alive, masks, strict=True) if m is not None]
        chosen = dict.fromkeys((k for k, _ in alive), 0)
        if drawn:
            rows, able = [k for k, _, _ in drawn], np.array([m for _, _, m in drawn])
            scores = batch.scores(head).take(rows, axis=0)
            if memory is not None:
                memory.mix(head, rows, scores, able, batch.hidden(head))
            made = draw_rows(
                scores,
                able,
                np.array([t.draw.random() for _, t, _ in drawn]),
                np.array([t.sampling[head].temperature for _, t, _ in drawn]),
                np.array([t.sampling[head].top_p for _, t, _ in drawn]),
                _stacked([t.lean(head) for _, t, _ in drawn]),
            )
            if memory is not None:
                memory.keep(head, rows, made)
            chosen.update(zip(rows, made.tolist(), strict=True))
        return [(k, t) for k, t in alive if t.put(head, chosen[k])]

    @staticmethod
    def _ready(take: Take) -> list[Chunk]:
        chunk = take.chunk()
        take.closed = take.done
        return [chunk] if chunk is not None else []
