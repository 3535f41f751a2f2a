"""A take as a tiny picture of its notes, and where it came from in words."""

from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.app.provenance_notes import asked_of
from studio.app.session import ProposedTake
from studio.app.take_figures import Figures
from studio.app.takes import origin_of
from studio.music.document import Provenance
from studio.ui.texts import noted, t, told
from studio.ui.theme import look, mixed, ui_font
from studio.ui.widgets import named

_FOR_MACHINES = frozenset({"seed", "context", "context_sha256", "notes_sha256", "start", "length", "written_to", "turns"})


def provenance_text(provenance: Provenance) -> str:
    """What people want to know of where a take came from, a line each; all of it is in its note."""
    if provenance.kind != "generated":
        return "\n".join(filter(None, (told(origin_of(provenance)).capitalize(), told(provenance.source))))
    lines = [
        t("Written by {model}", model=provenance.model or provenance.engine),
        t("Weights {hash}", hash=provenance.weights_sha256[:16]),
    ]
    lines += [t("Seed {seed}", seed=provenance.seed), told(provenance.source)]
    asked = asked_of(provenance)
    unasked = _FOR_MACHINES if asked.get("second_style") else {*_FOR_MACHINES, "second_share"}
    told_values = {name: _value_text(value) for name, value in asked.items() if name not in unasked}
    lines += [f"{_name_text(name)}: {value}" for name, value in told_values.items() if value]
    if asked.get("turns"):
        lines.append(t("Wishes changed on the way: {n}", n=len(asked["turns"])))
    return "\n".join(line for line in lines if line)


def _name_text(name: str) -> str:
    return told(name.replace("_", " ").capitalize())


def _value_text(value: Any) -> str:
    """What was asked for, empty where nothing was."""
    if isinstance(value, dict):
        parts = {_name_text(name): _value_text(part) for name, part in value.items()}
        return ", ".join(f"{name} {part}" for name, part in parts.items() if part)
    if isinstance(value, list):
        return ", ".join(_value_text(part) for part in value)
    if isinstance(value, str):
        return told(value.capitalize()) if value.isalpha() else value
    return "" if value is None or value is False else str(value)


_FIGURES = (
    (
        noted("novelty"),
        noted("Novelty {percent} %: so many of its notes stand neither in the song nor in another take (in no key)"),
    ),
    (noted("fit"), noted("Fit {percent} %: how much it is like the song around it ({parts})")),
)
_PARTS = {"key": noted("key"), "register": noted("register"), "rhythm": noted("rhythm"), "density": noted("density")}


def figures_text(figures: Figures) -> str:
    """What the two figures of a take say, a line each; nothing for what is not known."""
    lines = []
    if figures.novelty is not None:
        lines.append(t(_FIGURES[0][1], percent=round(100 * figures.novelty)))
    if figures.fit is not None:
        known = ((t(word), getattr(figures, name)) for name, word in _PARTS.items())
        parts = ", ".join(f"{word} {round(100 * value)} %" for word, value in known if value is not None)
        lines.append(t(_FIGURES[1][1], percent=round(100 * figures.fit), parts=parts))
    return "\n".join(lines) or t("Too few notes, or no song, to tell how new it is and how it fits")


class FigureBars(QWidget):
    """Novelty and fit of a take as two bars side by side; the mouse's rest explains them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(14)
        self._figures = Figures()
        self.show_figures(self._figures)

    def show_figures(self, figures: Figures) -> None:
        """Show other figures."""
        self._figures = figures
        named(self, t("Novelty and fit"), figures_text(figures))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = look(), QPainter(self)
        painter.setFont(ui_font(9))
        half = self.width() // 2
        for k, value in enumerate((self._figures.novelty, self._figures.fit)):
            text = painter.fontMetrics().horizontalAdvance(t(_FIGURES[k][0])) + 6
            left, room = k * half, half - text - 8
            painter.setPen(theme.color("muted"))
            whole = QRectF(left, 0, text, self.height())
            painter.drawText(whole, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), t(_FIGURES[k][0]))
            painter.fillRect(QRectF(left + text, 5, room, 4), theme.color("line"))
            if value is not None:
                painter.fillRect(QRectF(left + text, 5, room * value, 4), theme.color("proposed"))
        painter.end()


class TakePicture(QWidget):
    """The notes of a take, the whole span wide, lightly drawn where they are not written yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(36)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hue = ""  # of the notes; that of what is proposed where it is empty
        self._take = ProposedTake()
        self._span = (0, 1)

    def show_take(self, take: ProposedTake, start: int, end: int) -> None:
        """Show ``take`` of a proposal for [start, end)."""
        if take is not self._take or (start, end) != self._span:
            self._take, self._span = take, (start, max(start + 1, end))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        start, end = self._span
        width, height = self.width(), self.height()
        written = width * (min(end, self._take.written_to) - start) / (end - start)
        painter.fillRect(self.rect(), QColor(look().ground))
        hue = self.hue or look().proposed
        painter.fillRect(QRectF(0, 0, written, height), mixed(look().ground, hue, 0.10))
        pitched = [notes for part, notes in self._take.parts if len(notes) and not part.drums]
        drums = [notes for part, notes in self._take.parts if len(notes) and part.drums]
        low = min((int(n.pitch.min()) for n in pitched), default=48)
        high = max((int(n.pitch.max()) for n in pitched), default=72)
        room = height - 8 - (5 if drums else 0)
        step = room / max(12, high - low + 1)
        scale = width / (end - start)
        color = QColor(hue)
        for notes in pitched:
            for note_start, duration, pitch in zip(notes.start, notes.duration, notes.pitch, strict=True):
                x, y = (int(note_start) - start) * scale, 4 + (high - int(pitch)) * step
                painter.fillRect(QRectF(x, y, max(1.5, int(duration) * scale - 0.5), max(1.5, step)), color)
        struck = sorted({int(pitch) for notes in drums for pitch in notes.pitch})
        for notes in drums:
            for note_start, pitch in zip(notes.start, notes.pitch, strict=True):
                y = height - 6 if pitched else height - 6 - (height - 12) * struck.index(int(pitch)) / max(4, len(struck))
                painter.fillRect(QRectF((int(note_start) - start) * scale, y, 1.5, 3), color)
        painter.end()
