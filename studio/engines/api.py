"""The two protocols an engine may fill, and the values that pass through them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from studio.engines.cards import Card
from studio.engines.expression import Expression
from studio.music.document import ChordSpan, Document
from studio.music.notes import Notes
from studio.music.pitch import Key

Audio = npt.NDArray[np.float32]
DRUM_KIT = 128


class Context(Protocol):
    """What a running job is given: how to say how far it is, and to learn that it should stop."""

    def progress(self, fraction: float, message: str = "") -> None:
        """Report ``fraction`` 0..1 done. Raises :class:`studio.errors.Cancelled` once the job was cancelled."""

    def notice(self, message: str) -> None:
        """Tell the user one sentence that does not end the job (for example: the GPU failed, going on with the CPU)."""


class Quiet:
    """A context that nobody watches and nobody cancels."""

    def progress(self, fraction: float, message: str = "") -> None:
        """Do nothing."""

    def notice(self, message: str) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Wishes:
    """What the music should be like, each from 0 to 1: where it lies among the style's songs; 0.5 is usual, None leaves it open.

    ``density`` notes a beat, ``register`` low to high, ``energy`` calm to driving and ``brightness`` dark to bright (both as weak
    labels tell, :mod:`studio.engines.note_controls`), ``repetition`` ever new to repeating itself.
    """

    density: float | None = None
    register: float | None = None
    energy: float | None = None
    brightness: float | None = None
    repetition: float | None = None

    @property
    def any(self) -> bool:
        """Whether anything is wished for."""
        return any(v is not None for v in (self.density, self.register, self.energy, self.brightness, self.repetition))


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``at`` ticks after the region's start on, ``wishes`` hold."""

    at: int
    wishes: Wishes


@runtime_checkable
class Steered(Context, Protocol):
    """A context whose composer may wish for something else while the engine writes."""

    @property
    def wishes(self) -> Wishes | None:
        """What is wished for now, from the next beat to be written on; None as long as that is what the request says."""


@dataclass(frozen=True)
class Limits:
    """What no written note may break. Drums have no pitch: ``grid``, ``least`` and ``most`` alone hold for them.

    ``low`` and ``high`` are the lowest and highest pitch. ``polyphony`` notes of a part sound at once at most, 0 for any
    number. From one onset of a part to its next, every note lies within ``leap`` semitones of a note before, 0 for any leap.
    Notes start on multiples of ``grid`` ticks counted from the region's start, 0 for any. ``chord_notes`` tells where pitched
    notes that start must belong to the chord: nowhere (""), on ``strong`` beats (where bars and half bars start), or ``all``.
    In every bar at least ``least`` and at most ``most`` notes start, all written parts together; 0 for any.
    """

    low: int = 0
    high: int = 127
    polyphony: int = 0
    leap: int = 0
    grid: int = 0
    chord_notes: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class GenerateRequest:
    """What to write.

    ``context`` is read, never changed. Notes are wanted in [start, start + length), ticks on bar lines of its metre.
    ``tracks`` are the ids of the context's tracks to write for; empty lets the engine choose (for a new piece).
    ``key`` locks every pitched note to its scale; None leaves the pitches free.
    ``style`` is one of the engine's styles, empty for any; of ``second_style`` (empty for none) the music has ``second_share``,
    from 0 to 1, and of the first the rest. ``wishes`` hold until the first of ``turns``.
    ``temperature`` 1 is the engine's measured default.
    ``chords`` replace the context's own in the region. An engine that cannot do what ``wishes`` or ``limits`` ask says so.
    ``takes`` alternatives are written at once; take k of seed s is the same whatever ``takes`` is.
    """

    context: Document
    start: int
    length: int
    tracks: tuple[int, ...] = ()
    style: str = ""
    key: Key | None = None
    temperature: float = 1.0
    top_p: float = 0.95
    seed: int = 0
    takes: int = 1
    wishes: Wishes = Wishes()
    limits: Limits = Limits()
    chords: tuple[ChordSpan, ...] = ()
    second_style: str = ""
    second_share: float = 0.0
    turns: tuple[Turn, ...] = ()

    @property
    def end(self) -> int:
        """The tick at which the wanted notes end."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Part:
    """A track that notes are written for: one of the context (``track_id``), or a new one (None)."""

    name: str
    program: int = 0
    drums: bool = False
    track_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Notes of one take as they were written: (part, notes) with starts counted from the song's start.

    Nothing more will start before ``written_to`` in this take. A take's last chunk has ``written_to`` at the
    request's end. A part keeps its identity (equality) from chunk to chunk. ``turns`` are those of the wishes so far, whether
    the request had them or they came while it was written: a request with them writes the same notes.
    """

    take: int
    notes: tuple[tuple[Part, Notes], ...]
    written_to: int
    turns: tuple[Turn, ...] = ()


@runtime_checkable
class Generator(Protocol):
    """An engine that writes notes."""

    card: Card

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles it can be asked for."""

    def tempo(self, style: str) -> float:
        """A usual tempo for a new piece in ``style``, quarters a minute."""

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights and warm up. Raises StudioError when the model cannot be used."""

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come. Calls ``ctx.progress`` at least every 50 ms."""


@dataclass(frozen=True, eq=False)
class SoundBatch:
    """Notes to be sounded, in frames; every column has shape [n].

    ``program`` is a GM program, :data:`DRUM_KIT` for drums. ``held`` counts frames from onset to release. ``expression`` has
    one for each note, or is empty where all are plain.
    """

    program: npt.NDArray[np.int16]
    pitch: npt.NDArray[np.int16]
    velocity: npt.NDArray[np.int16]
    held: npt.NDArray[np.int64]
    expression: tuple[Expression, ...] = ()

    def __len__(self) -> int:
        return len(self.pitch)

    def select(self, which: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice) -> "SoundBatch":
        """The notes at a mask, slice or indices."""
        shapes = tuple(self.expression[k] for k in np.arange(len(self))[which].tolist()) if self.expression else ()
        return SoundBatch(self.program[which], self.pitch[which], self.velocity[which], self.held[which], shapes)


@runtime_checkable
class Renderer(Protocol):
    """An engine that makes sound. A note's sound is a pure function of its row in the batch, the rate and the time."""

    card: Card

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights and warm up. Raises StudioError when the model cannot be used."""

    def lengths(self, batch: SoundBatch, rate: int) -> npt.NDArray[np.int64]:
        """Frames from onset to silence, release included, shape [n]. Quick, and safe while another thread renders."""

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
        """Mono rows [n, count]: frames ``first`` to ``first + count`` of every note, zeros past its end.

        The same samples to the bit whatever the slice, the batch around a note, or the number of threads.
        """


@runtime_checkable
class WholeNotes(Protocol):
    """A renderer that makes notes of unlike length together without filling them up."""

    def whole(self, batch: SoundBatch, rate: int, ctx: Context) -> list[Audio]:
        """Every note from its onset to its end, [frames] each: the samples of :meth:`Renderer.render`, in memory of their own."""

    def foretell(self, batch: SoundBatch, rate: int) -> None:
        """Have ready what :meth:`whole` needs of these notes soon. It can be asked for while another thread renders."""


@dataclass(frozen=True)
class EngineEntry:
    """A row of the registry: what the engine is, and how to make one (imports nothing heavy until called)."""

    id: str
    kind: str  # "generator", "arranger" (a generator that needs a song), "clips" (a VAE), "performer" or "renderer"
    title: str
    make: Callable[[], object] = field(repr=False)
