"""From a request to what the writer works with: who plays, in which key and metre, what was heard, what is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines import lstm_writer_limits, note_columns
from studio.engines.api import GenerateRequest, Part
from studio.engines.lstm_writer_limits import Fence
from studio.engines.lstm_writer_mixture import Mixture, mixture_of
from studio.engines.lstm_writer_styles import STYLES, Manner, pitch_range
from studio.engines.lstm_writer_wishes import Harmony, harmony_of
from studio.engines.note_band import NoteBand
from studio.engines.note_columns import DRUMS, N_TRACK, STEPS, Bars, Piece, encode, move_for
from studio.errors import StudioError
from studio.music.document import Track
from studio.music.pitch import SCALES, Key
from studio.music.time import TICKS_PER_QUARTER

_MOST = 8192
"""Notes of a track that are heard at most: more would make the click wait."""
TICKS_A_STEP = TICKS_PER_QUARTER // STEPS
_NO_MANNERS: Mapping[str, Manner] = {}


@dataclass(frozen=True)
class Setting:
    """What stays the same while a request is written. Steps count from the song's start.

    ``allowed`` bool [N_TRACK, 128]: pitches, as the network counts them, that each class may use (none for absent classes).
    ``flat`` says of each style of the mixture whether it hears no velocities; ``phrasing`` is the share of how loud notes are
    that is a phrase's and not drawn. ``level`` is the velocity that a phrased part keeps to by class, from the context.
    """

    piece: Piece
    parts: dict[int, Part]
    bars: Bars
    start: int
    end: int
    key: int
    mixture: Mixture
    manner: Manner
    phrasing: float
    flat: tuple[bool, ...]
    allowed: npt.NDArray[np.bool_]
    level: dict[int, int]
    harmony: Harmony
    fence: Fence
    band: NoteBand

    @property
    def moved(self) -> int:
        """Semitones that the network's pitched notes lie above what sounds."""
        return move_for(self.key)


def number_of(key: Key) -> int:
    """A key as :class:`Piece` counts: 0..11 for scales with a major third, 12..23 for the others."""
    return key.tonic + (0 if 4 in SCALES[key.scale] else 12)


def setting_of(request: GenerateRequest, manners: Mapping[str, Manner] = _NO_MANNERS) -> Setting:
    """Read a request for a writer of such ``manners`` by style.

    Raises:
        StudioError: it asks for a style or track that there is none of.
    """
    document = request.context
    heard = [t for t in document.tracks if len(t.notes.starting_between(0, request.start))]
    missing = set(request.tracks) - {t.id for t in document.tracks}
    if missing:
        raise StudioError("A track that was to be written for is not in the song.", "Choose tracks of this song.")
    wanted = [t for t in document.tracks if t.id in request.tracks] if request.tracks else heard
    tracks = heard + [t for t in wanted if t not in heard]
    lstm_writer_limits.check(request)
    draw = np.random.Generator(np.random.Philox(key=[request.seed & (2**64 - 1), 2**32]))
    drawn = "" if request.style or tracks else str(draw.choice(sorted(STYLES)))
    mixture = mixture_of(request, drawn)
    sources = [_source(t, request.start) for t in tracks]
    signatures = [(s.tick, s.numerator, s.denominator) for s in document.meter.signatures]
    known = request.key or document.key_at(request.start)
    piece = encode(sources, signatures, TICKS_PER_QUARTER, number_of(known) if known else None)
    classes = note_columns.track_classes(sources)
    parts = _players([(c, t) for c, t in zip(classes, tracks, strict=True) if t in wanted]) or mixture.ensemble(draw)
    key = piece.key if known or piece.key >= 0 else _drawn_key(request, mixture, draw)
    if not any(number != DRUMS for number in parts) and not len(piece):
        key = -1
    start, end = (_steps(request.start), _steps(request.end))
    level = _levels(piece) if len(piece) else {}
    allowed = _allowed(parts, request, move_for(key))
    harmony = harmony_of(request, move_for(key))
    fence = Fence(request, allowed, harmony, piece.bars, start, move_for(key))
    end = max(end, start + 1)
    return Setting(
        piece,
        parts,
        piece.bars,
        start,
        end,
        key,
        mixture,
        mixture.manner(manners),
        1.0 if len(piece) > 8 and piece.flat else mixture.mean(lambda style: style.phrased),
        tuple(piece.flat if len(piece) else style.phrased for style in mixture.styles),
        allowed,
        level,
        harmony,
        fence,
        NoteBand.of(request.limits.least, request.limits.most, fence.grid, piece.bars, start, end, len(parts)),
    )


def _drawn_key(request: GenerateRequest, mixture: Mixture, draw: np.random.Generator) -> int:
    """A key for a new piece, minor as often as the style's songs; what is wished dark is minor first."""
    tonic, chance = int(draw.integers(12)), draw.random()
    bright = request.wishes.brightness
    return tonic + (12 if (chance if bright is None else bright) < mixture.mean(lambda style: style.minor) else 0)


def _steps(tick: int) -> int:
    return -(-tick // TICKS_A_STEP)


def _source(track: Track, before: int) -> note_columns.Part:
    n = track.notes.starting_between(0, before).select(slice(-_MOST, None))
    length = np.minimum(n.duration, before - n.start)
    velocity = n.velocity.astype(np.int64)
    return note_columns.Part(track.name, track.program, track.drums, n.start, length, n.pitch.astype(np.int64), velocity)


def _players(wanted: list[tuple[int, Track]]) -> dict[int, Part]:
    """Parts for tracks of a song by class; where two share one, the first plays."""
    parts: dict[int, Part] = {}
    for number, track in wanted:
        parts.setdefault(number, Part(track.name, track.program, track.drums, track.id))
    return parts


def _levels(piece: Piece) -> dict[int, int]:
    return {int(c): note_columns.class_velocity(int(np.median(piece.velocity[piece.track == c]))) for c in np.unique(piece.track)}


def _allowed(parts: dict[int, Part], request: GenerateRequest, moved: int) -> npt.NDArray[np.bool_]:
    allowed = np.zeros((N_TRACK, 128), bool)
    key, limits = request.key, request.limits
    for number, part in parts.items():
        low, high = pitch_range(number, part.program)
        if number != DRUMS:
            low, high = max(low, limits.low), min(high, limits.high)
        for pitch in range(low, high + 1):
            counted = pitch if number == DRUMS else pitch + moved
            if 0 <= counted < 128 and (number == DRUMS or key is None or key.contains(pitch)):
                allowed[number, counted] = True
        if not allowed[number].any():
            raise StudioError(f"The {part.name} has no note in that range.", "Widen the range, or choose another key.")
    return allowed
