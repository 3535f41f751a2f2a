"""The roll's colours, worked out from the theme's roles once."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from studio.ui.theme import Theme, mixed

LEVELS = 16  # of lightness: more are not told apart
_WHITE = "#FFFFFF"
_BLACK = "#000000"


def level_of(velocity: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """The lightness level 0..LEVELS-1 of velocities 1..127."""
    return velocity * np.int16(LEVELS) // np.int16(128)


class Palette:
    """Opaque colours for everything that is painted often; transparency only where things lie over notes."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        ground, text = theme.ground, theme.text
        shades = (0.022, -0.16, 0.040, 0.018, 0.075) if theme.dark else (-0.050, -0.095, -0.026, -0.062, 0.0)
        # Plain, black key, in the scale, black key in the scale, root: towards the text where light, towards black where dark.
        self.rows = tuple(mixed(ground, _BLACK if shade < 0 else text, abs(shade)) for shade in shades)
        self.row_line = mixed(ground, theme.line, 0.30)
        self.octave_line = mixed(ground, theme.line, 0.85)
        self.bar_line = mixed(theme.line, text, 0.12)
        self.beat_line = mixed(ground, theme.line, 0.72)
        self.step_line = mixed(ground, theme.line, 0.40)
        self.outside = QColor(0, 0, 0, 62 if theme.dark else 20)
        self.label = mixed(theme.ground, theme.muted, 0.92)
        self.selected = QColor(theme.text)
        self.box_line = theme.color("text", 0.75)
        self.box_fill = theme.color("text", 0.08)
        self.note_text = mixed(theme.ground, _BLACK, 0.35) if theme.dark else QColor(theme.ground)

    def note_levels(self, color: int) -> tuple[QColor, ...]:
        """The colours of a track's notes from the softest to the loudest."""
        return _levels(
            self.theme.ground, self.theme.tracks[color % len(self.theme.tracks)], _WHITE if self.theme.dark else _BLACK
        )

    def ghost(self, color: int) -> QColor:
        """The colour of another track's notes behind the edited ones."""
        return self.theme.track(color, 0.20)


@lru_cache(maxsize=64)
def _levels(ground: str, hue: str, loudest: str) -> tuple[QColor, ...]:
    shades = []
    for level in range(LEVELS):
        share = level / (LEVELS - 1)
        if share <= 0.75:
            shades.append(mixed(ground, hue, round(0.36 + 0.64 * share / 0.75, 3)))
        else:
            shades.append(mixed(hue, loudest, round(0.45 * (share - 0.75) / 0.25, 3)))
    return tuple(shades)
