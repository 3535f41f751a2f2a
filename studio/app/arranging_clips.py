"""What the clip VAEs do with bars of one line or of drums: vary, sample, blend, walk, slide, groove, drums for a rhythm.

Two bars are made at once. Sixteen are where a line is varied, made anew or blended over sixteen bars (or 32, 48 ...) of one
metre, with notes in every two of them: a phrase then has one code. The map and the sliders stay those of two bars.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from studio.app.changes import CLIP_VERBS, Change
from studio.app.shelf import Shelf
from studio.engines.api import Chunk, Context, GenerateRequest, Part
from studio.engines.arranger_setting import NEW_PARTS
from studio.engines.cards import Card
from studio.engines.clip_decode import last_pitch
from studio.engines.clip_fence import ClipFence
from studio.engines.clip_grid import PITCHES, SEGMENTS
from studio.engines.clip_notes import (
    Span,
    keys_of,
    moved_by,
    read_drums,
    read_line,
    read_rhythm,
    spans_of,
    write_drums,
    write_line,
)
from studio.engines.clip_vae import DRUMS, LINES, PHRASES, ClipVae
from studio.errors import StudioError
from studio.music.chords import chord_spans
from studio.music.document import Document, Track
from studio.music.notes import Notes

_MOST_CHORDAL = 1.15
_PHRASE_VERBS = ("vary", "sample", "blend")
_SPAN_SEEDS = 7919
"""Apart from each other lie the seeds of one clip after the other."""


def is_line(notes: Notes) -> bool:
    """Whether notes are one voice: hardly any start together."""
    return len(notes) <= _MOST_CHORDAL * len(np.unique(notes.start))


def is_for_clips(change: Change, document: Document) -> bool:
    """Whether a clip VAE makes the change: for drums and single lines; chords are varied by the arranger."""
    if change.verb != "vary":
        return change.verb in CLIP_VERBS
    track = document.track(change.tracks[0])
    return len(change.tracks) == 1 and (track.drums or is_line(track.notes.starting_between(change.start, change.end)))


def kind_of(change: Change, document: Document) -> str:
    """Which clips a change is made of: ``drums``, ``lines`` of two bars or ``phrases`` of sixteen."""
    track = document.track(change.tracks[0])
    if change.verb == "drums" or track.drums:
        return DRUMS
    if change.verb not in _PHRASE_VERBS:
        return LINES
    spans = spans_of(document.meter, change.start, change.end)
    whole = len(spans) % SEGMENTS == 0 and len({(s.metre, s.cells) for s in spans}) == 1
    filled = change.verb == "sample" or all(len(track.notes.starting_between(s.start, s.end)) for s in spans)
    return PHRASES if whole and filled else LINES


def clip_chunks(change: Change, document: Document, shelf: Shelf, ctx: Context) -> tuple[Card, Iterator[Chunk]]:
    """The model that makes a checked change, and the notes it writes.

    Raises:
        StudioError: it does not fit what the tracks hold.
    """
    check_clips(change, document)
    model = shelf.clips(kind_of(change, document))
    if change.verb == "drums":
        return model.card, _drums(change, document, model, ctx)
    return model.card, _Clips(change, document, document.track(change.tracks[0]), model).chunks(ctx)


def check_clips(change: Change, document: Document) -> None:
    """Raises StudioError where a checked change does not fit what the tracks hold, or its limits cannot be kept."""
    track = document.track(change.tracks[0])
    if change.verb == "drums":
        if not any(len(document.track(k).notes.starting_between(change.start, change.end)) for k in change.tracks):
            raise StudioError("There is no rhythm in these bars.", "Tap one, or choose bars with notes.")
        fence_of(change, document, Track(0, "Drums", drums=True))
        return
    if len(change.tracks) > 1:
        raise StudioError("Clips of one track are asked for at a time.", "Choose one track.")
    if change.verb == "groove" and not track.drums:
        raise StudioError(f"'{track.name}' is no drum part.", "Choose a drum part to give a groove.")
    if change.verb == "blend" and change.other and document.track(change.other[0]).drums != track.drums:
        raise StudioError("Drums cannot be blended with a pitched part.", "Choose two of a kind.")
    inside = track.notes.starting_between(change.start, change.end)
    if change.verb != "sample" and not len(inside):
        raise StudioError("There are no notes in these bars.", "Choose bars with notes.")
    if not track.drums and not is_line(inside):
        raise StudioError(f"'{track.name}' has chords there; clips are made of single lines.", "Fill the bars in instead.")
    fence_of(change, document, track)


def fence_of(change: Change, document: Document, track: Track) -> ClipFence:
    """What the clips of ``track`` must keep where they are proposed. Errors as :class:`ClipFence`."""
    start, end = change.region
    meter = document.meter
    chords = chord_spans(change.chords, meter, start, end)
    request = GenerateRequest(document, start, end - start, key=change.key, limits=change.limits, chords=chords)
    moved = 0 if track.drums else moved_by(document, change.start, change.key)
    spans = spans_of(meter, change.start, change.end)
    size = change.end - change.start
    if start > change.start:  # a blend that is laid out
        spans = [replace(span, start=span.start + later) for later in range(size, end - change.start, size) for span in spans]
    return ClipFence(request, track, moved, spans, drums=track.drums)


def _drums(change: Change, document: Document, model: ClipVae, ctx: Context) -> Iterator[Chunk]:
    notes = Notes.concat(t.notes for t in document.tracks if t.id in change.tracks)
    source = with_notes(document.track(change.tracks[0]), notes)
    part = NEW_PARTS["Drums"]
    spans = spans_of(document.meter, change.start, change.end)
    keys, fence = keys_of(Track(0)), fence_of(change, document, Track(0, "Drums", drums=True))
    for number, span in enumerate(spans):
        ctx.progress(number / len(spans))
        seed, limits = change.seed + number * _SPAN_SEEDS, fence.drums(span)
        made = model.tapped(read_rhythm(source, span), span.metre, change.takes, seed, limits)
        for take, clip in enumerate(made):
            yield _chunk(take, part, write_drums(clip, span, keys), span.end)


def with_notes(track: Track, notes: Notes) -> Track:
    """``track`` with these notes alone."""
    from studio.music.document import Clip, Take

    return replace(track, clips=(Clip(0, 0, max(1, notes.last_end), (Take(notes),)),))


def _chunk(take: int, part: Part, notes: Notes, to: int) -> Chunk:
    return Chunk(take, ((part, notes),) if len(notes) else (), to)


class _Clips:
    """A change of the clips of one track."""

    def __init__(self, change: Change, document: Document, track: Track, model: ClipVae) -> None:
        self._change, self._track, self._model = change, track, model
        self._part = Part(track.name, track.program, track.drums, track.id)
        self._spans = spans_of(document.meter, change.start, change.end)
        self._units = self._together(self._spans)
        self._moved = 0 if track.drums else moved_by(document, change.start, change.key)
        self._fence = fence_of(change, document, track)
        self._keys = keys_of(track)
        self._others = self._second(document) if change.other else []

    def _together(self, spans: list[Span]) -> list[list[Span]]:
        """Spans by what the model makes at once."""
        size = SEGMENTS if self._model.kind == PHRASES else 1
        return [spans[k : k + size] for k in range(0, len(spans), size)]

    def _limits(self, unit: list[Span], later: int = 0) -> Any:
        """What the clips of a unit must keep where they are laid, ``later`` ticks behind it."""
        spans = [replace(span, start=span.start + later) for span in unit]
        each = [self._fence.drums(span) if self._track.drums else self._fence.line(span) for span in spans]
        return each if self._model.kind == PHRASES else each[0]

    def _second(self, document: Document) -> list[Any]:
        """The clips that are blended with."""
        change = self._change
        assert change.other is not None
        other, start = document.track(change.other[0]), document.meter.bar_start(document.meter.bar_of(change.other[1]))
        spans = spans_of(document.meter, start, start + change.end - change.start)
        if [(s.metre, s.cells) for s in spans] != [(s.metre, s.cells) for s in self._spans]:
            raise StudioError("The two clips have different metres.", "Choose bars of the same metre.")
        if not other.drums and not is_line(other.notes.starting_between(start, spans[-1].end)):
            raise StudioError(f"'{other.name}' has chords there; clips are made of single lines.", "Choose a single line.")
        if not len(other.notes.starting_between(start, spans[-1].end)):
            raise StudioError("There are no notes in the second clip's bars.", "Choose bars with notes.")
        moved = 0 if other.drums else moved_by(document, start, change.key)
        return [self._read(unit, other, moved) for unit in self._together(spans)]

    def _read(self, unit: list[Span], track: Track, moved: int) -> Any:
        clips: list[Any] = [read_drums(track, s) if track.drums else read_line(track, s, moved) for s in unit]
        return np.stack(clips) if self._model.kind == PHRASES else clips[0]

    def _write(self, clip: Any, unit: list[Span], later: int = 0) -> Notes:
        clips = clip if self._model.kind == PHRASES else [clip]
        made = Notes.concat(
            write_drums(c, s, self._keys) if self._track.drums else write_line(c, s, self._moved, self._track)
            for c, s in zip(clips, unit, strict=True)
        ).shifted(later)
        return self._fence.clear(made) if self._track.drums else made

    def chunks(self, ctx: Context) -> Iterator[Chunk]:
        """The notes, clip by clip."""
        change, near = self._change, [PITCHES] * self._change.takes
        stepped = self._stepped() if self._led else []
        walked = self._walked() if change.verb == "walk" and not change.limits.leap else {}
        for number, unit in enumerate(self._units):
            ctx.progress(number / len(self._units))
            clips = stepped[number] if stepped else walked[unit[0]] if walked else self._made(number, unit, near)
            near = [self._ended(clip, unit, before) for clip, before in zip(clips, near, strict=True)]
            for k, clip in enumerate(clips):
                if change.verb == "blend" and change.laid_out:
                    notes = self._write(clip, unit, (k + 1) * (change.end - change.start))
                    yield _chunk(0, self._part, notes, change.end)
                else:
                    yield _chunk(k, self._part, self._write(clip, unit), unit[-1].end)

    def _ended(self, clip: Any, unit: list[Span], before: int) -> int:
        """The pitch with which a clip ends, ``before`` where it has none."""
        return before if self._track.drums else last_pitch(clip[..., : unit[0].cells], before)

    @property
    def _led(self) -> bool:
        """Whether the steps of a blend must be written in the order in which they are heard, each under limits of its own."""
        change = self._change
        return change.verb == "blend" and (bool(change.limits.leap) or (change.laid_out and self._fence.any))

    def _stepped(self) -> list[list[Any]]:
        """Such a blend straight from code to code: for each unit a clip a step."""
        change, model, steps = self._change, self._model, self._change.takes
        codes = [
            model.between(self._read(unit, self._track, self._moved), other, steps + 2, unit[0].metre)[1:-1]
            for unit, other in zip(self._units, self._others, strict=True)
        ]
        made: list[list[Any]] = [[] for _ in self._units]
        near = [PITCHES]
        for k in range(steps) if change.laid_out else [slice(steps)]:
            later = (k + 1) * (change.end - change.start) if isinstance(k, int) else 0
            near = near if change.laid_out else [PITCHES] * steps
            for unit, code, clips in zip(self._units, codes, made, strict=True):
                rows = code[k : k + 1] if isinstance(k, int) else code
                clips += model.decode(rows, unit[0].metre, self._limits(unit, later), near=near)
                near = [self._ended(clip, unit, before) for clip, before in zip(clips[-len(rows) :], near, strict=True)]
        return made

    def _walked(self) -> dict[Span, list[Any]]:
        """A clip a take for each span: all of a metre at once, since eight take hardly longer than one and somebody waits."""
        made: dict[Span, list[Any]] = {}
        for metre in sorted({span.metre for span in self._spans}):
            spans = [span for span in self._spans if span.metre == metre]
            codes = [self._on_the_map(span) for span in spans]
            limits = [self._limits([span]) for span in spans for _ in range(self._change.takes)]
            clips = self._model.decode(np.concatenate(codes), metre, limits)
            takes = self._change.takes
            made |= {span: clips[k * takes : (k + 1) * takes] for k, span in enumerate(spans)}
        return made

    def _on_the_map(self, span: Span) -> Any:
        """The codes of a walk, one a take, [takes, latent]."""
        change, model = self._change, self._model
        places = (*change.places, *[(0.0, 0.0)] * change.takes)[: change.takes]
        code = model.encode([self._read([span], self._track, self._moved)], span.metre)[0]
        return np.stack([model.moved(c, dict(change.sliders)) for c in model.walked(code, places)])

    def _made(self, number: int, unit: list[Span], near: list[int]) -> list[Any]:
        """A clip a take for the spans that the model makes at once, after the pitches ``near``."""
        change, model, metre, limits = self._change, self._model, unit[0].metre, self._limits(unit)
        seed = change.seed + number * _SPAN_SEEDS
        if change.verb == "sample":
            codes = model.sampled(change.takes, seed)
            return model.decode(codes, metre, limits, change.temperature, seed, near)
        clip = self._read(unit, self._track, self._moved)
        if change.verb == "groove":
            return [model.groove(clip, metre, limits)] * change.takes
        if change.verb == "blend":
            return model.blend(clip, self._others[number], change.takes + 2, metre, limits)[1:-1]
        if change.verb == "walk":
            return model.decode(self._on_the_map(unit[0]), metre, limits, near=near)
        code = model.encode([clip], metre)[0]
        if change.verb == "vary":
            return model.decode(model.varied(code, change.takes, change.amount, seed), metre, limits, near=near)
        slid = np.repeat(model.moved(code, dict(change.sliders))[None], change.takes, axis=0)
        return model.decode(slid, metre, limits, near=near)
