"""Which strip's effects are shown, and what is done to them: between the page of effects, the session, and the plug-ins."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from studio.app.jobs import Job
from studio.app.plugins import PluginInfo, edited, found_plugins, look_at
from studio.app.studio import Studio
from studio.music import edits
from studio.music.document import Document
from studio.music.effects import Effects, Parameter
from studio.ui.files import Files
from studio.ui.instruments import instrument_title
from studio.ui.panels.effects import EffectsPage
from studio.ui.roll.state import RollState
from studio.ui.texts import t

WHOLE = 0  # no track has this id
_ALSO_THERE = ("play.toggle", "edit.undo", "edit.redo", "file.save")  # who turns an effect listens, and takes back
_BESIDE_THE_TRACKS = QPoint(280, 96)
_LEAST_HEIGHT, _TITLE_BAR = 400, 40


class EffectsDesk:
    """Opens the page, and keeps it showing what the song has."""

    def __init__(self, studio: Studio, state: RollState, files: Files, window: QWidget) -> None:
        self._studio, self._state, self._files, self._window = studio, state, files, window
        self.page: EffectsPage | None = None
        self._strip = WHOLE
        self._parameters: dict[str, tuple[Parameter, ...]] = {}
        self._asked: set[str] = set()

    def of_track(self) -> None:
        """Show the effects of the edited track."""
        if self._state.track is not None:
            self.open(self._state.track_id)

    def of_whole(self) -> None:
        """Show the effects of the whole mix."""
        self.open(WHOLE)

    def open(self, strip: int) -> None:
        """Show the effects of a track, or of the whole mix (:data:`WHOLE`)."""
        if self.page is None:
            self.page = EffectsPage(self._window, self._edit, self._plugins, self._known)
            self.page.plugin_picked.connect(self._pick)
            self.page.plugin_opened.connect(self._open_plugin)
            self.page.addActions([x for x in self._window.actions() if x.objectName() in _ALSO_THERE])
            room = self._window.screen().availableGeometry().adjusted(0, 0, 0, -_TITLE_BAR)
            self.page.setGeometry(placed(QRect(self._window.mapToGlobal(_BESIDE_THE_TRACKS), self.page.size()), room))
        self._strip = strip
        self.refresh(shown=True)
        self.page.show()
        self.page.raise_()
        self.page.activateWindow()
        self.page.setFocus()

    def hide(self) -> None:
        """The window goes: its page would stay on the screen without it."""
        if self.page is not None:
            self.page.hide()

    def refresh(self, *, shown: bool = False) -> None:
        """Show what the song has now; a track that has gone takes its page with it."""
        if self.page is None or not (shown or self.page.isVisible()):
            return
        document = self._studio.session.document
        effects = _effects_of(document, self._strip)
        if effects is None:
            self.page.hide()
            return
        track = next((x for x in document.tracks if x.id == self._strip), None)
        self.page.show_effects(t("the whole mix") if track is None else track.name or instrument_title(track), effects)

    def _edit(self, name: str, effects: Effects, final: bool) -> None:
        session = self._studio.session
        changed = _with_effects(session.document, self._strip, effects)
        if not final:
            session.preview(changed)
        elif _effects_of(session.committed, self._strip) != effects:
            session.commit(name, changed)
        else:
            session.cancel()

    # -- plug-ins

    @staticmethod
    def _plugins() -> list[tuple[str, str]]:
        return [(path.stem, str(path)) for path in found_plugins()]

    def _known(self, path: str) -> tuple[Parameter, ...]:
        """A plug-in's parameters; where they are not known yet, they are asked for and shown when they come."""
        if path not in self._parameters and path not in self._asked:
            self._look(path, lambda info: None)
        return self._parameters.get(path, ())

    def _look(self, path: str, then: Callable[[PluginInfo], None]) -> None:
        self._asked.add(path)

        def came(info: PluginInfo) -> None:
            self._parameters[path] = tuple(Parameter(name, title, 0, 1, value) for name, title, value in info.parameters)
            then(info)
            self.refresh()

        jobs = self._studio.jobs
        jobs.start(f"plug-in {path}", f"Looking at {Path(path).stem}", lambda job: look_at(Path(path)), came)

    def _pick(self, path: str) -> None:
        """Add a plug-in that lies in a folder of plug-ins, or that is asked for."""
        if not path:
            title = t("Choose a VST3 plug-in")
            bundle = sys.platform != "win32"  # there it is a folder to the system
            found = self._files.ask_folder(title) if bundle else self._files.ask_open(title, "VST3 (*.vst3)")
            path = str(found) if found else ""
        if path and self.page is not None:
            page = self.page
            self._look(path, lambda info: page.put(info.effect()))

    def _open_plugin(self, place: int) -> None:
        """Show a plug-in's own window; what it was set to there holds once it is closed."""
        strip, effects = self._strip, _effects_of(self._studio.session.document, self._strip) or ()
        effect = effects[place]

        def work(job: Job) -> PluginInfo:
            return edited(effect)

        def done(info: PluginInfo) -> None:
            now = _effects_of(self._studio.session.committed, strip) or ()
            if effect in now:
                changed = tuple(replace(e, state=info.state, values=()) if e == effect else e for e in now)
                self._studio.session.commit("Effect", _with_effects(self._studio.session.committed, strip, changed))

        self._studio.jobs.start(f"plug-in window {effect.plugin}", f"The window of {effect.title} is open", work, done)


def placed(page: QRect, room: QRect) -> QRect:
    """``page`` within the ``room`` of a screen: lower, and where that is not enough further up and left."""
    left = max(room.left(), min(page.left(), room.right() + 1 - page.width()))
    top = max(room.top(), min(page.top(), room.bottom() + 1 - _LEAST_HEIGHT))
    return QRect(left, top, page.width(), min(page.height(), room.bottom() + 1 - top))


def _effects_of(document: Document, strip: int) -> Effects | None:
    """A strip's effects, None when there is no such strip."""
    if strip == WHOLE:
        return document.master.effects
    return next((x.effects for x in document.tracks if x.id == strip), None)


def _with_effects(document: Document, strip: int, effects: Effects) -> Document:
    if strip == WHOLE:
        return edits.set_master(document, effects=effects)
    return edits.set_track(document, strip, effects=effects)
