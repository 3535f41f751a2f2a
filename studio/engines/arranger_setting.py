"""From a request to what the arranger works with: the notes around, the parts to write, and what is allowed."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from studio.engines import note_columns
from studio.engines.api import GenerateRequest, Part
from studio.engines.arranger_features import MOST_BARS, Hole, density_class, register_class
from studio.engines.arranger_spared import staying
from studio.engines.lstm_writer_limits import Fence, check
from studio.engines.lstm_writer_setting import TICKS_A_STEP, number_of
from studio.engines.lstm_writer_styles import pitch_range
from studio.engines.lstm_writer_wishes import harmony_of
from studio.engines.note_columns import CLASS, DRUMS, N_TRACK, STEPS, TRACK_CLASSES, VELOCITIES, Bars, Piece, encode, move_for
from studio.errors import StudioError
from studio.music.document import Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER

_MOST_NOTES = 40_000
_LINE = 0.85
WINDOW_BARS = 4
assert WINDOW_BARS <= MOST_BARS


@dataclass(frozen=True)
class ArrangeRequest(GenerateRequest):
    """What to arrange: bars of the context's ``tracks``, then of ``new_parts``, in this order; each hears those before it.

    Notes of these tracks in the region are replaced, but for locked ones and a share ``spare`` of the others, drawn by the
    seed. ``density`` in notes a beat and ``register``, a mean pitch, are what is asked for (0: left open).
    """

    new_parts: tuple[Part, ...] = ()
    spare: float = 0.0
    density: float = 0.0
    register: int = 0


@dataclass(frozen=True)
class Target:
    """A part to write: its track class, how it is handed out, and bool [128] which pitches, as the network counts them.

    ``single``: one note at a time, no more than the track has elsewhere.
    """

    number: int
    part: Part
    allowed: npt.NDArray[np.bool_]
    single: bool = False


@dataclass(frozen=True)
class Scene:
    """What stays the same while a request is written. Steps count from the song's start.

    ``piece`` is what is heard; ``windows`` are the stretches (start, end) that are written one after the other. ``spared``
    are notes of the region that stay, by target: they are part of ``piece`` and handed out with the take.
    """

    piece: Piece
    targets: tuple[Target, ...]
    windows: tuple[tuple[int, int], ...]
    mode: int
    moved: int
    tracks: dict[int, int]
    fence: Fence
    start: int
    spared: dict[int, Notes] = field(default_factory=dict)
    density: int = 0
    register: int = 0

    @property
    def bars(self) -> Bars:
        """The bar lines."""
        return self.piece.bars


def scene_of(request: ArrangeRequest) -> Scene:
    """Read a request.

    Raises:
        StudioError: it asks for a track that is not there, for no part at all, or for what cannot be met.
    """
    document = request.context
    check(request)
    if request.wishes.any:
        raise StudioError("The arranger takes no wishes of mood.", "Ask for a density in notes a beat, or for a register.")
    missing = set(request.tracks) - {t.id for t in document.tracks}
    if missing:
        raise StudioError("A track that was to be written for is not in the song.", "Choose tracks of this song.")
    if not request.tracks and not request.new_parts:
        raise StudioError("No part was chosen to be written.", "Choose tracks of the song, or name a new part.")
    draw = np.random.Generator(np.random.Philox(key=[request.seed & (2**64 - 1), 2**33]))
    by_id = {t.id: t for t in document.tracks}
    stay = {k: staying(by_id[k], request, request.spare, draw) for k in request.tracks}
    sources = [_source(t.notes.select(stay[t.id]) if t.id in stay else t.notes, t, request.start) for t in document.tracks]
    sources += [note_columns.Part(p.name, p.program, p.drums, *([np.zeros(0, np.int64)] * 4)) for p in request.new_parts]
    known = request.key or document.key_at(request.start)
    signatures = [(s.tick, s.numerator, s.denominator) for s in document.meter.signatures]
    piece = encode(sources, signatures, TICKS_PER_QUARTER, number_of(known) if known else None)
    classes = _distinct(sources)
    numbers = dict(zip([t.id for t in document.tracks], classes, strict=False))
    moved = move_for(piece.key)
    single = request.limits.polyphony == 1
    targets = [_target(numbers[k], _part_of(by_id[k]), request, moved, single or _is_line(by_id[k])) for k in request.tracks]
    fresh = classes[len(document.tracks) :]
    targets += [_target(n, p, request, moved, single or p.name in SINGLE) for n, p in zip(fresh, request.new_parts, strict=True)]
    allowed = np.zeros((N_TRACK, 128), bool)
    for target in targets:
        allowed[target.number] |= target.allowed
    start, end = -(-request.start // TICKS_A_STEP), -(-request.end // TICKS_A_STEP)
    density = density_class(round(request.density * 64), 64 * STEPS) if request.density > 0 else 0
    return Scene(
        piece,
        tuple(targets),
        tuple(_windows(piece.bars, start, max(end, start + 1))),
        0 if piece.key < 0 else 1 + (piece.key >= 12),
        moved,
        {number: track for track, number in numbers.items()},
        Fence(request, allowed, harmony_of(request, moved), piece.bars, start, moved),
        start,
        {k: _spared(by_id[k].notes.select(mask), request) for k, mask in stay.items()},
        density,
        register_class(request.register + moved) if request.register else 0,
    )


def _distinct(sources: list[note_columns.Part]) -> tuple[int, ...]:
    """Track classes as the network knows them, those of parts without notes by their name or program."""
    named = {name.casefold(): number for number, (name, _) in enumerate(TRACK_CLASSES)}
    classes = list(note_columns.track_classes(sources))
    for k, source in enumerate(sources):
        wanted = named.get(source.name.strip().casefold())
        if not len(source.start) and not source.drums and wanted is not None and wanted not in classes:
            classes[k] = wanted
    return tuple(classes)


def _part_of(track: Track) -> Part:
    return Part(track.name, track.program, track.drums, track.id)


def _spared(left: Notes, request: ArrangeRequest) -> Notes:
    inside = left.starting_between(request.start, request.end)
    return inside.select(~inside.locked)


def _source(n: Notes, track: Track, start: int) -> note_columns.Part:
    if len(n) > _MOST_NOTES:
        near = np.sort(np.argsort(np.abs(n.start - start), kind="stable")[:_MOST_NOTES])
        n = n.select(near)
    velocity = n.velocity.astype(np.int64)
    return note_columns.Part(track.name, track.program, track.drums, n.start, n.duration, n.pitch.astype(np.int64), velocity)


def _is_line(track: Track) -> bool:
    n = track.notes
    return bool(len(n)) and not track.drums and bool((n.end[:-1] <= n.start[1:]).mean() > _LINE if len(n) > 1 else True)


def _target(number: int, part: Part, request: ArrangeRequest, moved: int, single: bool) -> Target:
    allowed, key = np.zeros(128, bool), request.key
    low, high = pitch_range(number, part.program)
    if number != DRUMS:
        low, high = max(low, request.limits.low), min(high, request.limits.high)
    for pitch in range(low, high + 1):
        counted = pitch if number == DRUMS else pitch + moved
        if 0 <= counted < 128 and (number == DRUMS or key is None or key.contains(pitch)):
            allowed[counted] = True
    if not allowed.any():
        of_key = f" of {key}" if key else ""
        raise StudioError(f"No note{of_key} lies within the range of '{part.name}'.", "Choose another key, range or instrument.")
    return Target(number, part, allowed, single and number != DRUMS)


def _windows(bars: Bars, start: int, end: int) -> list[tuple[int, int]]:
    """Stretches of up to :data:`WINDOW_BARS` bars."""
    made, at = [], start
    while at < end:
        to = at
        for _ in range(WINDOW_BARS):
            line, size, _, _ = bars.at(to)
            to = line + size
        made.append((at, min(to, end)))
        at = to
    return made


def hole_in(scene: Scene, target: Target, window: tuple[int, int], style: int, written: npt.NDArray[np.int64]) -> Hole:
    """The hole of a target in a window, with what this take has written before heard too.

    ``written`` int64 [n, 5] holds time, steps, class, pitch, velocity class.
    """
    p = scene.piece
    loud = np.full(len(p), VELOCITIES) if p.flat else p.velocity
    rows = np.concatenate([np.stack([p.time, p.steps, p.track, p.pitch, loud], axis=1), written])
    rows = rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 0]))]
    time, steps, track, pitch, velocity = rows.T
    own = track == target.number
    drums = target.number == DRUMS
    register = 0 if drums else scene.register
    return Hole(
        time, steps, track, pitch, velocity, own, scene.bars, window[0], window[1], target.number, style, scene.mode, p.flat,
        scene.density, register,
    )  # fmt: skip


SINGLE = frozenset({"Bass", "Melody", "Alto", "Tenor", "Bass voice"})
"""New parts that are single lines."""
NEW_PARTS: dict[str, Part] = {
    name: Part(name, TRACK_CLASSES[CLASS[name]][1], name == "Drums")
    for name in ("Drums", "Bass", "Chords", "Piano", "Guitar", "Organ", "Strings", "Pad", "Melody", "Alto", "Tenor", "Bass voice")
}
"""Parts that can be added to a song, by name."""
