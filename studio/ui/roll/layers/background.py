"""Rows of the keys, grid lines, and where the edited track has clips."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from studio.music.pitch import Key
from studio.ui.roll.grid import lines_between
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.primitives import columns, fill_rects, scratch
from studio.ui.roll.viewport import PITCHES

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
    """A span of one key: each of its lines of pixels is one of a few, by the kind of its row and the edge it is.

    Lines and rectangles of Qt would touch every page of memory many times. An octave is put together, which the processor's
    cache still holds when it is drawn as often as it is seen.
    """
    if width <= 0:
        return
    view, ratio = frame.viewport, frame.painter.device().devicePixelRatioF()
    height = frame.clip.height()
    octave = 12 * view.key_height if ratio.is_integer() else height  # else the octaves' pixels differ
    row, within = np.divmod(_sampled(min(octave, height), ratio) + frame.clip.top() + view.top, view.key_height)
    pitch = (PITCHES - 1 - row) % 12
    last = within == view.key_height - 1
    edge = np.where(last & (pitch == 0), 2, np.where(last & (view.key_height >= LINED_FROM), 1, 0))
    table = np.take(_lines_of_rows(frame, x, width), _sampled(width, ratio), axis=1)
    kinds = row_kinds(key)[pitch] * 3 + edge
    across = table.shape[1]
    pixels = scratch("background", np.uint32, len(kinds) * across).reshape(len(kinds), across)
    np.take(table, kinds, axis=0, out=pixels, mode="clip")
    for first in range(0, height, octave):
        lines = min(len(kinds), round((height - first) * ratio))
        image = QImage(pixels.data, across, lines, 4 * across, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        frame.painter.drawImage(QPointF(x, frame.clip.top() + first), image)  # at once: it borrows the pixels


def _sampled(size: int, ratio: float) -> npt.NDArray[np.int64]:
    """Which of ``size`` pixels each pixel of the device shows."""
    return ((np.arange(round(size * ratio)) + 0.5) / ratio).astype(np.int64)


def _lines_of_rows(frame: Frame, x: int, width: int) -> npt.NDArray[np.uint32]:
    """One line of pixels for each kind of row, plain, at a row's lower edge, and at an octave's: [3 * kinds, width]."""
    view, palette = frame.viewport, frame.palette
    colors = [c.rgb() for row in palette.rows for c in (row, palette.row_line, palette.octave_line)]
    table = np.repeat(np.array(colors, np.uint32)[:, None], width, axis=1)
    start, end = view.visible_ticks(x - 1, x + width + 1)
    lines = lines_between(frame.document.meter, start, end, view.scale, frame.state.grid)
    for ticks, color in ((lines.steps, palette.step_line), (lines.beats, palette.beat_line), (lines.bars, palette.bar_line)):
        places = (view.x_of(ticks) - x).astype(np.int64)
        table[:, places[(places >= 0) & (places < width)]] = color.rgb()
    for a, b in _gaps(frame, x, x + width):
        table[:, a - x : b - x] = _dimmed(table[:, a - x : b - x], palette.outside.alphaF())
    return table


def _dimmed(colors: npt.NDArray[np.uint32], share: float) -> npt.NDArray[np.uint32]:
    """Colours with that share of black over them."""
    parts = colors[..., None] >> np.array([16, 8, 0], np.uint32) & 255
    red, green, blue = np.moveaxis(np.rint(parts * (1 - share)).astype(np.uint32), -1, 0)
    return np.asarray(0xFF000000 | red << 16 | green << 8 | blue, np.uint32)


def _gaps(frame: Frame, left: int, right: int) -> list[tuple[int, int]]:
    """The pixels of [left, right) that no clip of the edited track covers."""
    if frame.track is None:
        return []
    starts = frame.viewport.x_of([c.start for c in frame.track.clips]).astype(int)
    ends = frame.viewport.x_of([c.end for c in frame.track.clips]).astype(int)
    covered, gaps = left, []
    for a, b in zip([*starts.tolist(), right], [*ends.tolist(), right], strict=True):
        if min(a, right) > covered:
            gaps.append((covered, min(a, right)))
        covered = max(covered, b)
    return gaps


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
    """Every clip's edges, in the track's hue. What lies outside the clips is dimmed with the rows."""
    if frame.track is not None:
        clips, height = frame.track.clips, frame.viewport.height
        edges = [*frame.viewport.x_of([c.start for c in clips]), *(frame.viewport.x_of([c.end for c in clips]) - 1)]
        fill_rects(frame.painter, columns(edges, 0, height), frame.theme.track(frame.track.color, 0.32))


def paint_loop(frame: Frame) -> None:
    """The loop's two edges."""
    if frame.document.loop:
        x = frame.viewport.x_of(frame.document.loop)
        fill_rects(frame.painter, columns(x, 0, frame.viewport.height), frame.theme.color("text", 0.16))
