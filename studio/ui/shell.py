"""What stands around the window: opens it, and opens it anew where it shall look different or speak another language.

Another theme or language is a new window over the same songs, sound and work in progress: every word and colour is asked for
when a widget is made, so that nothing can be forgotten. What the user had arranged and begun is carried over.
"""

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from studio.app.studio import Studio
from studio.ui.texts import language, system_language, use_language
from studio.ui.theme import THEMES, apply_theme
from studio.ui.window import MainWindow

_LOOK_MS = 500


class Shell(QObject):
    """Holds the one window. ``window`` is the present one."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._old: list[MainWindow] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._let_go)
        speak(studio)
        self.window = self._made()

    def renew(self) -> None:
        """Open the window anew, in the language and the theme of the settings."""
        app, old = QApplication.instance(), self.window
        speak(self._studio)
        if isinstance(app, QApplication):
            apply_theme(app, THEMES.get(self._studio.settings.theme, THEMES["dark"]))
        self.window = new = self._made()
        carry_over(old, new)
        new.show()
        new.show_carried()
        old.rest()
        old.hide()
        self._old.append(old)
        self._timer.start()
        new.load_engines()

    def close(self) -> None:
        """The program ends."""
        self._timer.stop()
        for window in self._old:
            window.deleteLater()
        self._old = []

    def _made(self) -> MainWindow:
        window = MainWindow(self._studio)
        window.renew_wanted.connect(self.renew)
        return window

    def _let_go(self) -> None:
        """An old window goes once nothing that was begun in it still runs."""
        if not self._studio.jobs.busy:
            self.close()


def speak(studio: Studio) -> None:
    """Use the language of the settings, or the system's; Qt's own words follow."""
    use_language(studio.settings.language or system_language(QLocale.system().name()))
    app = QApplication.instance()
    if app is None:
        return
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    words = QTranslator(app)
    if words.load(f"qtbase_{language()}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)


def carry_over(old: MainWindow, new: MainWindow) -> None:
    """Take over what the user has arranged and begun."""
    new.restoreGeometry(old.saveGeometry())
    for name in ("wave", "spectrum", "history"):
        new.show_part(name, not getattr(old, name).isHidden())
    new.show_part("controls", not old.column.controls.isHidden())
    new.chosen_parts = set(old.chosen_parts)
    new.column.controls.set_number(old.column.controls.number)
    state = new.state
    state.set_track(old.state.track_id)
    state.set_tool(old.state.tool)
    state.set_grid(old.state.grid)
    state.select(old.state.selection)
    state.clipboard = old.state.clipboard
    new.write_panel.form.value = old.write_panel.form.value
    new.transport.set_loop(old.transport.loop_on)
    new.recording.typing.set_on(old.recording.typing.on)
    old.recording.typing.set_on(False)
    new.places.take_over(old.places)
    new.carried = (old.viewport.place, old.viewport.playhead, old.layout_of_parts.sizes())
    if old.preferences and old.preferences.isVisible():
        new.show_preferences(old.preferences.page, old.preferences.pos())
