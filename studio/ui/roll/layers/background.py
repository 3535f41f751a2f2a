"""Rows of the keys, grid lines, and where the edited track has clips."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from studio.music.pitch import Key
from studio.ui.roll.grid import lines_between
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.primitives import boxes, columns, fill_rects, rows

BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
PLAIN, BLACK, SCALE, SCALE_BLACK, ROOT = range(5)
LINED_FROM = 8  # key height from which every row has its line


def paint_rows(frame: Frame) -> None:
    """Black-key rows darker, rows of the scale lighter, the root's a little more; keys may change over time."""
    changes = [c for c in frame.document.keys if c.tick < frame.clip_ticks()[1]]
    first = frame.clip.left()
    spans: list[tuple[int, Key | None]] = [(first, None)]
    if frame.track is not None and not frame.track.drums:
        for change in changes:
            x = max(first, int(frame.viewport.x_of(change.tick)))
            spans = [s for s in spans if s[0] < x] + [(x, change.key)]
    for (x, key), after in zip(spans, [*(s[0] for s in spans[1:]), frame.clip.right() + 1], strict=True):
        _paint_span(frame, x, after - x, key)
    _paint_row_lines(frame)


def _paint_span(frame: Frame, x: int, width: int, key: Key | None) -> None:
    view = frame.viewport
    low, high = view.visible_pitches()
    pitches = np.arange(low, high + 1)
    kinds = row_kinds(key)[pitches % 12]
    for kind, color in enumerate(frame.palette.rows):
        fill_rects(frame.painter, boxes(x, view.y_of(pitches[kinds == kind]), width, view.key_height), color)


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


def _paint_row_lines(frame: Frame) -> None:
    view = frame.viewport
    low, high = view.visible_pitches()
    pitches = np.arange(low, high + 1)
    octaves = pitches % 12 == 0
    left, right = frame.clip.left(), frame.clip.right() + 1
    for which, color in ((~octaves, frame.palette.row_line), (octaves, frame.palette.octave_line)):
        if color is frame.palette.row_line and view.key_height < LINED_FROM:
            continue
        fill_rects(frame.painter, rows(view.y_of(pitches[which]) + view.key_height - 1, left, right), color)


def paint_grid(frame: Frame) -> None:
    """Steps, beats and bars, the strongest last."""
    start, end = frame.clip_ticks()
    lines = lines_between(frame.document.meter, start, end, frame.viewport.scale, frame.state.grid)
    palette, bottom = frame.palette, frame.viewport.height
    for ticks, color in ((lines.steps, palette.step_line), (lines.beats, palette.beat_line), (lines.bars, palette.bar_line)):
        fill_rects(frame.painter, columns(frame.viewport.x_of(ticks), 0, bottom), color)


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
