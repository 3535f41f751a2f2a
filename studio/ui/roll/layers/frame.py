"""What a layer gets to paint with."""

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from studio.music.document import Document, Track
from studio.ui.roll.palette import Palette
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import Theme


@dataclass(frozen=True)
class Frame:
    """One painting of the roll. Only ``clip`` needs to be painted: a moving playhead asks for a narrow strip."""

    painter: QPainter
    state: RollState
    palette: Palette
    clip: QRect

    @property
    def theme(self) -> Theme:
        """The theme."""
        return self.palette.theme

    @property
    def viewport(self) -> Viewport:
        """Where things lie."""
        return self.state.viewport

    @property
    def document(self) -> Document:
        """What is painted."""
        return self.state.document

    @property
    def track(self) -> Track | None:
        """The edited track."""
        return self.state.track

    def clip_ticks(self) -> tuple[float, float]:
        """The ticks from the left to the right edge of the clip, a pixel more on either side."""
        return self.viewport.visible_ticks(self.clip.left() - 1, self.clip.right() + 2)
