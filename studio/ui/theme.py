"""The look as roles: one frozen theme, one style sheet made from it. Widgets ask for a role, never for a colour."""

from dataclasses import dataclass
from functools import lru_cache
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from studio.paths import resources

GRID = 8  # pixels; every distance is a multiple of it or its half
RADIUS = 6
TEXT_SIZE = 13


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
    hover: str = "#2E333E"
    line: str = "#323844"
    text: str = "#E7E9EE"
    muted: str = "#98A1B0"
    proposed: str = "#9D8CFF"
    locked: str = "#F2B84B"
    recording: str = "#FF5D5D"
    playing: str = "#46D39A"
    tracks: tuple[str, ...] = (
        "#3FC0FA", "#F79873", "#B3BE3C", "#E196DA", "#8FBFC0", "#ABAEED", "#BDB591", "#D2A8AC",
    )  # fmt: skip

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
    """The opaque colour of ``over`` on ``under`` at ``share`` 0..1: cheaper to paint than transparency. Do not change it."""
    a, b = QColor(under), QColor(over)
    return QColor(*(round(x + (y - x) * share) for x, y in zip(_rgb(a), _rgb(b), strict=True)))


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


DARK = Theme()
# The same roles by day: hues as in the dark, at OKLCH lightness 0.56 (tracks) and 0.53 (meanings) against a white ground.
LIGHT = Theme(
    dark=False,
    ground="#FCFCFD",
    panel="#F0F2F5",
    raised="#E3E6EC",
    hover="#D7DBE3",
    line="#C2C8D2",
    text="#171A20",
    muted="#535C6B",
    proposed="#6B52CC",
    locked="#8C6302",
    recording="#CA0426",
    playing="#068057",
    tracks=("#097FAB", "#B25630", "#747C07", "#9E5599", "#4D7E80", "#6C6DAA", "#7D7551", "#90686C"),
)
THEMES = {"dark": DARK, "light": LIGHT}


class _Chosen:
    """The theme in use: one for the whole application, as its style sheet is."""

    theme = DARK


_chosen = _Chosen()


def look() -> Theme:
    """The theme in use. Ask when painting or making a widget, never when a module is loaded."""
    return _chosen.theme


def ui_font(size: int = TEXT_SIZE, bold: bool = False, tabular: bool = False) -> QFont:
    """The system's font at ``size`` pixels; ``tabular`` gives every digit the same width."""
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def stylesheet(theme: Theme) -> str:
    """The application's style sheet: ``resources/style.qss`` with the theme's roles in it."""
    roles: dict[str, str] = {k: v for k, v in vars(theme).items() if isinstance(v, str)}
    roles["arrow"] = (resources() / "icons" / "small-down.svg").as_posix()
    roles["check"] = (resources() / "icons" / f"small-check{'' if theme.dark else '-light'}.svg").as_posix()
    roles["pressed"] = mixed(theme.raised, theme.ground, 0.5).name()
    roles["faint"] = mixed(theme.muted, theme.panel, 0.45).name()
    roles["proposed_hover"] = mixed(theme.proposed, "#FFFFFF", 0.14).name()
    roles["proposed_dim"] = mixed(theme.panel, theme.proposed, 0.22).name()
    roles["selection"] = mixed(theme.raised, theme.proposed, 0.5).name()
    return Template((resources() / "style.qss").read_text("utf-8")).substitute(roles)


def palette(theme: Theme) -> QPalette:
    """The palette for whatever the style sheet does not reach."""
    result = QPalette()
    role = QPalette.ColorRole
    for roles, color in (
        ((role.Window, role.Button), theme.panel),
        ((role.Base, role.AlternateBase), theme.ground),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), theme.text),
        ((role.ToolTipBase, role.Mid, role.Light, role.Midlight), theme.raised),
        ((role.Dark, role.Shadow), theme.line),
        ((role.PlaceholderText,), theme.muted),
        ((role.Link, role.Highlight, role.Accent), theme.proposed),
        ((role.HighlightedText,), theme.ground),
    ):
        for one in roles:
            result.setColor(one, QColor(color))
    disabled = mixed(theme.muted, theme.panel, 0.45)
    for one in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, one, disabled)
    return result


def apply_theme(app: QApplication, theme: Theme = DARK) -> None:
    """Dress the whole application, its title bars included where the system lets it; :func:`look` is ``theme`` from now on."""
    apply_colors(app, theme)
    app.setStyleSheet(stylesheet(theme))


def apply_colors(app: QApplication, theme: Theme = DARK) -> None:
    """Style, palette and font without the style sheet, which costs less once the widgets are all there."""
    _chosen.theme = theme
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark if theme.dark else Qt.ColorScheme.Light)
    app.setPalette(palette(theme))
    font = app.font()
    font.setPixelSize(TEXT_SIZE)
    app.setFont(font)
