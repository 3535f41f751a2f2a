"""The keyboard at the left of the roll: keys as on a piano, C labelled; for drums the names of the pieces."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from studio.music.pitch import pitch_name
from studio.ui.roll.layers.background import BLACK_KEYS
from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import Theme, mixed

BLACK_SHARE = 0.60
WHITE_NEIGHBOURS = frozenset((0, 5))  # C and F: their lower edge borders on a white key
DRUM_NAMES = {
    35: "Kick 2", 36: "Kick", 37: "Rim", 38: "Snare", 39: "Clap", 40: "Snare 2", 41: "Tom 6", 42: "Hat", 43: "Tom 5",
    44: "Pedal hat", 45: "Tom 4", 46: "Open hat", 47: "Tom 3", 48: "Tom 2", 49: "Crash", 50: "Tom 1", 51: "Ride", 52: "China",
    53: "Ride bell", 54: "Tambour.", 55: "Splash", 56: "Cowbell", 57: "Crash 2", 58: "Vibraslap", 59: "Ride 2",
    60: "Bongo hi", 61: "Bongo lo", 62: "Conga mu.", 63: "Conga hi", 64: "Conga lo", 65: "Timbale h", 66: "Timbale l",
    67: "Agogo hi", 68: "Agogo lo", 69: "Cabasa", 70: "Maracas", 75: "Claves", 76: "Block hi", 77: "Block lo",
    80: "Triangle m", 81: "Triangle",
}  # fmt: skip


def paint_keyboard(painter: QPainter, viewport: Viewport, theme: Theme, pressed: int | None, drums: bool) -> None:
    """Paint the keys that are seen; ``pressed`` is the pitch that sounds."""
    low, high = viewport.visible_pitches()
    painter.fillRect(QRect(0, 0, GUTTER, viewport.height), theme.color("panel"))
    if drums:
        _paint_drums(painter, viewport, theme, pressed, range(low, high + 1))
    else:
        _paint_keys(painter, viewport, theme, pressed, range(low, high + 1))
    painter.fillRect(QRect(GUTTER - 1, 0, 1, viewport.height), theme.color("ground"))


def _paint_keys(painter: QPainter, viewport: Viewport, theme: Theme, pressed: int | None, pitches: range) -> None:
    height = viewport.key_height
    if theme.dark:
        ivory, ebony = mixed(theme.panel, theme.text, 0.54), mixed(theme.ground, theme.line, 0.45)
    else:
        ivory, ebony = mixed(theme.panel, "#FFFFFF", 0.75), mixed(theme.panel, theme.text, 0.72)
    seam = mixed(theme.panel, theme.text, 0.28)
    painter.fillRect(QRect(0, 0, GUTTER - 1, viewport.height), ivory)
    for pitch in pitches:
        y = int(viewport.y_of(pitch))
        if pitch % 12 in BLACK_KEYS:
            middle = y + height // 2  # the seam of the white keys runs under the black one
            painter.fillRect(QRect(0, middle, GUTTER - 1, 1), seam)
        elif pitch % 12 in WHITE_NEIGHBOURS:
            painter.fillRect(QRect(0, y + height - 1, GUTTER - 1, 1), seam)
    if pressed is not None and pressed % 12 not in BLACK_KEYS:
        painter.fillRect(QRect(0, int(viewport.y_of(pressed)), GUTTER - 1, height - 1), theme.color("playing"))
    for pitch in pitches:
        if pitch % 12 in BLACK_KEYS:
            color = theme.color("playing") if pitch == pressed else ebony
            painter.fillRect(QRect(0, int(viewport.y_of(pitch)), int(GUTTER * BLACK_SHARE), height), color)
    _label_octaves(painter, viewport, theme, pitches)


def _label_octaves(painter: QPainter, viewport: Viewport, theme: Theme, pitches: range) -> None:
    height = viewport.key_height
    font = QFont(painter.font())
    font.setPixelSize(max(8, min(11, height + 2)))
    painter.setFont(font)
    painter.setPen(theme.color("ground", 0.85) if theme.dark else theme.color("muted"))
    for pitch in pitches:
        if pitch % 12 == 0:
            box = QRectF(0, float(viewport.y_of(pitch)) - 3, GUTTER - 6, height + 6)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pitch_name(pitch))


def _paint_drums(painter: QPainter, viewport: Viewport, theme: Theme, pressed: int | None, pitches: range) -> None:
    height = viewport.key_height
    font = QFont(painter.font())
    font.setPixelSize(max(8, min(11, height - 2)))
    painter.setFont(font)
    for pitch in pitches:
        y = int(viewport.y_of(pitch))
        named = pitch in DRUM_NAMES
        base = theme.color("playing") if pitch == pressed else mixed(theme.panel, theme.raised, 1.0 if named else 0.2)
        painter.fillRect(QRect(0, y, GUTTER - 1, height - 1), base)
        if named and height >= 10:
            painter.setPen(theme.color("ground" if pitch == pressed else "muted"))
            painter.drawText(QRectF(6, y, GUTTER - 8, height - 1), int(Qt.AlignmentFlag.AlignVCenter), DRUM_NAMES[pitch])
