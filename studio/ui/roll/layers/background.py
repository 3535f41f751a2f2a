"""Rows of the keys, grid lines, and where the edited track has clips."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from studio.music.pitch import Key
from studio.ui.roll.grid import lines_between
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.primitives import Floats, columns, fill_rects

BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
PLAIN, BLACK, SCALE, SCALE_BLACK, ROOT = range(5)
LINED_FROM = 8  # key height from which every row has its line


def paint_background(frame: Frame) -> None:
    """Black-key rows darker, rows of the scale lighter, the root's a little more, and the grid. Keys may change over time."""
    changes = [c for c in frame.document.keys if c.tick < frame.clip_ticks()[1]]
    first = frame.clip.left()
    spans: list[tuple[int, Key | None]] = [(first, None)]
    if frame.track is not None and not frame.track.drums:
        for change in changes:
            x = max(first, int(frame.viewport.x_of(change.tick)))
            spans = [s for s in spans if s[0] < x] + [(x, change.key)]
    for (x, key), after in zip(spans, [*(s[0] for s in spans[1:]), frame.clip.right() + 1], strict=True):
        _paint_span(frame, x, after - x, key)


def _paint_span(frame: Frame, x: int, width: int, key: Key | None) -> None:
    """A span of one key: one strip is painted for each kind of row, grid lines included, and set wherever such a row is.

    A line from top to bottom touches as many pages of memory as it has pixels; in strips it costs a tenth.
    """
    view = frame.viewport
    low, high = view.pitch_at(frame.clip.bottom()), view.pitch_at(frame.clip.top())
    pitches = np.arange(low, high + 1)
    octaves = pitches % 12 == 0
    kinds = row_kinds(key)[pitches % 12]
    tops = view.y_of(pitches)
    lines = _grid_columns(frame, x, width)
    for kind, octave in {*zip(kinds.tolist(), octaves.tolist(), strict=True)}:
        strip = _strip(frame, x, width, kind, octave, lines)
        for y in tops[(kinds == kind) & (octaves == octave)].tolist():
            frame.painter.drawPixmap(x, int(y), strip)


def _strip(frame: Frame, x: int, width: int, kind: int, octave: bool, lines: list[tuple[Floats, QColor]]) -> QPixmap:
    height, ratio = frame.viewport.key_height, frame.painter.device().devicePixelRatioF()
    strip = QPixmap(QSize(width, height) * ratio)
    strip.setDevicePixelRatio(ratio)
    painter = QPainter(strip)
    painter.fillRect(0, 0, width, height, frame.palette.rows[kind])
    if octave or height >= LINED_FROM:
        painter.fillRect(0, height - 1, width, 1, frame.palette.octave_line if octave else frame.palette.row_line)
    painter.translate(-x, 0)
    for places, color in lines:
        fill_rects(painter, places, color)
    painter.end()
    return strip


def _grid_columns(frame: Frame, x: int, width: int) -> list[tuple[Floats, QColor]]:
    """Steps, beats and bars as columns of one row's height, the strongest last."""
    view, palette = frame.viewport, frame.palette
    start, end = view.visible_ticks(x - 1, x + width + 1)
    lines = lines_between(frame.document.meter, start, end, view.scale, frame.state.grid)
    kinds = ((lines.steps, palette.step_line), (lines.beats, palette.beat_line), (lines.bars, palette.bar_line))
    return [(columns(view.x_of(ticks), 0, view.key_height), color) for ticks, color in kinds]


@lru_cache(maxsize=64)
def row_kinds(key: Key | None) -> npt.NDArray[np.int64]:
    """For each pitch class the kind of its row in a key, an index of ``Palette.rows``: [12]."""
    kinds = []
    for pitch in range(12):
        black = pitch in BLACK_KEYS
        if key is None:
            kinds.append(BLACK if black else PLAIN)
        elif pitch == key.tonic:
            kinds.append(ROOT)
        elif key.contains(pitch):
            kinds.append(SCALE_BLACK if black else SCALE)
        else:
            kinds.append(BLACK)
    return np.array(kinds)


def paint_clips(frame: Frame) -> None:
    """What lies outside the edited track's clips is dimmed, and every clip's edges are drawn in the track's hue."""
    track = frame.track
    if track is None:
        return
    left, right, height = frame.clip.left(), frame.clip.right() + 1, frame.viewport.height
    starts = frame.viewport.x_of([c.start for c in track.clips])
    ends = frame.viewport.x_of([c.end for c in track.clips])
    covered = left
    gaps = []
    for a, b in sorted(zip(starts.tolist(), ends.tolist(), strict=True)):
        if a > covered:
            gaps.append((covered, min(a, right)))
        covered = max(covered, b)
        if covered >= right:
            break
    if covered < right:
        gaps.append((covered, right))
    for a, b in gaps:
        frame.painter.fillRect(int(a), 0, int(b - a), height, frame.palette.outside)
    fill_rects(frame.painter, columns(starts, 0, height), frame.theme.track(track.color, 0.32))
    fill_rects(frame.painter, columns(ends - 1, 0, height), frame.theme.track(track.color, 0.32))


def paint_loop(frame: Frame) -> None:
    """The loop's two edges."""
    if frame.document.loop:
        x = frame.viewport.x_of(frame.document.loop)
        fill_rects(frame.painter, columns(x, 0, frame.viewport.height), frame.theme.color("text", 0.16))
