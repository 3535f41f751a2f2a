"""The one door from worker threads to the window: a Qt object that lives as long as the window does."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Poster(QObject):
    """Runs calls on the thread it was made on, in order. ``post`` may be called from any thread, also during the end."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run ``call`` on this object's thread, soon."""
        if self._open:
            self._posted.emit(call)

    def close(self) -> None:
        """Run nothing more: the window is going."""
        self._open = False

    @Slot(object)
    def _run(self, call: Callable[[], None]) -> None:
        if self._open:
            call()
