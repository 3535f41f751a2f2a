"""The notes: those of the edited track, and the other tracks' as ghosts behind them."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPen

from studio.music.pitch import pitch_name
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.layers.overview import image_of, mean_levels
from studio.ui.roll.palette import level_of
from studio.ui.roll.primitives import Floats, boxes, fill_rects, frame_rects
from studio.ui.roll.state import Shown

MANY = 5_000  # from here on the overview is faster than rectangles
NAMED = 300
NAME_FROM = 13  # key height from which notes bear their names


def paint_ghosts(frame: Frame) -> None:
    """Other tracks' notes, translucent in their own hue; drums keep to drums, as their pitches mean other things."""
    track = frame.track
    for other in frame.document.tracks:
        if track is None or other is track or other.mute or other.drums != track.drums:
            continue
        shown = frame.state.shown_of(other)
        visible = visible_of(frame, shown)
        color = frame.palette.ghost(other.color)
        if len(visible) > MANY:
            _paint_overview(frame, shown, visible, (color,), np.zeros(len(visible), np.int64))
        else:
            fill_rects(frame.painter, note_boxes(frame, shown, visible), color)


def paint_notes(frame: Frame) -> None:
    """The edited track's notes: velocity is lightness, selected ones have a bright edge, locked ones an amber one."""
    track = frame.track
    if track is None:
        return
    shown = frame.state.shown
    visible = visible_of(frame, shown)
    if not len(visible):
        return
    levels = level_of(shown.notes.velocity[visible])
    chosen = frame.state.selected_mask(shown.notes.id[visible])
    shades = frame.palette.note_levels(track.color)
    if len(visible) > MANY:
        _paint_overview(frame, shown, visible, shades, levels)
        if chosen.any():
            marked = visible[chosen]
            _paint_overview(frame, shown, marked, (frame.palette.selected,), np.zeros(len(marked), np.int64))
        return
    rects = note_boxes(frame, shown, visible)
    _paint_rounded(frame, rects, levels, shades)
    _paint_locked(frame, rects[shown.notes.locked[visible]])
    _paint_selected(frame, rects[chosen])
    _paint_names(frame, rects, shown.notes.pitch[visible])


def visible_of(frame: Frame, shown: Shown) -> np.ndarray:
    """Rising indices of the notes that touch the frame's clip."""
    start, end = frame.clip_ticks()
    among = shown.between(start, end)
    low, high = frame.viewport.pitch_at(frame.clip.bottom()), frame.viewport.pitch_at(frame.clip.top())
    pitch = shown.notes.pitch[among]
    touches = (shown.end[among] >= start) & (pitch >= low) & (pitch <= high)
    return np.flatnonzero(touches) + among.start


def note_boxes(frame: Frame, shown: Shown, which: np.ndarray) -> Floats:
    """Rectangles [n, 4] of notes: a line of air below, a pixel of air at the right, at least two pixels wide."""
    view = frame.viewport
    x0, x1 = view.x_of(shown.notes.start[which]), view.x_of(shown.end[which])
    air = 1 if view.key_height > 2 else 0
    return boxes(x0, view.y_of(shown.notes.pitch[which]), np.maximum(2.0, x1 - x0 - 1), view.key_height - air)


def _paint_overview(
    frame: Frame, shown: Shown, which: np.ndarray, shades: tuple[QColor, ...], levels: np.ndarray
) -> None:
    view, clip = frame.viewport, frame.clip
    low, high = view.pitch_at(clip.bottom()), view.pitch_at(clip.top())
    x0 = (view.x_of(shown.notes.start[which]) - clip.left()).astype(np.int64)
    x1 = (view.x_of(shown.end[which]) - clip.left()).astype(np.int64)
    shown_levels = mean_levels(high - shown.notes.pitch[which].astype(np.int64), x0, x1, levels, high - low + 1, clip.width())
    image = image_of(shown_levels, shades, view.key_height)
    frame.painter.drawImage(clip.left(), int(view.y_of(high)), image)


def _paint_rounded(frame: Frame, rects: Floats, levels: np.ndarray, shades: tuple[QColor, ...]) -> None:
    order = np.argsort(levels, kind="stable")
    edges = np.searchsorted(levels[order], np.arange(len(shades) + 1))
    round_corners = frame.viewport.key_height >= 8
    for level, shade in enumerate(shades):
        part = rects[order[edges[level] : edges[level + 1]]]
        if not len(part):
            continue
        if round_corners:
            large = part[:, 2] >= 5
            fill_rects(frame.painter, np.concatenate([part[~large], *_rounded(part[large])]), shade)
        else:
            fill_rects(frame.painter, part, shade)


def _rounded(rects: Floats) -> tuple[Floats, Floats]:
    """Two rectangles for each, crossing, that leave out the four corner pixels."""
    return rects + np.array([0, 1, 0, -2.0]), rects + np.array([1, 0, -2.0, 0])


def _paint_locked(frame: Frame, rects: Floats) -> None:
    if len(rects):
        color = frame.theme.color("locked")
        bar = rects.copy()
        bar[:, 2] = np.minimum(3, bar[:, 2])
        fill_rects(frame.painter, bar, color)
        frame_rects(frame.painter, rects, QPen(color))


def _paint_selected(frame: Frame, rects: Floats) -> None:
    if len(rects):
        fill_rects(frame.painter, rects + np.array([1, 1, -2.0, -2.0]), frame.theme.color("text", 0.32))
        frame_rects(frame.painter, rects + np.array([0, -1, 0, 1.0]), QPen(frame.palette.selected))


def _paint_names(frame: Frame, rects: Floats, pitches: np.ndarray) -> None:
    height = frame.viewport.key_height
    wide = np.flatnonzero(rects[:, 2] >= 30)
    if height < NAME_FROM or not 0 < len(wide) <= NAMED or (frame.track and frame.track.drums):
        return
    key = frame.document.key_at(int(frame.viewport.tick_at(frame.clip.center().x())))
    font = QFont(frame.painter.font())
    font.setPixelSize(min(11, height - 4))
    frame.painter.setFont(font)
    frame.painter.setPen(frame.palette.note_text)
    for i in wide.tolist():
        x, y, w, h = rects[i]
        name = pitch_name(int(pitches[i]), bool(key and key.flats))
        frame.painter.drawText(QRectF(x + 5, y, w - 6, h), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
