"""A page on which the same bars are heard by other means: by name, or blind with votes."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.app.comparing import Ballot
from studio.ui.texts import t, told
from studio.ui.widgets import icon_button, label, named

LETTERS = "ABCDEFGH"


class ComparePage(QDialog):
    """Shows versions as buttons; says which is wanted. In a blind test buttons are letters, and a vote deals them anew.

    Space plays and stops, 1, 2, 3 choose.
    """

    heard = Signal(int)  # a version, by its place among the names
    played = Signal(bool)
    gone = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setWindowTitle(t("Compare the sound"))
        self._names: tuple[str, ...] = ()
        self.ballot = Ballot(1)
        self.where = label("", "hint")
        self.play = icon_button("play", t("Play"), on="playing")
        self.play.clicked.connect(self.played)
        self.place = QProgressBar()
        self.place.setTextVisible(False)
        self.place.setRange(0, 1_000)
        named(self.place, t("How far it is"))
        self.blind = QCheckBox(t("Blind: hide which is which"))
        self.blind.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.blind.clicked.connect(self._begin)
        self.verdict = label("", "hint")
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(3 * self.verdict.fontMetrics().lineSpacing() + 6)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._choices = QHBoxLayout()
        self._votes = QHBoxLayout()
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._hear)
        self.choices: list[QPushButton] = []
        self.votes: list[QPushButton] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(self.play)
        top.addWidget(self.place, 1)
        whole.addWidget(self.where)
        for part in (top, self._choices):
            whole.addLayout(part)
        whole.addWidget(self.blind)
        whole.addLayout(self._votes)
        whole.addWidget(self.verdict)
        whole.addStretch(1)
        self.setMinimumWidth(500)

    def show_versions(self, where: str, names: tuple[str, ...]) -> None:
        """Show that these are there to be heard."""
        self.where.setText(where)
        self._names = names
        for old in (*self.choices, *self.votes):
            old.hide()
            old.deleteLater()
        self.choices, self.votes = [], []
        for k in range(len(names)):
            choice, vote = QPushButton(), QPushButton()
            choice.setCheckable(True)
            choice.setProperty("role", "chip")
            self._group.addButton(choice, k)
            self._choices.addWidget(choice, 1)
            self.choices.append(choice)
            vote.clicked.connect(lambda _=False, k=k: self._vote(k))
            self._votes.addWidget(vote, 1)
            self.votes.append(vote)
            for button in (choice, vote):
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # else Space, after a click, would press it again
                button.setAutoDefault(False)
        for before, after in pairwise((self.play, *self.choices, self.blind, *self.votes)):
            self.setTabOrder(before, after)
        self._begin()

    def _begin(self) -> None:
        """Start anew, by name or blind."""
        self.ballot = Ballot(len(self._names))
        self._show()
        self.choices[0].setChecked(True)
        self._hear(0)

    def version(self, button: int) -> int:
        """The version behind a button."""
        return self.ballot.order[button] if self.blind.isChecked() else button

    def _hear(self, button: int) -> None:
        self.heard.emit(self.version(button))

    def _vote(self, button: int) -> None:
        self.ballot.vote(button)
        self._show()
        self.choices[0].setChecked(True)
        self._hear(0)

    def _show(self) -> None:
        blind = self.blind.isChecked()
        for k, (choice, vote) in enumerate(zip(self.choices, self.votes, strict=True)):
            text = LETTERS[k] if blind else told(self._names[k])
            choice.setText(text)
            named(choice, t("Hear {name}", name=text))
            vote.setVisible(blind)
            vote.setText(t("{letter} is best", letter=LETTERS[k]))
        votes = self.ballot.votes
        if not blind:
            self.verdict.setText(t("All are equally loud. Your own effects belong to the neural instruments only."))
        elif not votes:
            self.verdict.setText(t("Listen to each, then say which is best. The letters are dealt anew after each vote."))
        else:
            said = ", ".join(f"{told(name)} {votes[k]}" for k, name in enumerate(self._names))
            self.verdict.setText(
                t("Votes so far: {votes}. If all were liked alike, such a lead would come {chance} % of the time.",
                  votes=said, chance=f"{100 * self.ballot.chance():.0f}")
            )  # fmt: skip

    def show_stopped(self) -> None:
        """Something else is to be heard: show that this is silent."""
        self.play.setChecked(False)
        self.place.setValue(0)

    def done(self, result: int) -> None:
        """However the page goes, by its cross or by Esc, which is no event of closing."""
        super().done(result)
        self.gone.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Space:
            self.play.click()
        elif 0 <= place < len(self.choices):
            self.choices[place].click()
        else:
            super().keyPressEvent(event)
