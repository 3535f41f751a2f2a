"""The notes: those of the edited track, and the other tracks' as ghosts behind them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap

from studio.music.document import Track
from studio.music.pitch import Key, pitch_name
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.layers.overview import Ints, draw_levels, top_levels
from studio.ui.roll.palette import level_of
from studio.ui.roll.primitives import Floats, boxes, draw_pieces, fill_groups, fill_rects, frame_rects
from studio.ui.roll.state import Shown
from studio.ui.roll.viewport import PITCHES, Viewport
from studio.ui.theme import ui_font

MANY = 3_000  # from here on the overview is faster than rectangles
ROUNDED = 3_000
NAMED = 600
NAME_WIDTH = 30
DARK_NAMES_FROM = 7
NAME_FROM = 13  # key height from which notes bear their names


@dataclass(frozen=True, eq=False)
class _Part:
    """Neighbouring notes of a track, those out of sight among them, and the number of the shade of each."""

    shown: Shown
    among: slice
    levels: npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class _Crowd:
    """So many notes that they are painted as one image. Of those on one pixel the one of the highest level is seen."""

    parts: tuple[_Part, ...]
    shades: tuple[QColor, ...]


def paint_tracks(frame: Frame) -> None:
    """The other tracks' notes, then the edited one's."""
    if frame.track is None:
        return
    behind = _paint_ghosts(frame, frame.track)
    _draw(frame, _paint_notes(frame, frame.track, behind))


def _paint_ghosts(frame: Frame, track: Track) -> _Crowd | None:
    """Other tracks' notes, translucent in their own hue; drums keep to drums, as their pitches mean other things."""
    others = [t for t in frame.document.tracks if t is not track and not t.mute and t.drums == track.drums]
    thinned = [frame.state.shown_of(t).at(1 / frame.viewport.scale) for t in others]
    colors = tuple(frame.palette.ghost(t.color) for t in others)
    if sum(in_view(frame, shown) for shown in thinned) > MANY:
        parts = [(shown, shown.between(*frame.clip_ticks())) for shown in thinned]
        return _Crowd(tuple(_Part(s, a, np.full(a.stop - a.start, k, np.uint8)) for k, (s, a) in enumerate(parts)), colors)
    for shown, color in zip(thinned, colors, strict=True):
        fill_rects(frame.painter, note_boxes(frame, shown, visible_of(frame, shown)), color)
    return None


def _paint_notes(frame: Frame, track: Track, behind: _Crowd | None) -> _Crowd | None:
    """The edited track's notes: velocity is lightness, selected ones have a bright edge, locked ones an amber one."""
    shown = frame.state.shown.at(1 / frame.viewport.scale)
    crowded = in_view(frame, shown) > MANY
    visible = shown.between(*frame.clip_ticks()) if crowded else visible_of(frame, shown)
    levels = level_of(shown.notes.velocity[visible])
    chosen = frame.state.selected_mask(shown.notes.id[visible])
    shades = frame.palette.note_levels(track.color)
    if isinstance(visible, slice):
        levels[chosen] = len(shades)
        before, shades = behind or _Crowd((), ()), (*shades, frame.palette.selected)
        return _Crowd((*before.parts, _Part(shown, visible, levels + len(before.shades))), (*before.shades, *shades))
    _draw(frame, behind)
    rects = note_boxes(frame, shown, visible)
    _paint_rounded(frame, rects, levels, shades)
    _paint_locked(frame, rects[shown.notes.locked[visible]])
    _paint_selected(frame, rects[chosen])
    _paint_names(frame, rects, shown.notes.pitch[visible], (levels >= DARK_NAMES_FROM) | chosen)
    return None


def in_view(frame: Frame, shown: Shown) -> int:
    """About how many notes the whole view shows, whatever part of it is being painted."""
    among = shown.between(*frame.viewport.visible_ticks())
    return among.stop - among.start


def visible_of(frame: Frame, shown: Shown) -> Ints:
    """Rising indices of the notes that touch the frame's clip."""
    start, end = frame.clip_ticks()
    among = shown.between(start, end)
    low, high = frame.viewport.pitch_at(frame.clip.bottom()), frame.viewport.pitch_at(frame.clip.top())
    pitch = shown.notes.pitch[among]
    touches = (shown.end[among] >= start) & (pitch >= low) & (pitch <= high)
    return np.flatnonzero(touches) + among.start


def note_boxes(frame: Frame, shown: Shown, which: Ints) -> Floats:
    """Rectangles [n, 4] of notes: a line of air below, a pixel of air at the right, at least two pixels wide."""
    view = frame.viewport
    x0, x1 = view.x_of(shown.notes.start[which]), view.x_of(shown.end[which])
    air = 1 if view.key_height > 2 else 0
    return boxes(x0, view.y_of(shown.notes.pitch[which]), np.maximum(2.0, x1 - x0 - 1), view.key_height - air)


def _draw(frame: Frame, crowd: _Crowd | None) -> None:
    if crowd is None or not crowd.parts:
        return
    view, clip = frame.viewport, frame.clip
    low, high = view.pitch_at(clip.bottom()), view.pitch_at(clip.top())
    left = clip.left()
    places = [
        (
            high - p.shown.notes.pitch[p.among],
            _pixels(view, p.shown.notes.start[p.among], left),
            _pixels(view, p.shown.end[p.among], left),
        )
        for p in crowd.parts
    ]
    row, x0, x1 = (np.concatenate(columns) for columns in zip(*places, strict=True))
    x1 -= x1 - x0 > 2  # the pixel of air
    level = np.concatenate([p.levels for p in crowd.parts])
    levels = top_levels(row, x0, x1, level, high - low + 1, clip.width())
    draw_levels(frame.painter, left, int(view.y_of(high)), levels, crowd.shades, view.key_height)


def _pixels(view: Viewport, ticks: Ints, left: int) -> npt.NDArray[np.int32]:
    return (view.x_of(ticks) - left).astype(np.int32)


def _paint_rounded(frame: Frame, rects: Floats, levels: Ints, shades: tuple[QColor, ...]) -> None:
    """The softest first: where notes lie over each other, the loudest is seen. Corners are rounded where there are few."""
    order = np.argsort(levels, kind="stable")
    edges = np.searchsorted(levels[order], np.arange(len(shades) + 1))
    rects = rects[order]
    if frame.viewport.key_height >= 8 and in_view(frame, frame.state.shown) <= ROUNDED:
        rects, edges = _rounded(rects), 2 * edges
    fill_groups(frame.painter, rects, edges.tolist(), shades)


def _rounded(rects: Floats) -> Floats:
    """Two rectangles for each, crossing, that leave out the four corner pixels; narrow ones stay whole."""
    crossing = np.repeat(rects, 2, axis=0)
    large = rects[:, 2] >= 5
    crossing[::2][large] += np.array([0, 1, 0, -2.0])
    crossing[1::2][large] += np.array([1, 0, -2.0, 0])
    return crossing


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


def _paint_names(frame: Frame, rects: Floats, pitches: npt.NDArray[np.int16], light: npt.NDArray[np.bool_]) -> None:
    """Names in notes that have room for them: dark on ``light`` notes (loud or selected ones), light on the others."""
    height = frame.viewport.key_height
    if height < NAME_FROM or in_view(frame, frame.state.shown) > NAMED or (frame.track and frame.track.drums):
        return
    key = frame.document.key_at(int(frame.viewport.tick_at(frame.clip.center().x())))
    size = min(11, height - 4)
    ratio = frame.painter.device().devicePixelRatioF()
    wide = rects[:, 2] >= NAME_WIDTH
    for which, color in ((light, frame.palette.note_text), (~light, frame.palette.selected)):
        picture, places = _names(key, size, color.rgba(), ratio)
        inside = np.flatnonzero(wide & which)
        pieces = places[pitches[inside]]
        at = rects[inside, :2] + 5
        at[:, 1] += (height - 1 - np.rint(pieces[:, 3] / ratio)) // 2 - 5
        draw_pieces(frame.painter, np.floor(at), pieces, picture)


@lru_cache(maxsize=16)
def _names(key: Key | None, size: int, color: int, ratio: float) -> tuple[QPixmap, Floats]:
    """The names of all pitches in one picture, and where each is in it, pixels: drawing text anew costs many times as much."""
    font = ui_font(size)
    metrics = QFontMetrics(font)
    names = [pitch_name(pitch, key) for pitch in range(PITCHES)]
    boxes_of = [metrics.boundingRect(name).adjusted(-1, -1, 2, 1) for name in names]
    line = max(box.height() for box in boxes_of)
    picture = QPixmap(QSize(max(box.width() for box in boxes_of), line * PITCHES) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setFont(font)
    painter.setPen(QColor.fromRgba(color))
    for pitch, (name, box) in enumerate(zip(names, boxes_of, strict=True)):
        painter.drawText(-box.left(), pitch * line - box.top(), name)
    painter.end()
    return picture, np.array([(0, pitch * line, b.width(), b.height()) for pitch, b in enumerate(boxes_of)]) * ratio
