"""The one place where pixels exist: ticks <-> x and pitch <-> y, for every widget on the time axis."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

GUTTER = 64
PITCHES = 128
MIN_KEY, MAX_KEY = 4, 40
MIN_SCALE, MAX_SCALE = 1 / 2400, 2.0
TAIL_TICKS = 16 * 3840

Numbers = npt.NDArray[np.float64]


class Viewport(QObject):
    """What part of the song is seen, and how large.

    Widgets of one column have the same left edge and width; ``x`` counts from that edge, and the first
    :data:`GUTTER` pixels belong to keyboard and labels. ``scale`` is pixels a tick. Positions fall on whole
    pixels and a scroll moves everything by the same whole number of them, so nothing trembles.
    ``y`` counts from the top of the roll; a key is a whole number of pixels high.
    """

    changed = Signal()
    playhead_moved = Signal(float, float)  # old x, new x

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scale = 96 / 960
        self._left = 0.0
        self._top = 40.0 * 14
        self._key = 14.0
        self.width = 1200
        self.height = 500
        self.content_end = 0
        self.playhead = 0.0
        self.playing = False
        self.recording = False

    @property
    def playhead_role(self) -> str:
        """The theme's colour of the playhead: what goes on there."""
        return "recording" if self.recording else "playing" if self.playing else "text"

    @property
    def key_height(self) -> int:
        """Height of one key's row in pixels."""
        return round(self._key)

    @property
    def left(self) -> int:
        """Pixels of the song to the left of the gutter's edge."""
        return round(self._left)

    @property
    def top(self) -> int:
        """Pixels of the rows above the roll's upper edge."""
        return round(self._top)

    def x_of(self, ticks: npt.ArrayLike) -> Numbers:
        """Whole pixels of ``ticks`` (any shape)."""
        pixels = np.asarray(ticks, np.float64) * self.scale
        return np.rint(pixels, out=pixels) + (GUTTER - self.left) if pixels.ndim else np.rint(pixels) + (GUTTER - self.left)

    def x_at(self, tick: float) -> float:
        """The pixel of ``tick``, with its fraction."""
        return tick * self.scale + (GUTTER - self.left)

    def tick_at(self, x: float) -> float:
        """The tick at ``x``, with its fraction; below 0 left of the song."""
        return (x - GUTTER + self.left) / self.scale

    def y_of(self, pitch: npt.ArrayLike) -> Numbers:
        """Upper edges of the rows of ``pitch`` (any shape)."""
        return (PITCHES - 1 - np.asarray(pitch, np.float64)) * self.key_height - self.top

    def pitch_at(self, y: float) -> int:
        """The pitch whose row holds ``y``, 0..127."""
        return max(0, min(PITCHES - 1, PITCHES - 1 - math.floor((y + self.top) / self.key_height)))

    def ticks_of(self, pixels: float) -> float:
        """The length in ticks of ``pixels``."""
        return pixels / self.scale

    def visible_ticks(self, x0: float = GUTTER, x1: float | None = None) -> tuple[float, float]:
        """The ticks seen between two x, by default in the whole width."""
        return self.tick_at(x0), self.tick_at(self.width if x1 is None else x1)

    def visible_pitches(self) -> tuple[int, int]:
        """The lowest and the highest pitch seen."""
        return self.pitch_at(self.height - 1), self.pitch_at(0)

    def resize(self, width: int | None = None, height: int | None = None) -> None:
        """Tell the size of the widgets of the column: their common width, and the roll's height."""
        self.width = self.width if width is None else width
        self.height = self.height if height is None else height
        self._settle()

    def set_content_end(self, tick: int) -> None:
        """Tell where the song ends: scrolling reaches some bars further."""
        if tick != self.content_end:
            self.content_end = tick
            self._settle()

    def scroll(self, dx: float = 0.0, dy: float = 0.0) -> None:
        """Move the view by pixels: to the right and down where positive."""
        self._left += dx
        self._top += dy
        self._settle()

    def scroll_to(self, tick: float) -> None:
        """Put ``tick`` at the left edge."""
        self._left = tick * self.scale
        self._settle()

    def zoom_time(self, factor: float, x: float) -> None:
        """Zoom the time axis; the tick at ``x`` stays where it is."""
        held = (x - GUTTER + self._left) / self.scale
        self.scale = min(MAX_SCALE, max(self._smallest_scale(), self.scale * factor))
        self._left = held * self.scale - (x - GUTTER)
        self._settle()

    def zoom_pitch(self, factor: float, y: float) -> None:
        """Zoom the keys' height; the pitch at ``y`` stays where it is."""
        held = (y + self._top) / self.key_height
        self._key = min(MAX_KEY, max(MIN_KEY, self._key * factor))
        self._top = held * self.key_height - y
        self._settle()

    def show_ticks(self, start: float, end: float) -> None:
        """Zoom and scroll so that [start, end) fills the width, with a little air."""
        room = max(1, self.width - GUTTER)
        self.scale = min(MAX_SCALE, max(self._smallest_scale(), 0.96 * room / max(1.0, end - start)))
        self._left = start * self.scale - 0.02 * room
        self._settle()

    def show_exactly(self, start: float, end: float) -> None:
        """Zoom and scroll so that [start, end) is what is seen, as far as the zoom reaches."""
        room = max(1, self.width - GUTTER)
        self.scale = min(MAX_SCALE, max(self._smallest_scale(), room / max(1.0, end - start)))
        self._left = start * self.scale
        self._settle()

    def show_pitches(self, low: int, high: int) -> None:
        """Scroll so that the pitches from ``low`` to ``high`` are in the middle."""
        middle = (PITCHES - (low + high + 1) / 2) * self.key_height
        self._top = middle - self.height / 2
        self._settle()

    @property
    def place(self) -> tuple[float, ...]:
        """What is seen, to come back to with :meth:`go_to`."""
        return self.scale, self._left, self._key, self._top

    def go_to(self, place: tuple[float, ...]) -> None:
        """Show a :attr:`place` again."""
        self.scale, self._left, self._key, self._top = place
        self._settle()

    def set_playhead(self, tick: float, playing: bool = False, follow: str = "") -> None:
        """Move the playhead. ``follow``: "page" turns a page when it leaves the view, "center" keeps it in the middle."""
        before, same = self.playhead, playing == self.playing
        self.playhead, self.playing = tick, playing
        x = self.x_at(tick)
        if follow == "center" and abs(x - self._middle()) >= 1:
            self._left += x - self._middle()
            self._settle()
        elif follow == "page" and not GUTTER <= x <= self.width - 24:
            self._left = tick * self.scale - 24
            self._settle()
        if tick != before or not same:
            self.playhead_moved.emit(self.x_at(before), self.x_at(tick))

    def _middle(self) -> float:
        return (GUTTER + self.width) / 2

    def _smallest_scale(self) -> float:
        room = max(1, self.width - GUTTER)
        return max(MIN_SCALE, min(96 / 960, room / (self.content_end + TAIL_TICKS)))

    def _settle(self) -> None:
        room = max(1, self.width - GUTTER)
        furthest = (self.content_end + TAIL_TICKS) * self.scale - room
        self._left = max(0.0, min(self._left, furthest))
        self._top = max(0.0, min(self._top, PITCHES * self.key_height - self.height))
        self.changed.emit()
