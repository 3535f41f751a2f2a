"""From a document to what sounds: notes in frames, with pedal, repeated keys, volume and program changes worked in.

Mute, solo, gain, pan and room are not: they belong to the mix (:func:`strips_of`), so they never make a note sound anew.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.app.shaping import shapes_of
from studio.app.tapes import Piece, pieces_of
from studio.audio.levels import gain as factor
from studio.audio.mixer import Scene
from studio.audio.strips import Events, Strip
from studio.audio.voice import TAPE, light_length
from studio.engines.api import DRUM_KIT, Renderer, SoundBatch
from studio.engines.expression import PLAIN, Expression
from studio.engines.own_names import KIT_PREFIX, PREFIX, own_number, playable
from studio.music.document import Document, Sound, Track
from studio.music.notes import EXPRESSION, PROGRAM_CHANGE, SUSTAIN, VOLUME, Controls
from studio.music.tempo import TempoMap

Ints = npt.NDArray[np.int64]
Shaped = Mapping[int, tuple[int, int, int, int, Expression] | Piece]
"""By the numbers of rows: program, pitch, velocity, held frames and expression of notes; or the piece of a sound file."""
NONE_SHAPED: Shaped = {}
SHAPED = 1 << 53  # in the number of a row: the note has an expression, or it is a piece of a sound file

NO_SOUNDS: Mapping[str, Sound] = {}
USUAL_VOLUME = 100  # controller 7 at this value leaves the track's gain as it is
MOST_HELD_SECONDS = 600
DRUM_HELD_SECONDS = 0.5
_PEDAL_DOWN = 64


@dataclass(frozen=True, eq=False)
class Sounding:
    """A track's notes in order of start: ``start`` frames [n], what sounds [n], ``gain`` factors [n], ``number`` of the row [n].

    A number stands for all that the row's samples depend on but the weights and the rate: equal notes have equal numbers.
    ``shaped``: the notes with an expression by their numbers.
    """

    start: Ints
    batch: SoundBatch
    gain: npt.NDArray[np.float32]
    number: Ints
    shaped: Shaped = field(default_factory=dict)


def row_number(batch: SoundBatch) -> Ints:
    """Program, pitch, velocity and held frames in one whole number each, shape [n]; see :func:`batch_of`.

    Of a note with an expression: a hash of all of it, told apart by :data:`SHAPED`.
    """
    high = batch.held << 26 | batch.program.astype(np.int64) << 14
    numbers = np.asarray(high | batch.pitch.astype(np.int64) << 7 | batch.velocity.astype(np.int64))
    for n, how in enumerate(batch.expression):
        if not how.plain:
            said = repr((int(numbers[n]), how)).encode()
            numbers[n] = SHAPED | int.from_bytes(hashlib.blake2b(said, digest_size=8).digest()) & SHAPED - 1
    return numbers


def shaped_of(batch: SoundBatch, numbers: Ints) -> Shaped:
    """The notes with an expression, by their numbers."""
    shaped = [n for n, how in enumerate(batch.expression) if not how.plain]
    columns = (batch.program, batch.pitch, batch.velocity, batch.held)
    return {int(numbers[n]): (*(int(c[n]) for c in columns), batch.expression[n]) for n in shaped}  # type: ignore[misc]


def batch_of(numbers: npt.ArrayLike, shaped: Shaped = NONE_SHAPED) -> SoundBatch:
    """The notes that row numbers stand for; those with an expression are in ``shaped``."""
    n = np.asarray(numbers, np.int64)
    special = np.flatnonzero(n & SHAPED)
    columns = [n >> shift & mask for shift, mask in ((14, 4095), (7, 127), (0, 127), (26, (1 << 27) - 1))]
    shapes = [PLAIN] * len(n) if len(special) else []
    for k in special.tolist():
        note = shaped[int(n[k])]
        if isinstance(note, Piece):
            raise ValueError("pieces of sound files are no notes")
        *values, shapes[k] = note
        for column, value in zip(columns, values, strict=True):
            column[k] = value
    program, pitch, velocity = (c.astype(np.int16) for c in columns[:3])
    return SoundBatch(program, pitch, velocity, columns[3], tuple(shapes))


def sounding_of(track: Track, tempo: TempoMap, rate: int, sounds: Mapping[str, Sound] = NO_SOUNDS) -> Sounding:
    """What of ``track`` sounds, and when; ``sounds`` are those of the document by their ids."""
    notes = _notes_sounding(track, tempo, rate)
    pieces = pieces_of(track, tempo, rate, sounds) if sounds else []
    return _with_pieces(notes, pieces) if pieces else notes


def _with_pieces(notes: Sounding, pieces: list[tuple[int, Piece]]) -> Sounding:
    """Pieces of sound files among the notes, each as a row of its own."""
    n = len(pieces)
    numbers = [SHAPED | piece.number & SHAPED - 1 for _, piece in pieces]
    b = notes.batch
    short = np.zeros(n, np.int16)
    batch = SoundBatch(
        np.concatenate([b.program, short + np.int16(TAPE)]),
        np.concatenate([b.pitch, short]),
        np.concatenate([b.velocity, short + np.int16(1)]),
        np.concatenate([b.held, np.array([piece.count for _, piece in pieces], np.int64)]),
        (*b.expression, *[PLAIN] * n) if b.expression else (),
    )
    start = np.concatenate([notes.start, [at for at, _ in pieces]]).astype(np.int64)
    order = np.argsort(start, kind="stable")
    shaped = {**notes.shaped, **{k: piece for k, (_, piece) in zip(numbers, pieces, strict=True)}}
    gain = np.concatenate([notes.gain, np.ones(n, np.float32)])
    number = np.concatenate([notes.number, np.array(numbers, np.int64)])
    return Sounding(start[order], batch.select(order), gain[order], number[order], shaped)


def _notes_sounding(track: Track, tempo: TempoMap, rate: int) -> Sounding:
    notes = track.notes
    end = _pedalled(notes.end, track.controls) if not track.drums else notes.end
    start = tempo.frames(notes.start, rate)
    # The length itself is rounded, not its two ends: so equal notes stay equal, wherever they start.
    seconds = tempo.seconds(end) - tempo.seconds(notes.start)
    held = np.floor(np.minimum(seconds, MOST_HELD_SECONDS) * rate + 0.5 + 1e-6).astype(np.int64)
    if track.drums:
        held = np.full(len(notes), round(DRUM_HELD_SECONDS * rate), np.int64)
    else:
        held = np.minimum(held, _until_struck_again(start, notes.pitch))
    program = _programs(track, notes.start)
    held = np.maximum(held, 1)
    shapes = () if track.drums else shapes_of(track.controls, tempo, start, held, rate, USUAL_VOLUME)
    batch = SoundBatch(program, notes.pitch, notes.velocity, held, shapes)
    order = np.argsort(start, kind="stable")
    batch = batch.select(order)
    number = row_number(batch)
    return Sounding(start[order], batch, _gains(track.controls, notes.start)[order], number, shaped_of(batch, number))


def _pedalled(end: Ints, controls: Controls) -> Ints:
    """Ends of notes, those under the sustain pedal moved to where it comes up."""
    pedal = controls.numbered(SUSTAIN)
    if not len(pedal) or not len(end):
        return end
    down = pedal.value >= _PEDAL_DOWN
    at = np.searchsorted(pedal.tick, end, "right") - 1
    held = (at >= 0) & down[np.maximum(at, 0)]
    ups = pedal.tick[~down]
    never = max(int(end.max()), int(pedal.tick[-1]))
    raised = np.append(ups, never)[np.searchsorted(ups, end, "right")]
    return np.where(held, np.maximum(raised, end), end)


def _until_struck_again(start: Ints, pitch: npt.NDArray[np.int16]) -> Ints:
    """Frames until the same key is struck again, shape [n]; a very large number where it never is."""
    left = np.full(len(start), np.iinfo(np.int64).max)
    order = np.lexsort((start, pitch))
    s, p = start[order], pitch[order]
    # Notes struck together are one stroke: each of them ends with the next later one.
    later = np.searchsorted(s + p.astype(np.int64) * (1 << 48), s + p.astype(np.int64) * (1 << 48), "right")
    has = later < len(s)
    same = has & (p[np.minimum(later, len(s) - 1)] == p) if len(s) else has
    left[order[same]] = s[later[same]] - s[same]
    return left


def _in_force(controls: Controls, number: int, ticks: Ints, otherwise: Any) -> Ints:
    """The value of a controller at ``ticks``, ``otherwise`` before its first."""
    events = controls.numbered(number)
    if not len(events):
        return np.full(len(ticks), otherwise, np.int64)
    at = np.searchsorted(events.tick, ticks, "right") - 1
    return np.where(at >= 0, events.value[np.maximum(at, 0)], otherwise).astype(np.int64)


def program_of(track: Track) -> int:
    """What plays a track, as batches of notes have it: a GM program, the drum kit, or an own instrument's number.

    Where the own one is not on this computer, or was made for other models, the track's program or the usual kit plays.
    """
    if track.instrument.startswith(KIT_PREFIX if track.drums else PREFIX) and track.instrument in playable():
        return own_number(track.instrument)
    return DRUM_KIT if track.drums else track.program


def _programs(track: Track, ticks: Ints) -> npt.NDArray[np.int16]:
    if program_of(track) != track.program:
        return np.full(len(ticks), program_of(track), np.int16)
    return np.clip(_in_force(track.controls, PROGRAM_CHANGE, ticks, track.program), 0, 127).astype(np.int16)


def _gains(controls: Controls, ticks: Ints) -> npt.NDArray[np.float32]:
    """Factors of volume and expression at the onsets: 40 decibels a decade (General MIDI 2, section 3.3.1)."""
    volume = _in_force(controls, VOLUME, ticks, USUAL_VOLUME) / USUAL_VOLUME
    expression = _in_force(controls, EXPRESSION, ticks, 127) / 127
    return np.asarray((volume * expression) ** 2, np.float32)


def light_lengths(batch: SoundBatch, rate: int) -> Ints:
    """Lengths as long as no renderer is there to tell, shape [n]."""
    drums = light_length(DRUM_KIT, 0, rate)
    lengths = np.where(batch.program == DRUM_KIT, drums, batch.held + light_length(0, 0, rate))
    return np.asarray(np.where(batch.program == TAPE, batch.held, lengths), np.int64)


def lengths_of(renderer: Renderer, batch: SoundBatch, rate: int) -> Ints:
    """Lengths of notes as ``renderer`` makes them, and of pieces of sound files, shape [n]."""
    tape = batch.program == TAPE
    if not tape.any():
        return renderer.lengths(batch, rate)
    lengths = batch.held.copy()
    lengths[~tape] = renderer.lengths(batch.select(~tape), rate)
    return lengths


def lengths_of_all(renderer: Renderer, batches: Sequence[SoundBatch], rate: int) -> list[Ints]:
    """:func:`lengths_of` many batches, in one go: a renderer that has to foretell notes does it sooner together."""
    if not batches:
        return []
    columns = zip(*((b.program, b.pitch, b.velocity, b.held) for b in batches), strict=True)
    program, pitch, velocity, held = (np.concatenate(column) for column in columns)
    shaped = any(b.expression for b in batches)
    shapes = tuple(how for b in batches for how in b.expression or (PLAIN,) * len(b)) if shaped else ()
    together = SoundBatch(program, pitch, velocity, held, shapes)
    return np.split(lengths_of(renderer, together, rate), np.cumsum([len(b) for b in batches])[:-1])


def events_of(sounding: Sounding, lengths: Ints, salt: int = 0) -> Events:
    """A track's notes for the mixer. ``salt`` tells weights and rates apart in the numbers of rows."""
    b = sounding.batch
    columns = (c.astype(np.int64) for c in (b.program, b.pitch, b.velocity, b.held))
    return Events(sounding.start, lengths, sounding.gain, sounding.number | salt, *columns)


def strips_of(document: Document, events: dict[int, Events]) -> tuple[Strip, ...]:
    """The mixer's strips; muted tracks, and those beside a solo, have gain 0."""
    return tuple(
        Strip(t.id, events[t.id], factor(t.gain_db) if is_heard(document, t) else 0.0, t.pan, t.room, t.width, t.effects)
        for t in document.tracks
    )


def is_heard(document: Document, track: Track) -> bool:
    """Whether a track is neither muted nor beside a solo."""
    return not track.mute and (track.solo or not any(t.solo for t in document.tracks))


def scene_of(document: Document, events: dict[int, Events], rate: int) -> Scene:
    """The whole mix. It ends with the document, or with the last sound if that is later."""
    ends = [int(e.last_end[-1]) for e in events.values() if len(e.start)]
    end = max([int(document.tempo.frames(document.end, rate)), *ends])
    master = document.master
    return Scene(
        strips_of(document, events), factor(master.gain_db), factor(master.room_db), master.room_seconds, end, master.effects
    )
