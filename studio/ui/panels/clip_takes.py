"""The takes of a clip: each a card with its notes, name and origin. The one that is heard is the one that is there."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.app.provenance_notes import note_text
from studio.app.session import ProposedTake
from studio.app.takes import origin_of
from studio.engines.api import Part
from studio.music.document import Clip, Take, Track
from studio.ui.key_frame import KeyFrame
from studio.ui.panels.take_picture import TakePicture, provenance_text
from studio.ui.texts import t, told
from studio.ui.theme import look, ui_font
from studio.ui.widgets import Elided, TextField, icon_button, label, named, role


class ClipTakeCard(QFrame):
    """One take of a clip."""

    def __init__(self, place: int, panel: "ClipTakesPanel") -> None:
        super().__init__()
        self.setProperty("role", "clip-take")
        self.place = place
        self._panel = panel
        self._shown: tuple[Take, Clip, Track, bool] | None = None
        self.number = QLabel(str(place + 1))
        self.number.setFont(ui_font(bold=True))
        self.name = TextField()
        self.name.setProperty("role", "inline")
        self.origin = Elided("", "hint")
        self.picture = TakePicture()
        self.copy = icon_button("copy", t("Copy where it comes from"), kind="small")
        self.listen = icon_button("speaker", t("Listen"), kind="small")
        self.clip = icon_button("plus", t("Keep as a new clip"), kind="small")
        self.drop = icon_button("close", t("Drop"), kind="small")
        self.name.editingFinished.connect(self._renamed)
        self.copy.clicked.connect(self._copy)
        for button, signal in ((self.listen, panel.auditioned), (self.clip, panel.kept_as_clip), (self.drop, panel.dropped)):
            button.clicked.connect(lambda _=False, s=signal: s.emit(self.place))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 6, 8)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.number)
        top.addSpacing(4)
        top.addWidget(self.name, 1)
        for button in (self.copy, self.listen, self.clip, self.drop):
            top.addWidget(button)
        column.addLayout(top)
        column.addWidget(self.picture)
        column.addWidget(self.origin)

    def show_take(self, take: Take, clip: Clip, track: Track, active: bool) -> None:
        """Show ``take`` of ``clip``."""
        if self._shown and take is self._shown[0] and (clip.length, track.color, active) == (
            self._shown[1].length, self._shown[2].color, self._shown[3],
        ):  # fmt: skip
            return
        self._shown = (take, clip, track, active)
        if not self.name.hasFocus():
            self.name.setText(self._title())
        origin = told(origin_of(take.provenance))
        count = t("1 note") if len(take.notes) == 1 else t("{count} notes", count=len(take.notes))
        self.origin.setText(" · ".join(filter(None, (origin, count, t("heard now") if active else ""))))
        part = Part(track.name, track.program, track.drums, track.id)
        self.picture.hue = look().track(track.color).name()
        self.picture.show_take(ProposedTake(((part, take.notes),), clip.length), 0, clip.length)
        number = self.place + 1
        named(self, t("Take {number}", number=number), provenance_text(take.provenance) or origin)
        named(self.name, t("Name of take {number}", number=number))
        named(self.copy, t("Copy where take {number} comes from", number=number))
        named(
            self.listen, t("Listen to take {number}", number=number), t("Listen to it in the song (key {number})", number=number)
        )
        named(self.clip, t("Keep take {number} as a new clip", number=number), t("Make it a clip of its own, behind this one"))
        named(self.drop, t("Drop take {number}", number=number), t("Drop it (Backspace)"))
        if self.property("active") != active:
            self.setProperty("active", active)
            role(self, "clip-take")

    def _title(self) -> str:
        take = self._shown[0] if self._shown else Take()
        return take.name or told(origin_of(take.provenance)).capitalize()

    def _renamed(self) -> None:
        if self._shown and self.name.text().strip() not in ("", self._title()):
            self._panel.renamed.emit(self.place, self.name.text().strip())
        self.name.setText(self._title())

    def _copy(self) -> None:
        if self._shown:
            QGuiApplication.clipboard().setText(note_text(self._shown[0].provenance))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._panel.setFocus()
            self._panel.picked.emit(self.place)
        super().mousePressEvent(event)


class ClipTakesPanel(KeyFrame):
    """All takes of one clip. The keys 1 to 8, Up, Down, Backspace and B (A/B) work while it has the focus."""

    picked = Signal(int)
    auditioned = Signal(int)
    dropped = Signal(int)
    renamed = Signal(int, str)
    kept_as_clip = Signal(int)
    other = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, t("Takes of the clip"), "")
        self.cards: list[ClipTakeCard] = []
        self._active = 0
        self._title = label("", "muted")
        self._keys = label(t("1 to 8 listen    B compares    Backspace drops"), "hint")
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(12, 0, 12, 8)
        self._list.setSpacing(6)
        self._list.addWidget(self._title)
        self._list.addWidget(self._keys)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def show_clip(self, track: Track, clip: Clip, place: str) -> None:
        """Show the takes of ``clip``; ``place`` says where it lies."""
        title = clip.name or track.name
        self._title.setText(f"{title}, {place}" if title else place)
        while len(self.cards) > len(clip.takes):
            card = self.cards.pop()
            self._list.removeWidget(card)
            card.deleteLater()
        while len(self.cards) < len(clip.takes):
            card = ClipTakeCard(len(self.cards), self)
            self.cards.append(card)
            self._list.insertWidget(len(self.cards), card)
        self._active = clip.active
        for card, take in zip(self.cards, clip.takes, strict=True):
            card.show_take(take, clip, track, card.place == clip.active)

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        """What a key does here, None when it is none of ours."""
        if not self.cards or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        key = event.key()
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            return lambda: self.dropped.emit(self._active)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            place = self._active + (1 if key == Qt.Key.Key_Down else -1)
            return lambda: self.picked.emit(min(len(self.cards) - 1, max(0, place)))
        if key == Qt.Key.Key_B:
            return self.other.emit
        place = key - Qt.Key.Key_1
        return (lambda: self.auditioned.emit(place)) if 0 <= place < len(self.cards) else None
