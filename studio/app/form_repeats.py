"""What comes again in a form: a copy of the first time, varied as the form asks, its last bars leading on.

The tune (the highest line) is varied by the clip VAE, two or sixteen bars at a time: of several variants the one is taken that
fits the harmony of the bars it comes from. Drums are varied by theirs. What accompanies is rewritten here and there by the
arranger, which hears all parts, and the section that follows where that is known; the notes at the beginnings of bars stay,
and so do the chords. The first two bars of a repeat stay as they were: by them it is known again.

A repeat that is wished to have more energy than its first time is louder, and its parts beside the tune are written busier (or
less so). What would come out as it was is varied further, until it is heard as something else.

All limits hold: copies keep them, and the engines have them as masks. What the clip VAEs cannot guarantee (chord notes, notes a
bar, grids beside their sixteenths) is left to the arranger, then for all parts at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from studio.app.arranging_clips import is_line
from studio.app.changes import Change
from studio.app.changing import chunks_of
from studio.app.form_plan import Place, limits_in, turns
from studio.app.form_sameness import Draft, heard, touched
from studio.app.form_steering import LEVEL, Rise
from studio.app.shelf import Shelf
from studio.engines.api import Context, GenerateRequest, Part
from studio.engines.clip_grid import SEGMENTS
from studio.engines.clip_notes import TICKS_A_CELL, Span, spans_of
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.form import EXACT
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER, Meter

VARIANTS = 8
"""Variants of a tune among which the best fitting one is taken."""
_BESIDE_GRID = 0.1
"""The share of a line's onsets beside the sixteenths that a clip may straighten."""
_HELD = 2 * TICKS_PER_QUARTER


@dataclass(frozen=True)
class Manner:
    """How far a repeat goes.

    ``tune`` and ``drums`` are amounts (:class:`studio.app.changes.Change`), ``stay`` is the share of an accompaniment's notes that
    stay. Every ``every``-th pair of the tune's bars is varied, the last one always; of the other parts all but the first two bars,
    or (not ``whole``) the last two alone. ``all_free``: beginnings of bars and long notes may change too.
    """

    tune: float
    drums: float
    stay: float
    every: int
    whole: bool
    all_free: bool = False


MANNERS = {"light": Manner(0.35, 0.35, 0.6, 2, False), "strong": Manner(0.6, 0.5, 0.4, 1, True)}
_FURTHER = (Manner(0.6, 0.5, 0.3, 1, True), Manner(0.9, 0.8, 0.3, 1, True, True))
"""What is tried in turn where nothing came out changed."""
_AS_BUSY = 1.1
"""How many times as many notes are not worth writing anew."""
_LEAST_DENSITY = 0.05
_BUSY_TAKES = 4
"""Takes of a part among which the one is chosen that is nearest to being as busy as it shall be."""


def copied(notes: Notes, place: Place, meter: Meter) -> Notes:
    """The notes of the first appearance once more in ``place``: bar for bar, over and over, or as many bars as there is room for."""
    source = place.source or place
    once = notes.starting_between(source.start, source.end)
    turned = ((once.shifted(start - source.start), start, end) for start, end in turns(place, meter))
    return Notes.concat(cut(n.starting_between(start, end), end) for n, start, end in turned)


def cut(notes: Notes, end: int) -> Notes:
    """``notes`` of which none sounds beyond ``end``."""
    return notes.replace(duration=np.minimum(notes.duration, end - notes.start)) if len(notes) else notes


class Repeat:
    """One section that comes again, for one take. ``before`` are all notes so far; ``following`` is the section after it.

    ``rise`` tells how it differs from its first time in what is wished.
    """

    def __init__(
        self,
        asked: GenerateRequest,
        place: Place,
        before: Mapping[Part, Notes],
        following: Place | None,
        seed: int,
        rise: Rise = LEVEL,
    ) -> None:
        self._asked, self._place, self._before, self._seed, self._rise = asked, place, before, seed, rise
        meter = asked.context.meter
        known = following is not None and following.source is not None
        self._after = {p: copied(n, following, meter) for p, n in before.items()} if following and known else {}
        self.draft: Draft = {part: copied(notes, place, meter) for part, notes in before.items()}
        self._end_bars = meter.bar_start(max(meter.bar_of(place.start), meter.bar_of(place.end - 1) - 1))

    def vary(self, shelf: Shelf, ctx: Context) -> None:
        """Vary :attr:`draft` as the form asks: something is heard to have changed, unless it is an exact repeat."""
        if not any(len(n) for n in self.draft.values()):
            return
        way = self._place.section.vary
        if way != EXACT:
            first = heard(self.draft)
            for manner in (MANNERS[way], *_FURTHER):
                self._vary(manner, shelf, ctx)
                if heard(self.draft) != first:
                    break
                self._seed += 1
            else:
                self.draft = touched(self.draft, self._own_request())
        if self._rise.louder:
            self.draft = {part: louder(notes, self._rise.louder) for part, notes in self.draft.items()}

    def _own_request(self) -> GenerateRequest:
        asked, place = self._asked, self._place
        limits = limits_in(asked.limits, asked.context.chords, place.start, place.end)
        return replace(asked, start=place.start, length=place.end - place.start, limits=limits)

    @property
    def _is_as_busy(self) -> bool:
        return 1 / _AS_BUSY < self._rise.busier < _AS_BUSY

    def _vary(self, manner: Manner, shelf: Shelf, ctx: Context) -> None:
        pitched = [p for p in self.draft if not p.drums and len(self.draft[p])]
        drums = [p for p in self.draft if p.drums]
        if self._for_arranger_only():
            self._accompany([*pitched, *drums], manner, shelf, ctx)
            return
        tune = self._tune(pitched) if self._spans(True) else None
        by_clips = drums if self._is_as_busy and not self._asked.limits.grid else []
        for part in by_clips:
            self._drums(part, manner, shelf, ctx)
        if tune:
            self._vary_tune(tune, manner, shelf, ctx)
        rest = [p for p in pitched if p != tune]
        self._accompany(rest if self._is_as_busy else [*rest, *drums], manner, shelf, ctx)

    def _for_arranger_only(self) -> bool:
        """Whether something is to be kept that the clip VAEs cannot guarantee."""
        limits = self._asked.limits
        return bool(limits.least or limits.most or limits.chord_notes or (limits.grid and TICKS_A_CELL % limits.grid))

    def _tune(self, pitched: list[Part]) -> Part | None:
        """The part with the tune: the highest of the lines on the clips' grid; None where there is none."""
        found = [(float(self.draft[p].pitch.mean()), k, p) for k, p in enumerate(pitched) if self._is_clip(self.draft[p])]
        return max(found, key=lambda f: f[:2])[2] if found else None

    def _is_clip(self, notes: Notes) -> bool:
        beside = (notes.start - self._place.start) % TICKS_A_CELL != 0
        return is_line(notes) and float(beside.mean()) <= _BESIDE_GRID

    # -- the engines

    def _song(self, stay: Mapping[Part, npt.NDArray[np.bool_]] | None = None) -> Document:
        """All that is known as a song; notes of ``stay`` are locked."""
        tracks = []
        for part, before in self._before.items():
            own = self.draft[part]
            if stay and part in stay:
                own = own.replace(locked=stay[part])
            notes = Notes.concat([before, own, self._after.get(part, Notes.empty())])
            clips = (Clip(0, 0, max(1, notes.last_end), (Take(notes),)),) if len(notes) else ()
            tracks.append(Track(part.track_id or 0, part.name, program=part.program, drums=part.drums, clips=clips))
        return replace(self._asked.context, tracks=tuple(tracks))

    def _made(self, change: Change, song: Document, shelf: Shelf, ctx: Context) -> dict[tuple[int, Part], Notes]:
        """What the engines make of a change: notes by take and part."""
        made: dict[tuple[int, Part], list[Notes]] = {}
        for chunk in chunks_of(change, song, shelf, ctx)[1]:
            for part, notes in chunk.notes:
                made.setdefault((chunk.take, part), []).append(notes)
        return {k: Notes.concat(v) for k, v in made.items()}

    def _change(self, verb: str, start: int, end: int, parts: list[Part], amount: float, takes: int = 1) -> Change:
        asked = self._asked
        limits = limits_in(asked.limits, asked.context.chords, start, end)
        return Change(
            verb, start, end, tuple(p.track_id or 0 for p in parts), amount=amount, style=asked.style, key=asked.key,
            temperature=asked.temperature, top_p=asked.top_p, limits=limits, seed=self._seed, takes=takes,
        )  # fmt: skip

    def _drums(self, part: Part, manner: Manner, shelf: Shelf, ctx: Context) -> None:
        for span in self._spans(manner.whole):
            if len(self.draft[part].starting_between(span.start, span.end)):
                change = self._change("vary", span.start, span.end, [part], manner.drums)
                for notes in self._made(change, self._song(), shelf, ctx).values():
                    self._put(part, span.start, span.end, notes)

    def _spans(self, whole: bool) -> list[Span]:
        """The pairs of bars that may be varied: all but the first, or the last."""
        try:
            spans = spans_of(self._asked.context.meter, self._place.start, self._place.end)
        except StudioError:  # a metre that clips are not made of
            return []
        return spans[1:] if whole else spans[-1:] if len(spans) > 1 else []

    def _vary_tune(self, part: Part, manner: Manner, shelf: Shelf, ctx: Context) -> None:
        spans = self._spans(True)
        chosen = [s for k, s in enumerate(spans) if (len(spans) - 1 - k) % manner.every == 0]
        chosen = [s for s in chosen if len(self.draft[part].starting_between(s.start, s.end))]
        if not chosen:
            return
        phrase = len(spans) % SEGMENTS == SEGMENTS - 1  # with the first pair, a code for sixteen bars
        first, last = self._place.start if phrase else chosen[0].start, chosen[-1].end
        made = self._made(self._change("vary", first, last, [part], manner.tune, VARIANTS), self._song(), shelf, ctx)
        for span in chosen:
            old = self.draft[part].starting_between(span.start, span.end)
            harmony = self._harmony(span)
            variants = [n.starting_between(span.start, span.end) for n in made.values()]
            others = [n for n in variants if len(n) and apart(old, n)]
            if others:
                best = max(others, key=lambda new: fit(new, harmony, span.start) - abs(apart(old, new) - manner.tune))
                self._put(part, span.start, span.end, best)

    def _harmony(self, span: Span) -> npt.NDArray[np.bool_]:
        """The pitch classes that sound in each beat of a span, in any part: bool [beats, 12]."""
        everything = Notes.concat(n for p, n in self.draft.items() if not p.drums)
        beats = -(-(span.end - span.start) // TICKS_PER_QUARTER)
        found = np.zeros((beats, 12), bool)
        for start, end, pitch in zip(everything.start, everything.end, everything.pitch, strict=True):
            if end > span.start and start < span.end:
                first, last = max(start - span.start, 0), min(end, span.end) - span.start
                found[first // TICKS_PER_QUARTER : -(-last // TICKS_PER_QUARTER), pitch % 12] = True
        return found

    def _accompany(self, parts: list[Part], manner: Manner, shelf: Shelf, ctx: Context) -> None:
        """Let the arranger rewrite some of the parts' notes: of all at once, or of each as busy as it is to be."""
        meter = self._asked.context.meter
        second = meter.bar_start(meter.bar_of(self._place.start) + 2)
        start = min(second, self._end_bars) if manner.whole or not self._is_as_busy else self._end_bars
        draw = np.random.default_rng(np.random.Philox(key=[self._seed & (2**64 - 1), 1]))
        written = [p for p in parts if len(self.draft[p].starting_between(start, self._place.end))]
        for together in [written] if self._is_as_busy else [[p] for p in written]:
            if together:
                self._rewrite(together, start, manner, draw, shelf, ctx)

    def _rewrite(
        self, parts: list[Part], start: int, manner: Manner, draw: np.random.Generator, shelf: Shelf, ctx: Context
    ) -> None:
        stay = {p: self._staying(self.draft[p], start, manner, draw) for p in parts}
        change = self._change("fill", start, self._place.end, parts, 0.0)
        wanted = 0.0
        if not self._is_as_busy:
            own, beats = self.draft[parts[0]], (self._place.end - start) / TICKS_PER_QUARTER
            kept = int((stay[parts[0]] & (own.start >= start)).sum())
            wanted = len(own.starting_between(start, self._place.end)) * self._rise.busier - kept
            change = replace(change, density=max(_LEAST_DENSITY, wanted / beats), takes=_BUSY_TAKES)
        made = self._made(change, self._song(stay), shelf, ctx)
        written = [{p: made.get((take, p), Notes.empty()) for p in parts} for take in range(change.takes)]
        best = min(written, key=lambda new: abs(len(new[parts[0]]) - wanted))
        for part in parts:
            self.draft[part] = Notes.concat([self.draft[part].select(stay[part]), best[part]])

    def _staying(self, notes: Notes, start: int, manner: Manner, draw: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Which notes stay: all before ``start``, those where bars begin, long ones, and a share of the others by onsets."""
        onsets, which = np.unique(notes.start, return_inverse=True)
        kept = (draw.random(len(onsets)) < manner.stay * min(1.0, self._rise.busier))[which]
        on_line = notes.start == self._asked.context.meter.bar_starts(notes.start)
        firm = (on_line | (notes.duration >= _HELD)) & (not manner.all_free)
        return np.asarray((notes.start < start) | firm | kept)

    def _put(self, part: Part, start: int, end: int, new: Notes) -> None:
        """Lay ``new`` into the draft in place of what begins from ``start`` to ``end``."""
        half = TICKS_A_CELL // 2  # so much early a note still belongs to what the clips read
        own = self.draft[part]
        before, behind = own.starting_between(0, start - half), own.starting_between(end - half * part.drums, 1 << 40)
        self.draft[part] = Notes.concat([cut(before, start), new, behind])


def louder(notes: Notes, by: int) -> Notes:
    """``notes`` played with velocities so much higher, within MIDI's."""
    return notes.replace(velocity=np.clip(notes.velocity + by, 1, 127)) if len(notes) else notes


def fit(notes: Notes, harmony: npt.NDArray[np.bool_], start: int) -> float:
    """The share of a line's sound whose pitch class belongs to the harmony of its beat, counted from ``start``."""
    if not len(notes):
        return 0.0
    beat = np.minimum((notes.start - start) // TICKS_PER_QUARTER, len(harmony) - 1)
    held = np.minimum(notes.duration, 4 * TICKS_PER_QUARTER)
    return float((held * harmony[beat, notes.pitch % 12]).sum() / held.sum())


def apart(a: Notes, b: Notes) -> float:
    """How far two clips are apart: the share of their (onset, pitch) pairs that only one of them has; 0 for equal ones."""
    one, two = ({*zip(n.start.tolist(), n.pitch.tolist(), strict=True)} for n in (a, b))
    either = len(one | two)
    return len(one ^ two) / either if either else 0.0
