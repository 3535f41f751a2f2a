"""TAKES: each alternative as a card with a picture of its notes; nothing enters the song until it is kept."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.app.provenance_notes import note_text
from studio.app.session import Proposal, ProposedTake
from studio.app.take_figures import Figures, figures_of, twins_of
from studio.music.document import Clip, Document, Provenance, Track
from studio.ui.key_frame import KeyFrame
from studio.ui.panels.clip_takes import ClipTakesPanel
from studio.ui.panels.take_picture import FigureBars, TakePicture, provenance_text
from studio.ui.texts import noted, t
from studio.ui.theme import ui_font
from studio.ui.widgets import Elided, Segments, icon_button, label, named, role

_EMPTY = noted("What the network writes appears here, and dashed in the roll. Nothing enters the song until you keep it.")
_KEYS = noted("1 to 8 listen    Enter keeps    Backspace drops")


class TakeCard(QFrame):
    """One alternative."""

    def __init__(self, place: int, panel: "TakesPanel") -> None:
        super().__init__()
        self.setProperty("role", "take")
        self.place = place
        self._panel = panel
        self._provenance = Provenance()
        self._take: ProposedTake | None = None
        self._said = ""
        self.title = QLabel()
        self.title.setFont(ui_font(bold=True))
        self.count = Elided("", "hint")
        self.picture = TakePicture()
        self.figures = FigureBars()
        self.audition = icon_button("speaker", t("Listen"), kind="small")
        self.keep = icon_button("check", t("Keep"), kind="small", color="text")
        self.drop = icon_button("close", t("Drop"), kind="small")
        self.copy = icon_button("copy", t("Copy where it comes from"), kind="small")
        self.audition.clicked.connect(lambda: panel.auditioned.emit(self.place))
        self.keep.clicked.connect(lambda: panel.kept.emit(self.place))
        self.drop.clicked.connect(lambda: panel.dropped.emit(self.place))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(note_text(self._provenance)))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 6, 8)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.title)
        top.addSpacing(8)
        top.addWidget(self.count, 1)
        for button in (self.copy, self.audition, self.keep, self.drop):
            top.addWidget(button)
        column.addLayout(top)
        column.addWidget(self.picture)
        column.addWidget(self.figures)

    def show_take(self, take: ProposedTake, proposal: Proposal, document: Document, active: bool) -> None:
        """Show ``take``."""
        if take is self._take and active == self.property("active"):
            return
        if take.provenance is not self._provenance or self._take is None:
            self._show_provenance(take.provenance)
        self._take = take
        self.title.setText(str(self.place + 1))
        bars = document.meter.bar_of(max(proposal.start, take.written_to - 1)) - document.meter.bar_of(proposal.start)
        bars += take.written_to > proposal.start
        done = take.written_to >= proposal.end
        long = t("1 bar") if bars == 1 else t("{n} bars", n=bars)
        count = t("1 note") if take.note_count == 1 else t("{count} notes", count=take.note_count)
        whole = t("{bars}, {notes}", bars=long, notes=count)
        begun = t("writing bar {n}", n=bars) if bars else t("writing") if take.note_count else t("waiting")
        self._said = whole if done else begun
        self.show_twin(None)
        self.picture.show_take(take, proposal.start, proposal.end)
        if self.property("active") != active:
            self.setProperty("active", active)
            role(self, "take")

    def show_twin(self, place: int | None) -> None:
        """Say which take before it has the same notes, so that nobody listens for a difference."""
        self.count.setText(self._said if place is None else t("the same notes as take {n}", n=place + 1))

    def _show_provenance(self, provenance: Provenance) -> None:
        self._provenance = provenance
        number = self.place + 1
        named(self, t("Take {n}", n=number), provenance_text(provenance))
        named(self.audition, t("Listen to take {n}", n=number), t("Listen to it in the song (key {n})", n=number))
        named(self.keep, t("Keep take {n}", n=number), t("Keep: it becomes part of the song (Enter)"))
        named(self.drop, t("Drop take {n}", n=number), t("Drop it (Backspace)"))
        tip = t("Copy where it comes from: model, weights, seed and settings")
        named(self.copy, t("Copy where take {n} comes from", n=number), tip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._panel.setFocus()
            self._panel.picked.emit(self.place)
        super().mousePressEvent(event)


class TakesPanel(KeyFrame):
    """The alternatives of the proposal. The keys 1 to 8, Enter and Backspace work while it has the focus."""

    picked = Signal(int)
    auditioned = Signal(int)
    kept = Signal(int)
    dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, t("Takes"), "")
        self.cards: list[TakeCard] = []
        self._active = 0
        self._figures: tuple[Figures, ...] = ()
        self._twins: tuple[int | None, ...] = ()
        self._measured: tuple[ProposedTake, ...] = ()
        self.sorting = Segments(
            (t("As written"), t("Novelty"), t("Fit")),
            (
                t("Takes in the order of their numbers"),
                t("What stands neither in the song nor in another take comes first"),
                t("What is most like the song around it comes first"),
            ),
            t("Order of the takes"),
        )
        self.sorting.picked.connect(lambda _: self._order())
        self._empty = label(t(_EMPTY), "hint")
        self._empty.setWordWrap(True)
        self._keys = label(t(_KEYS), "hint")
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(12, 0, 12, 8)
        self._list.setSpacing(6)
        self._list.addWidget(self.sorting)
        self._list.addWidget(self._empty)
        self._list.addWidget(self._keys)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = label(t("TAKES"), "heading")
        head.setContentsMargins(12, 10, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(scroll, 1)
        self.of_clip = ClipTakesPanel()
        column.addWidget(self.of_clip, 1)
        self.of_clip.hide()
        self._scroll = scroll
        self.show_proposal(None, Document())

    def sizeHint(self) -> QSize:
        return QSize(296, 320)

    def show_proposal(self, proposal: Proposal | None, document: Document) -> None:
        """Show the alternatives of ``proposal``, or that there are none."""
        takes = proposal.takes if proposal else ()
        while len(self.cards) > len(takes):
            card = self.cards.pop()
            self._list.removeWidget(card)
            card.hide()  # at once, not only when it is deleted
            card.deleteLater()
        while len(self.cards) < len(takes):
            self._add_card()
        if proposal:
            self._active = proposal.active
            for card, take in zip(self.cards, takes, strict=True):
                card.show_take(take, proposal, document, card.place == proposal.active)
            self._measure(proposal, document)
        self.sorting.setVisible(len(takes) > 1)
        self._empty.setVisible(not takes)
        self._keys.setVisible(bool(takes))

    def _add_card(self) -> None:
        card = TakeCard(len(self.cards), self)
        before = self.cards[-1].drop if self.cards else self.sorting.findChildren(QPushButton)[-1]
        self.cards.append(card)
        self._list.insertWidget(len(self.cards), card)
        for button in (card.copy, card.audition, card.keep, card.drop):  # where it stands, not behind all that was there before
            self.setTabOrder(before, button)
            before = button

    def _measure(self, proposal: Proposal, document: Document) -> None:
        """Tell novelty and fit of takes that are written; once, since what is written does not change."""
        if proposal.writing:
            return
        if proposal.takes != self._measured:
            self._measured, self._figures = proposal.takes, figures_of(proposal, document)
            self._twins = twins_of(proposal.takes)
            for card, figures in zip(self.cards, self._figures, strict=True):
                card.figures.show_figures(figures)
            self._order()
        for card, twin in zip(self.cards, self._twins, strict=True):
            card.show_twin(twin)

    def shown(self) -> list[TakeCard]:
        """The cards from top to bottom; their numbers, and the keys that choose them, stay theirs."""
        if not self.sorting.index or len(self._figures) != len(self.cards):
            return list(self.cards)
        name = ("", "novelty", "fit")[self.sorting.index]
        value = [getattr(figures, name) or 0.0 for figures in self._figures]
        return sorted(self.cards, key=lambda card: -value[card.place])

    def _order(self) -> None:
        for k, card in enumerate(self.shown()):
            self._list.removeWidget(card)
            self._list.insertWidget(k + 1, card)

    def show_clip(self, track: Track | None, clip: Clip | None, place: str = "") -> None:
        """Show a clip's takes, where there is a clip and nothing is proposed."""
        shown = track is not None and clip is not None and not self.cards
        if track is not None and clip is not None and shown:
            self.of_clip.show_clip(track, clip, place)
        self.of_clip.setVisible(shown)
        self._scroll.setVisible(not shown)

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        """What a key does here, None when it is none of ours."""
        if not self.cards or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return lambda: self.kept.emit(self._active)
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            return lambda: self.dropped.emit(self._active)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            places = [card.place for card in self.shown()]
            at = places.index(self._active) + (1 if key == Qt.Key.Key_Down else -1)
            return lambda: self.picked.emit(places[min(len(places) - 1, max(0, at))])
        place = key - Qt.Key.Key_1
        return (lambda: self.auditioned.emit(place)) if 0 <= place < len(self.cards) else None
