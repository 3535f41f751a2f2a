"""What a request asks of the music to come, as the classes the network is told bar by bar: wishes, plans of songs, chords."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest, Wishes
from studio.engines.lstm_writer_helm import Goal
from studio.engines.note_columns import N_TRACK, STEPS, Bars
from studio.engines.note_controls import CONTROLS, NAMES, NO_CHORD, OPEN, QUALITIES, halves, lines_of
from studio.errors import StudioError
from studio.music.document import ChordSpan
from studio.music.time import TICKS_PER_QUARTER

Classes = npt.NDArray[np.uint8]
PLANNED = ("density", "polyphony", "register", "repetition")
"""What a new piece follows a song's course in, where nothing else is asked. Mood is left to the key and to these."""
_REGISTER, _DENSITY = NAMES.index("register"), NAMES.index("density")
_STEERED = tuple(NAMES.index(n) for n in ("density", "polyphony", "repetition"))
_NEAREST = 6
_OTHER_METRE = 0.5
"""How far songs in another metre lie: as far as those with other players by half."""
_GOLDEN = 0x9E3779B97F4A7C15  # of 2**64
_STRETCH = {"density": 2.0, "register": 1.5}
"""Classes that the ends of a wish lie beyond the songs': half an octave of notes a beat, three semitones."""
_TICKS = TICKS_PER_QUARTER // STEPS


@dataclass(frozen=True)
class Harmony:
    """Chords along the song: each from ``starts`` (steps) on, as a class of the network's key and as sounding pitch classes."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()
    tones: tuple[frozenset[int], ...] = ()

    def at(self, step: int) -> int:
        """The number of the chord at ``step``, -1 where there is none."""
        k = bisect_right(self.starts, step) - 1
        return k if k >= 0 and step < self.ends[k] else -1

    def told(self, step: int) -> int:
        """The class to tell at ``step``: open where there is no chord."""
        k = self.at(step)
        return self.classes[k] if k >= 0 else NO_CHORD + 1


def harmony_of(request: GenerateRequest, moved: int) -> Harmony:
    """The request's chords, or the context's in the region, for a network that counts ``moved`` semitones higher."""
    spans: tuple[ChordSpan, ...] = request.chords or request.context.chords
    spans = tuple(sorted((s for s in spans if s.end > request.start and s.start < request.end), key=lambda s: s.start))
    starts = [-(-s.start // _TICKS) for s in spans]
    ends = [min(-(-s.end // _TICKS), following) for s, following in zip(spans, [*starts, 1 << 40][1:], strict=True)]
    classes = [(s.chord.root + moved) % 12 * len(QUALITIES) + QUALITIES.index(s.chord.quality) for s in spans]
    return Harmony(tuple(starts), tuple(ends), tuple(classes), tuple(s.chord.pitch_classes for s in spans))


@dataclass(frozen=True)
class Course:
    """Classes to tell, a row a bar of the region [bars, 6]; past the last they go back to the first, and so on.

    So a long piece ends as it began, and nothing jumps where a course is over. ``lean`` is what the goal of a planned control
    lies above its class.
    """

    rows: Classes
    lines: tuple[int, ...]
    halves: tuple[int, ...]
    harmony: Harmony
    wish: dict[int, float] = field(default_factory=dict)
    brightness: float | None = None
    lean: dict[int, float] = field(default_factory=dict)

    def at(self, step: int) -> Classes:
        """The classes of the bar at ``step``."""
        bar = max(0, bisect_right(self.lines, step) - 1)
        count = len(self.rows)
        back = bar % (2 * count)
        return self.rows[min(back, 2 * count - 1 - back)]

    def goal(self, step: int) -> Goal:
        """What the bars from the one at ``step`` on should be like: as wished, else as the song is that is followed."""
        row = self.at(step)
        density, polyphony, repetition = (self._value(k, row) for k in _STEERED)
        return Goal(
            None if density is None else 2 ** ((density - 8) / 4),
            None if polyphony is None else 2 ** (polyphony / 4),
            36 + 2 * self.wish[_REGISTER] if _REGISTER in self.wish else None,
            None if repetition is None else repetition / 15,
            self.brightness,
            _DENSITY in self.wish,
        )

    def _value(self, k: int, row: Classes) -> float | None:
        """A control's place: exact where it is wished, a class where it is planned."""
        return self.wish.get(k, None if row[k] == OPEN[k] else float(row[k]) + self.lean.get(k, 0.0))

    def chords(self, step: int) -> tuple[int, int]:
        """The chord class at ``step`` and in the half bar after it."""
        if not self.harmony.starts:
            return NO_CHORD + 1, NO_CHORD + 1
        following = self.halves[min(bisect_right(self.halves, step), len(self.halves) - 1)]
        return self.harmony.told(step), self.harmony.told(following)

    def moved(self, classes: dict[str, float]) -> "Course":
        """With planned controls so many ``classes`` higher: whole ones told too, the rest only steered for."""
        rows, lean = self.rows.astype(np.int64), {}
        for name, more in classes.items():
            k = NAMES.index(name)
            if k not in self.wish:
                told = np.clip(rows[:, k] + round(more), 0, CONTROLS[k][1] - 1)
                rows[:, k] = np.where(rows[:, k] == OPEN[k], OPEN[k], told)
                lean[k] = more - round(more)
        return replace(self, rows=rows.astype(np.uint8), lean=lean)


def mixed(courses: Sequence[Course], weights: Sequence[float]) -> Course:
    """The course between ``courses`` of one request, by weight; what one of them leaves open is the other's."""
    first = courses[0]
    if len(courses) == 1:
        return first
    count = max(len(c.rows) for c in courses)
    rows = np.array([c.rows[np.arange(count) % len(c.rows)] for c in courses])
    known = np.reshape(weights, (-1, 1, 1)) * (rows != OPEN[: len(CONTROLS)])
    total = known.sum(axis=0)
    means = np.rint((known * rows).sum(axis=0) / np.where(total, total, 1))
    means = np.where(total, means, OPEN[: len(CONTROLS)])
    wish = {}
    for k in sorted({k for c in courses for k in c.wish}):
        places = [(w, c.wish[k]) for w, c in zip(weights, courses, strict=True) if k in c.wish]
        wish[k] = sum(w * v for w, v in places) / sum(w for w, _ in places)
        means[:, k] = round(wish[k])
    return replace(first, rows=means.astype(np.uint8), wish=wish)


@dataclass(frozen=True)
class Plans:
    """Courses of songs that a model keeps.

    ``rows`` [styles, plans, bars, 6], ``tracks`` [styles, plans, N_TRACK], ``metres`` [styles, plans] (metre classes).
    """

    rows: Classes
    tracks: Classes
    metres: Classes

    @classmethod
    def none(cls) -> "Plans":
        """Of no style."""
        return cls(np.zeros((0, 1, 1, len(CONTROLS)), np.uint8), np.zeros((0, 1, N_TRACK), np.uint8), np.zeros((0, 1), np.uint8))

    def of(self, style: int) -> Classes:
        """The courses of a style; of all where there is no such."""
        return self.rows[style] if style < len(self.rows) else self.rows.reshape(-1, *self.rows.shape[2:])


def check(wishes: Wishes) -> None:
    """Raises StudioError for a wish that is no share."""
    for name, value in vars(wishes).items():
        if value is not None and not 0 <= value <= 1:
            raise StudioError(f"The {name} must lie between 0 and 1.", "0.5 is usual for the style; leave it out for any.")


def wished(wishes: Wishes, plans: Plans, style: int, moved: int = 0) -> dict[int, float]:
    """Place of each control that is wished for, on the scale of its classes: the wish's place among the songs of the style.

    Styles whose songs are much alike are stretched, so that the ends of a wish can be told apart. The register is wished as
    it sounds; the network counts ``moved`` semitones higher, two to a class.
    """
    rows = plans.of(style).astype(float)
    made = {}
    for name, value in vars(wishes).items():
        k = NAMES.index(name)
        songs = np.where(rows[:, :, k] == OPEN[k], np.nan, rows[:, :, k])
        if value is not None and not np.isnan(songs).all():
            means = np.nanmean(songs[~np.isnan(songs).all(axis=1)], axis=1)
            place = float(np.quantile(means, value)) + (2 * value - 1) * _STRETCH.get(name, 0.0)
            made[k] = float(np.clip(place + (moved / 2 if name == "register" else 0), 0, CONTROLS[k][1] - 1))
    return made


def course_of(
    request: GenerateRequest,
    plans: Plans,
    style: int,
    bars: Bars,
    parts: tuple[int, ...],
    harmony: Harmony,
    take: int,
    new: bool,
    moved: int = 0,
) -> Course:
    """What take number ``take`` is told: wishes in every bar; a ``new`` piece follows one of the songs nearest to them.

    Nearest are songs with the same players, in the same metre, and with what is wished for; seed and take choose among them.
    """
    start, end = -(-request.start // _TICKS), -(-request.end // _TICKS)
    lines = lines_of(bars, start, max(end, start + 1))
    wish = wished(request.wishes, plans, style, moved)
    if new and style < len(plans.rows):
        rows = _plan(request, plans, style, parts, bars.at(start)[2], wish, take).copy()
        keep = [k for k, name in enumerate(NAMES) if name in PLANNED]
        rows[:, [k for k in range(len(CONTROLS)) if k not in keep]] = OPEN[[k for k in range(len(CONTROLS)) if k not in keep]]
    else:
        rows = OPEN[None, : len(CONTROLS)].copy()
    for k, place in wish.items():
        rows[:, k] = round(place)
    return Course(
        rows,
        tuple(lines.tolist()),
        tuple(halves(lines).tolist()),
        harmony,
        wish,
        request.wishes.brightness,
    )


def _plan(
    request: GenerateRequest, plans: Plans, style: int, parts: tuple[int, ...], metre: int, wish: dict[int, float], take: int
) -> Classes:
    """The course of one of the nearest songs.

    Neighbouring seeds and takes are spread over them from thin to dense (an additive recurrence of the golden ratio), so that
    takes of one request differ, and some of them are like the style on the whole, not by luck alone.
    """
    rows, tracks = plans.rows[style], plans.tracks[style]
    players = np.isin(np.arange(N_TRACK), parts)
    shared, either = (tracks & players).sum(axis=1), (tracks.astype(bool) | players).sum(axis=1)
    far = 1 - shared / np.maximum(either, 1) + _OTHER_METRE * (plans.metres[style] != metre)
    for k, chosen in wish.items():
        own = np.where(rows[:, :, k] == OPEN[k], chosen, rows[:, :, k]).mean(axis=1)
        far = far + 4 * np.abs(own - chosen) / CONTROLS[k][1]
    nearest = np.argsort(far, kind="stable")
    nearest = nearest[far[nearest] <= far[nearest[min(_NEAREST, len(nearest)) - 1]]]
    density = np.where(rows[nearest, :, _DENSITY] == OPEN[_DENSITY], 0, rows[nearest, :, _DENSITY]).mean(axis=1)
    place = (request.seed + take + 1) * _GOLDEN % 2**64 * len(nearest) >> 64  # in whole numbers: as a share it could round to 1
    return rows[int(nearest[np.argsort(density, kind="stable")][place])]
