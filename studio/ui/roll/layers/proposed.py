"""What a network proposes: violet, dashed, translucent; bars still being written fill from the left."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from studio.app.session import Proposal
from studio.music.notes import Notes
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.layers.notes import note_boxes, visible_of
from studio.ui.roll.primitives import columns, fill_rects, frame_rects
from studio.ui.roll.state import Shown

DASHED = 600  # more dashes than these only cost time
_REACH = np.array([1, 1, -2.0, -2.0])


def paint_proposed(frame: Frame) -> None:
    """The proposal's region and its notes: those of the edited track strong, the other parts' fainter, most so beside those."""
    proposal = frame.state.session.proposal
    if proposal is None:
        return
    others = 0.8
    if any(part.track_id == frame.state.track_id for part, _ in proposal.take.parts):
        others = 0.5
        _veil_replaced(frame, proposal)
    _paint_region(frame, proposal)
    drums = bool(frame.track and frame.track.drums)
    for part, notes in proposal.take.parts:
        own = part.track_id == frame.state.track_id
        if own or part.drums == drums:
            _paint_part(frame, notes, 1.0 if own else others)


def _paint_region(frame: Frame, proposal: Proposal) -> None:
    height = frame.viewport.height
    x0, x1 = (int(x) for x in frame.viewport.x_of([proposal.start, proposal.end]))
    written = proposal.take.written_to if proposal.writing else proposal.end
    xw = max(x0, min(x1, int(frame.viewport.x_of(written))))
    frame.painter.fillRect(x0, 0, x1 - x0, height, frame.theme.color("proposed", 0.035))
    frame.painter.fillRect(x0, 0, xw - x0, height, frame.theme.color("proposed", 0.06))
    fill_rects(frame.painter, columns([x0, x1 - 1], 0, height), frame.theme.color("proposed", 0.45))
    if proposal.writing:
        frame.painter.fillRect(xw, 0, 2, height, frame.theme.color("proposed", 0.9))


def _veil_replaced(frame: Frame, proposal: Proposal) -> None:
    """The edited track's notes that the take would replace step back: they do not sound."""
    x0, x1 = (
        int(x) for x in frame.viewport.x_of([proposal.start, min(proposal.end, max(proposal.start, proposal.take.written_to))])
    )
    frame.painter.fillRect(x0, 0, x1 - x0, frame.viewport.height, frame.theme.color("ground", 0.55))


def _paint_part(frame: Frame, notes: Notes, strength: float) -> None:
    shown = Shown.of(notes)
    visible = visible_of(frame, shown)
    rects = note_boxes(frame, shown, visible)
    fill_rects(frame.painter, rects + _REACH, frame.theme.color("proposed", 0.55 * strength))
    pen = QPen(frame.theme.color("proposed", 0.95 * strength), 1.0)
    if len(rects) <= DASHED:
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 2])
    frame_rects(frame.painter, rects, pen)
