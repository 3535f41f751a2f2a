"""Instruments of the user's own in the window: one from a recording, and a blend of two. Both are jobs, to be watched and stopped."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from studio.app.jobs import Job
from studio.app.sounding import program_of
from studio.app.studio import Studio
from studio.engines.cards import Card
from studio.engines.gm import PROGRAMS
from studio.engines.own_names import free_title, titles
from studio.music.pitch import pitch_name
from studio.ui.dialogs import ask_remove
from studio.ui.files import Files
from studio.ui.instruments import plays_sounds, track_title
from studio.ui.roll.state import RollState
from studio.ui.texts import t

if TYPE_CHECKING:
    from studio.app.kits import Trials
    from studio.engines.neural_instruments import NeuralInstruments
    from studio.engines.neural_instruments_laws import Sound

_MIDDLE_C = 60
_LOUD, _HEARD_S = 90, 1.5
_SETTLE_MS = 250  # after the last touch the blend is heard


class OwnInstruments:
    """Learns and blends instruments, and lets the track that is being edited be played by what was made."""

    def __init__(self, studio: Studio, files: Files, state: RollState, window: QWidget) -> None:
        self._studio, self._files, self._state, self._window = studio, files, state, window
        self.ask_remove = ask_remove
        self._trials: Trials | None = None

    def learn(self) -> None:
        """Ask for a recording, and learn an instrument from it."""
        if path := self._files.ask_sound(t("Instrument from a recording")):
            self.learn_from(path)

    def learn_from(self, path: Path) -> None:
        """Learn an instrument from a recording; it is named after the file."""

        def work(job: Job) -> Card:
            from studio.app.instruments import learn_instrument

            return learn_instrument(path, free_title(path.stem), self._instruments(), job)

        self._studio.jobs.start(f"learn {path}", f"Learning {path.stem}", work, self._made_for_this_track())

    def blend(self) -> None:
        """Open the page on which two instruments are blended."""
        track = self._state.track

        def work(job: Job) -> tuple[dict[str, str], str]:
            instruments = self._instruments()
            return can_be_blended([sound for sound, _ in instruments.rows().values()]), instruments.sound_of(
                program_of(track), _MIDDLE_C
            ) if track and not track.drums else ""

        self._studio.jobs.start("blend", "Looking for instruments", work, lambda found: self._open_page(*found))

    def _open_page(self, known: dict[str, str], first: str) -> None:
        page = BlendPage(known, self._window, first)
        page.heard.connect(self._hear)
        page.wanted.connect(self.blend_of)
        page.show()
        page.activateWindow()

    def _hear(self, first: str, second: str, share: float) -> None:
        """Let a blend be heard that is not kept."""
        from studio.app.kits import Trials

        self._trials = self._trials or Trials(self._instruments)
        trials = self._trials

        def play(tried: tuple[int, int]) -> None:
            number, key = tried
            self._studio.playback.end_auditions()
            self._studio.playback.audition(key, number, _LOUD, seconds=_HEARD_S)

        self._studio.jobs.start("blend heard", "", lambda job: trials.blend(first, second, share, job), play)

    def blend_of(self, first: str, second: str, share: float, name: str) -> None:
        """Make the blend of two instruments, given by their ids."""

        def work(job: Job) -> Card:
            from studio.app.instruments import blend_instruments

            return blend_instruments(first, second, share, free_title(name), self._instruments())

        self._studio.jobs.start(f"blend {name}", f"Blending {name}", work, self._made_for_this_track())

    def forget(self, instrument: str) -> None:
        """Ask, and remove an own instrument that no track of the open songs is played by."""
        tell, title = self._studio.notices.tell, titles().get(instrument, instrument)
        tracks = [x for song in self._studio.session.songs for x in song.committed.tracks if x.instrument == instrument]
        if tracks:
            tell(f"'{title}' plays the track '{track_title(tracks[0])}'.", "Choose another instrument there first.")
        elif self.ask_remove(self._window, title):

            def work(job: Job) -> None:
                from studio.app.instruments import forget_instrument

                forget_instrument(instrument, self._instruments())

            def done(_: None) -> None:
                tell(f"'{title}' is no longer among your own instruments.")

            self._studio.jobs.start(f"forget {instrument}", "", work, done)

    def _made_for_this_track(self) -> Callable[[Card], None]:
        """What follows when an instrument is made: it plays the track that is edited now, however long that takes.

        A track of drums, or one that plays sound files, stays as it is.
        """
        song, edited = self._studio.session.song, self._state.track
        wanted = edited.id if edited and not edited.drums and not plays_sounds(edited) else None

        def made(card: Card) -> None:
            track = next((x for x in song.committed.tracks if x.id == wanted), None)
            if track is not None:
                changed = song.committed.with_track(replace(track, instrument=card.id, drums=False))
                self._studio.session.commit("Instrument", changed, song)
            self._tell(card, played=track is not None)

        return made

    def _tell(self, card: Card, played: bool) -> None:
        """Say that it is there, and what was heard of a recording: chords or an overtone taken for notes are noticed by that."""
        tell, title = self._studio.notices.tell, f"'{card.title}' is among your own instruments now."
        keys = [key for row in card.data for key in row.get("keys", ())]
        if len(keys) > 1:
            lowest, highest = pitch_name(min(keys)), pitch_name(max(keys))
            tell(title, f"It was learned from {len(keys)} notes that were found, {lowest} to {highest}.")
        elif keys:
            tell(title, f"It was learned from one note that was found, {pitch_name(keys[0])}.")
        elif played:
            tell(title)
        else:
            tell(title, "Choose it in a track's menu of instruments.")

    def _instruments(self) -> "NeuralInstruments":
        from studio.app.instruments import neural

        return neural(self._studio.shelf.renderer())


def can_be_blended(sounds: Iterable["Sound"]) -> dict[str, str]:
    """Titles by id: called and ordered as in the tracks' menus, one's own at the end."""
    usable = sorted((s for s in sounds if not s.ratios and s.program >= 0), key=lambda s: s.program)
    return {s.id: t(PROGRAMS[s.program]) if s.program < len(PROGRAMS) else s.title for s in usable}


class BlendPage(QDialog):
    """Two instruments, a slider between them, and a name. ``wanted(first, second, share, name)`` asks for the blend.

    ``heard(first, second, share)``: it is to be heard.
    """

    wanted = Signal(str, str, float, str)
    heard = Signal(str, str, float)

    def __init__(self, known: dict[str, str], parent: QWidget | None, first: str = "") -> None:
        """``known``: titles by id; ``first``: the one to begin with, the first of all where it is not known."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("Blend of two instruments"))
        self.first, self.second = QComboBox(), QComboBox()
        for box in (self.first, self.second):
            for name, title in known.items():
                box.addItem(title, name)
        self.first.setCurrentIndex(max(0, self.first.findData(first)))
        self.second.setCurrentIndex(min(self.first.currentIndex() + 1, self.second.count() - 1))
        self.share = QSlider(Qt.Orientation.Horizontal)
        self.share.setRange(0, 100)
        self.share.setValue(50)
        self.share.setAccessibleName(t("How much of the second"))
        self.told = QLabel()
        self.name = QLineEdit()
        self.listen = QPushButton(t("Listen"))
        self.listen.setAutoDefault(False)
        self.listen.clicked.connect(self._hear)
        self.make = QPushButton(t("Make the instrument"))
        self._settled = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settled.timeout.connect(self._hear)
        form = QFormLayout()
        form.addRow(t("From"), self.first)
        form.addRow(t("To"), self.second)
        between = QHBoxLayout()
        between.addWidget(self.share)
        between.addWidget(self.told)
        form.addRow(t("How far"), between)
        form.addRow(t("Name"), self.name)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 20)
        page.setSpacing(16)
        page.addLayout(form)
        below = QHBoxLayout()
        below.addWidget(self.listen)
        below.addStretch(1)
        below.addWidget(self.make)
        page.addLayout(below)
        for changed in (self.first.currentIndexChanged, self.second.currentIndexChanged, self.share.valueChanged):
            changed.connect(self._propose)
            changed.connect(lambda _: self._settled.start())
        self.make.clicked.connect(self._ask)
        self.setMinimumWidth(420)
        self._propose()

    def _propose(self) -> None:
        self.told.setText(f"{self.share.value()} %")
        self.name.setPlaceholderText(f"{self.first.currentText()} + {self.second.currentText()} {self.share.value()} %")

    def _hear(self) -> None:
        self._settled.stop()
        self.heard.emit(self.first.currentData(), self.second.currentData(), self.share.value() / 100)

    def done(self, result: int) -> None:
        self._settled.stop()
        super().done(result)

    def _ask(self) -> None:
        self._settled.stop()
        name = self.name.text().strip() or self.name.placeholderText()
        self.wanted.emit(self.first.currentData(), self.second.currentData(), self.share.value() / 100, name)
        self.close()
