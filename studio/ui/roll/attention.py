"""What a written note listened to: found under the pointer or the selection, ringed in the roll, told in a sentence."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.engines.arranger_take import Listened
from studio.music.document import Document, Provenance
from studio.music.notes import Notes
from studio.music.pitch import pitch_name
from studio.music.time import TICKS_PER_QUARTER
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import Pointer, hit
from studio.ui.texts import t

SHOWN = 8  # notes that are ringed
LEAST = 0.02  # of the whole attention, to be ringed
_NEAR = TICKS_PER_QUARTER // 8  # the network hears notes on a grid: how far the note itself may be


@dataclass(frozen=True)
class HeardNote:
    """A note that was listened to: whose (empty where it cannot be told), where, and the share of all attention."""

    track: str
    drums: bool
    start: int
    end: int
    pitch: int
    weight: float


@dataclass(frozen=True)
class Attended:
    """A written note, and what it listened to, most first."""

    start: int
    end: int
    pitch: int
    heard: tuple[HeardNote, ...]


def attended_at(state: RollState, at: Pointer | None) -> Attended | None:
    """What the written note under the pointer listened to, or else the one note that is selected; None where there is none."""
    if not state.attention:
        return None
    found = _proposed(state, at) if at else None
    if found is None and at is not None and (under := hit(state, at)) is not None:
        found = _kept(state, state.shown.notes.select(slice(under.index, under.index + 1)))
    if found is None and len(state.selection) == 1:
        found = _kept(state, state.selected())
    return found


def _proposed(state: RollState, at: Pointer) -> Attended | None:
    proposal, track = state.session.proposal, state.track
    if proposal is None or not proposal.start <= at.tick < proposal.end:
        return None
    drums = bool(track and track.drums)
    for part, notes in reversed(proposal.take.parts):
        if part.drums == drums or part.track_id == state.track_id:
            under = np.flatnonzero((notes.pitch == at.pitch) & (notes.start <= at.tick) & (at.tick < notes.end))
            if len(under):
                return _attended(state, proposal.take.provenance, notes.select(under[-1:]))
    return None


def _kept(state: RollState, note: Notes) -> Attended | None:
    track = state.track
    if track is None or not len(note):
        return None
    start = int(note.start[0])
    for clip in track.clips:
        if clip.start <= start < clip.end:
            return _attended(state, clip.takes[clip.active].provenance, note)
    return None


def _attended(state: RollState, provenance: Provenance, note: Notes) -> Attended | None:
    start, end, pitch = int(note.start[0]), int(note.end[0]), int(note.pitch[0])
    listened = state.listened(provenance, start, pitch) if provenance.kind == "generated" else None
    if listened is None:
        return None
    heard = tuple(_heard(state, listened, k) for k in range(min(SHOWN, len(listened.to))))
    return Attended(start, end, pitch, tuple(h for h in heard if h.weight >= LEAST))


def _heard(state: RollState, listened: Listened, k: int) -> HeardNote:
    """The note itself, as long as it is still there; else where it was."""
    track_id, start, pitch, weight = listened.to[k]
    name, drums, notes = _whose(state, track_id)
    near = np.flatnonzero((notes.pitch == pitch) & (np.abs(notes.start - start) <= _NEAR))
    if not len(near):
        return HeardNote(name, drums, start, start + TICKS_PER_QUARTER // 2, pitch, weight)
    best = near[np.abs(notes.start[near] - start).argmin()]
    return HeardNote(name, drums, int(notes.start[best]), int(notes.end[best]), pitch, weight)


def _whose(state: RollState, track_id: int | None) -> tuple[str, bool, Notes]:
    """Name, kind and notes of what was heard: a track, or (None) what the take itself has written."""
    for track in state.document.tracks:
        if track.id == track_id:
            return track.name, track.drums, track.notes
    proposal = state.session.proposal
    own = [notes for part, notes in proposal.take.parts if part.track_id is None] if proposal and track_id is None else []
    return t("the take itself"), False, Notes.concat(own)


def sentence(attended: Attended | None, document: Document) -> str:
    """What a note listened to most, in words; nothing where nothing is known."""
    if attended is None or not attended.heard:
        return ""
    told = []
    for note in attended.heard[:3]:
        where = {"track": note.track, "n": document.meter.bar_of(note.start) + 1, "share": f"{note.weight:.0%}"}
        if note.drums:
            told.append(t("{track} in bar {n} ({share})", **where))
        else:
            key = document.key_at(note.start)
            pitch = pitch_name(note.pitch, key)
            told.append(t("{track} {pitch} in bar {n} ({share})", pitch=pitch, **where))
    return t("Listened most to: {notes}", notes=", ".join(told))


def paint_attention(frame: Frame, attended: Attended | None) -> None:
    """Rings around what was listened to, the thicker and clearer the more, and a line from the note to the first of them."""
    if attended is None or not attended.heard:
        return
    painter, most = frame.painter, attended.heard[0].weight
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    here = _box(frame, attended.start, attended.end, attended.pitch)
    drums = bool(frame.track and frame.track.drums)
    for note in reversed(attended.heard):
        share = note.weight / most
        if note.drums != drums:  # has no row here: a mark at the bottom says when
            x = float(frame.viewport.x_of(note.start))
            mark = QRectF(x - 2, frame.viewport.height - 5 - 9 * share, 4, 5 + 9 * share)
            painter.fillRect(mark, frame.theme.color("text", 0.35 + 0.6 * share))
            continue
        box = _box(frame, note.start, note.end, note.pitch)
        painter.setPen(QPen(frame.theme.color("text", 0.10 + 0.25 * share), 1, Qt.PenStyle.DotLine))
        painter.drawLine(_edge(here, box), _edge(box, here))
        painter.fillRect(box, frame.theme.color("text", 0.12 + 0.40 * share))
        painter.setPen(QPen(frame.theme.color("text", 0.35 + 0.6 * share), 1 + 1.5 * share))
        painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 4, 4)
    painter.setPen(QPen(frame.theme.color("proposed"), 2))
    painter.drawRoundedRect(here.adjusted(-2, -2, 2, 2), 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _box(frame: Frame, start: int, end: int, pitch: int) -> QRectF:
    x0, x1 = (float(x) for x in frame.viewport.x_of([start, end]))
    return QRectF(x0, float(frame.viewport.y_of(pitch)), max(3.0, x1 - x0 - 1), frame.viewport.key_height - 1)


def _edge(box: QRectF, towards: QRectF) -> QPointF:
    """Where a line to another box leaves this one."""
    x = box.right() if towards.center().x() > box.center().x() else box.left()
    return QPointF(x, box.center().y())
