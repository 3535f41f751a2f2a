"""The look's roles and colours, as one frozen value that the window hands to every widget."""

from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Theme:
    """Colours by role. A meaning (proposed, locked, recording, playing) has its own hue, and nothing else uses it.

    ``tracks``: eight hues at one lightness (OKLCH 0.77), kept off the meanings' hues, chosen by search for the largest
    smallest distance as seen with normal, protan and deutan vision (Machado et al. 2009, severity 1), and ordered
    so that the first ones differ most.
    """

    dark: bool = True
    ground: str = "#15171C"
    panel: str = "#1C1F26"
    raised: str = "#252932"
    line: str = "#323844"
    text: str = "#E7E9EE"
    muted: str = "#98A1B0"
    proposed: str = "#9D8CFF"
    locked: str = "#F2B84B"
    recording: str = "#FF5D5D"
    playing: str = "#46D39A"
    tracks: tuple[str, ...] = field(
        default=("#02C5FF", "#F79873", "#B3BE3C", "#E196DA", "#8FBFC0", "#ABAEED", "#BDB591", "#D2A8AC")
    )

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a role (a field's name), ``alpha`` 0..1 opaque. A fresh object, the caller's to change."""
        color = QColor(getattr(self, role))
        color.setAlphaF(alpha)
        return color

    def track(self, index: int, alpha: float = 1.0) -> QColor:
        """The hue of a track's colour index (any whole number)."""
        color = QColor(self.tracks[index % len(self.tracks)])
        color.setAlphaF(alpha)
        return color


@lru_cache(maxsize=4096)
def mixed(under: str, over: str, share: float) -> QColor:
    """The opaque colour that ``over`` gives on ``under`` at ``share`` 0..1: cheaper to paint than transparency. Do not change it."""
    a, b = QColor(under), QColor(over)
    return QColor(*(round(x + (y - x) * share) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)))


DARK = Theme()
