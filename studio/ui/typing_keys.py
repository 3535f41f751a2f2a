"""The typing keyboard as a piano: two rows of letters are two octaves, while the mode is on.

Where the system tells which key it was rather than which letter (X11, Wayland), the piano lies in the same place whatever the
keyboard's language.
"""

import sys
from time import perf_counter_ns

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit

from studio.app.keyboard import Keyboard

# Semitones above the lower row's C. The upper row starts an octave higher, and both overlap as on trackers.
LETTERS = {
    **{k: n for n, k in enumerate("ZSXDCVGBHNJM")}, ",": 12, "L": 13, ".": 14, ";": 15, "/": 16,
    **{k: 12 + n for n, k in enumerate("Q2W3ER5T6Y7UI9O0P")},
}  # fmt: skip
_EVDEV_ROWS = {24: "QWERTYUIOP", 38: "ASDFGHJKL;", 52: "ZXCVBNM,./", 10: "1234567890"}  # X11 code of a row's first key
_SCAN = {first + n: key for first, row in _EVDEV_ROWS.items() for n, key in enumerate(row)}
_FIELDS = (QLineEdit, QAbstractSpinBox, QComboBox, QTextEdit, QPlainTextEdit)
_HANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
VELOCITY = 90
LOWEST, HIGHEST = 12, 96


def key_of(event: QKeyEvent) -> str:
    """The key as it is called on an American keyboard, empty where it has no place in the piano."""
    code = event.nativeScanCode() if sys.platform.startswith("linux") else 0
    name = _SCAN.get(code, "") if code else chr(event.key()) if 0 < event.key() < 128 else ""
    return name if name in LETTERS else ""


class TypingKeys(QObject):
    """Listens to all key events of the program while it is on; fields that are being typed in keep theirs.

    ``-`` and ``=`` move the piano down and up by an octave.
    """

    def __init__(self, keyboard: Keyboard, parent: QObject) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self._down: dict[str, int] = {}
        self.on = False
        self.lowest = 48

    def set_on(self, on: bool) -> None:
        """Make the letters a piano, or letters again."""
        app = QApplication.instance()
        if on != self.on and app is not None:
            self.on = on
            (app.installEventFilter if on else app.removeEventFilter)(self)
            self._all_up()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return isinstance(event, QKeyEvent) and self._heard(event, kind)
        if kind in (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate):
            self._all_up()
        return False

    def _heard(self, event: QKeyEvent, kind: QEvent.Type) -> bool:
        """Play a key; whether it was one of ours."""
        key = key_of(event)
        if kind == QEvent.Type.KeyRelease and key in self._down:
            if not event.isAutoRepeat():
                self._keyboard.note_off(self._down.pop(key), perf_counter_ns())
            return True
        octave = {Qt.Key.Key_Minus: -12, Qt.Key.Key_Equal: 12}.get(Qt.Key(event.key()), 0)
        if event.modifiers() & _HANDS or not (key or octave) or isinstance(QApplication.focusWidget(), _FIELDS):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()  # the window's shortcuts do not get it, so that a key press follows
        elif kind == QEvent.Type.KeyPress and not event.isAutoRepeat():
            if octave:
                self.lowest = min(HIGHEST, max(LOWEST, self.lowest + octave))
            elif key not in self._down and self.lowest + LETTERS[key] <= 127:
                self._down[key] = self.lowest + LETTERS[key]
                self._keyboard.note_on(self._down[key], VELOCITY, perf_counter_ns())
        return True

    def _all_up(self) -> None:
        for pitch in self._down.values():
            self._keyboard.note_off(pitch, perf_counter_ns())
        self._down.clear()
