"""Instruments as people choose them: the 128 programs of General MIDI by family, the drum kit, and those of their own."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from studio.engines.gm import FAMILIES, PROGRAMS
from studio.engines.own_names import KIT_PREFIX, playable, titles
from studio.music.document import Track
from studio.ui.texts import noted, t, verbatim

_EACH = 8  # programs a family
DRUM_KIT = noted("Drum kit")
SOUND_FILE = noted("Sound file")
OWN = noted("Your own")


def instrument_title(track: Track) -> str:
    """What plays ``track``."""
    if plays_sounds(track):
        return t(SOUND_FILE)
    return _own_title(track) or t(DRUM_KIT if track.drums else PROGRAMS[track.program])


def short_title(track: Track) -> str:
    """What plays ``track``, for where there is little room; an own one's name stays as it was given."""
    title = instrument_title(track)
    return title if title == _own_title(track) else title.removeprefix("Acoustic ").capitalize()


def _own_title(track: Track) -> str:
    """What an own instrument or kit that plays ``track`` is called, empty where none does."""
    own = track.instrument in playable() and track.drums == track.instrument.startswith(KIT_PREFIX)
    return titles().get(track.instrument, "") if own else ""


def track_title(track: Track) -> str:
    """What ``track`` is called: its name, else what plays it."""
    return track.name or instrument_title(track)


def plays_sounds(track: Track) -> bool:
    """Whether a track plays sound files and nothing else."""
    return bool(track.clips) and all(c.take.sound and not len(c.notes) for c in track.clips)


def instrument_icon(track: Track) -> str:
    """The icon's name for what plays ``track``."""
    if plays_sounds(track):
        return "wave"
    return "drums" if track.drums else "note"


class InstrumentMenu(QMenu):
    """Families with their programs; ``picked(program, drums)`` tells the choice, ``own(id)`` that of an instrument of one's own.

    ``unwanted(id)``: an own one shall be removed.
    """

    picked = Signal(int, bool)
    own = Signal(str)
    unwanted = Signal(str)

    def __init__(self, track: Track, parent: QWidget) -> None:
        super().__init__(parent)
        own = _own_title(track)  # one that is not here plays nothing: its track's program does
        drums = self._entry(self, t(DRUM_KIT), track.drums and not own)
        drums.triggered.connect(lambda: self.picked.emit(track.program, True))
        self.addSeparator()
        for family, name in enumerate(FAMILIES):
            menu = self.addMenu(t(name))
            for program in range(family * _EACH, (family + 1) * _EACH):
                chosen = not track.drums and not own and program == track.program
                entry = self._entry(menu, t(PROGRAMS[program]), chosen)
                entry.triggered.connect(lambda _=False, p=program: self.picked.emit(p, False))
                if chosen:
                    self._mark(menu)
        if mine := titles():
            self.addSeparator()
            menu = self.addMenu(t(OWN))
            for name, title in mine.items():
                entry = self._entry(menu, title, name == track.instrument)
                entry.setEnabled(name in playable())
                entry.triggered.connect(lambda _=False, i=name: self.own.emit(i))
                if name == track.instrument:
                    self._mark(menu)
            menu.addSeparator()
            removal = menu.addMenu(t("Remove one of them"))
            for name, title in mine.items():
                removal.addAction(verbatim(title)).triggered.connect(lambda _=False, i=name: self.unwanted.emit(i))

    def _mark(self, menu: QMenu) -> None:
        """Mark the family in which the present one is."""
        action = menu.menuAction()
        action.setCheckable(True)
        action.setChecked(True)

    @staticmethod
    def _entry(menu: QMenu, text: str, chosen: bool) -> QAction:
        entry = menu.addAction(verbatim(text))
        entry.setCheckable(True)
        entry.setChecked(chosen)
        return entry


def instrument_menu(track: Track, parent: QWidget) -> InstrumentMenu:
    """The menu to choose what plays ``track``."""
    return InstrumentMenu(track, parent)
