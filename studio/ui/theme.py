"""The look as roles: one frozen theme, one style sheet made from it. Widgets ask for a role, never for a colour."""

from dataclasses import dataclass
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from studio.paths import resources

GRID = 8  # pixels; every distance is a multiple of it or its half
RADIUS = 6
TARGET = 24  # pixels; nothing to click is smaller
TEXT_SIZE = 13
SMALL_SIZE = 11


@dataclass(frozen=True)
class Theme:
    """Colours by what they mean, as ``#RRGGBB``.

    ``tracks`` are eight hues at one lightness that keep apart under the three kinds of colour blindness; ``proposed``,
    ``locked``, ``recording`` and ``playing`` mean just that, and nothing else may use them.
    """

    ground: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    hover: str
    tracks: tuple[str, ...]
    proposed: str
    locked: str
    recording: str
    playing: str
    dark: bool = True

    def track(self, color: int) -> QColor:
        """The colour of a track whose ``color`` index is any whole number."""
        return QColor(self.tracks[color % len(self.tracks)])


DARK = Theme(
    ground="#15171C",
    panel="#1C1F26",
    raised="#252932",
    line="#323844",
    text="#E7E9EE",
    muted="#98A1B0",
    hover="#2E333E",
    tracks=("#64B6F8", "#F1935B", "#A5C255", "#EE8AB2", "#57C4CD", "#C7B18D", "#D48DD8", "#9BACC8"),
    proposed="#9D8CFF",
    locked="#F2B84B",
    recording="#FF5D5D",
    playing="#46D39A",
)


def blend(a: str | QColor, b: str | QColor, share: float) -> QColor:
    """The colour ``share`` (0..1) of the way from ``a`` to ``b``."""
    x, y = QColor(a), QColor(b)
    return QColor(
        *(round(p + (q - p) * share) for p, q in ((x.red(), y.red()), (x.green(), y.green()), (x.blue(), y.blue())))
    )


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
    roles = {k: v for k, v in vars(theme).items() if isinstance(v, str)}
    roles["arrow"] = (resources() / "icons" / "small-down.svg").as_posix()
    roles["check"] = (resources() / "icons" / "small-check.svg").as_posix()
    roles["pressed"] = blend(theme.raised, theme.ground, 0.5).name()
    roles["faint"] = blend(theme.muted, theme.panel, 0.45).name()
    roles["proposed_hover"] = blend(theme.proposed, "#FFFFFF", 0.14).name()
    roles["proposed_dim"] = blend(theme.panel, theme.proposed, 0.22).name()
    roles["selection"] = blend(theme.raised, theme.proposed, 0.5).name()
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
    disabled = blend(theme.muted, theme.panel, 0.45)
    for one in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, one, disabled)
    return result


def apply_theme(app: QApplication, theme: Theme = DARK) -> None:
    """Dress the whole application, its title bars included where the system lets it."""
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark if theme.dark else Qt.ColorScheme.Light)
    app.setPalette(palette(theme))
    font = app.font()
    font.setPixelSize(TEXT_SIZE)
    app.setFont(font)
    app.setStyleSheet(stylesheet(theme))
