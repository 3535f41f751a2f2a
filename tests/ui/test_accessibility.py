"""Everything can be reached and worked by keyboard, is named for screen readers, shows its focus, and fits at 200 %."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music.notes import Notes
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.theme import DARK, LIGHT, apply_theme

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView, QTabBar, QPlainTextEdit, TimeWidget,
)  # fmt: skip


def is_control(widget: QWidget) -> bool:
    """Whether a user works with it, apart from the inner parts of Qt's own widgets."""
    inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar | QMenu | QMenuBar)
    parent = widget.parentWidget()
    part = isinstance(parent, QAbstractSpinBox | QComboBox | QTabBar | QLineEdit | QMenuBar)
    return isinstance(widget, CONTROLS) and not inner and not part


def controls(window: QWidget) -> list[QWidget]:
    return [w for w in window.findChildren(QWidget) if is_control(w) and w.isVisible()]


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.accessibleName()}' in {type(widget.parent()).__name__}"


@pytest.fixture
def full_window(window, qtbot):
    """The window with everything shown: takes, history, two songs, preferences."""
    window.show_part("history", True)
    window.write_panel.takes.index = 1
    window.write_panel.bars.setValue(2)
    window.write_panel.listen.setChecked(False)
    window.write_panel.ask()
    qtbot.waitUntil(lambda: len(window.takes_panel.cards) == 2 and not window.studio.session.proposal.writing, timeout=10_000)
    window.files.new()
    window.files.step("-1")
    window.show_words("A sentence.")
    return window


def test_every_control_has_a_name_for_screen_readers(full_window):
    full_window.show_preferences()
    nameless = [told(w) for w in controls(full_window) if not w.accessibleName()]
    assert nameless == []
    names = [QAccessible.queryAccessibleInterface(w).text(QAccessible.Text.Name) for w in controls(full_window)]
    assert all(names)


def test_every_control_is_reached_with_tab(full_window):
    window = full_window
    chain, widget = [], window.nextInFocusChain()
    while widget is not window and widget is not None and len(chain) < 5_000:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    reached = {w for w in chain if w.focusPolicy() & Qt.FocusPolicy.TabFocus}
    reached |= {w.focusProxy() for w in reached if w.focusProxy()}
    out_of_reach = [told(w) for w in controls(window) if w.isEnabled() and w not in reached]
    assert out_of_reach == []


def test_tab_comes_to_chips_and_takes_where_they_stand(make_window):
    window = make_window()
    panel = window.write_panel
    panel.styles.show_styles(("pop", "folk"))
    notes = Notes.of([0], 480, [60])
    takes = tuple(ProposedTake(((Part("Flute", 73), notes),), 3840) for _ in range(2))
    window.studio.session.propose(Proposal(0, 3840, takes))
    chain, widget = [], panel.nextInFocusChain()
    while widget is not panel:
        chain.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    wanted = ["What to write: Explore", "Style: Any", "Style: Pop", "Style: Folk", "Bars", "Write", "Order of the takes: Fit"]
    wanted += [f"{deed} take {n}" for n in (1, 2) for deed in ("Listen to", "Keep", "Drop")] + ["All notices"]
    places = [chain.index(name) for name in wanted]
    assert places == sorted(places)


def test_tab_really_goes_there(full_window, qtbot):
    window = full_window
    window.transport_panel.tempo.setFocus()
    seen = []
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert len({id(w) for w in seen}) == 12 and all(w.accessibleName() or w.parentWidget().accessibleName() for w in seen)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_focus_can_be_seen(full_window, theme):
    """A control looks different with the focus, enough of it in a colour that stands out."""
    apply_theme(QApplication.instance(), theme)
    full_window.show_preferences()
    unseen = []
    for widget in controls(full_window):
        if not widget.isEnabled() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QAbstractItemView):
            continue
        full_window.activateWindow() if widget.window() is full_window else widget.window().activateWindow()
        full_window.column.roll.setFocus() if widget.window() is full_window else widget.window().setFocus()
        before = picture(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if (
            differing(before, picture(widget)) < 16
            and QApplication.focusWidget() is widget
            and not isinstance(widget, TimeWidget)
        ):
            unseen.append(told(widget))
        widget.clearFocus()
    apply_theme(QApplication.instance(), DARK)
    assert sorted(set(unseen)) == []


def picture(widget: QWidget) -> np.ndarray:
    """The lightness of each pixel, [height, width]."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(int)


def differing(a: np.ndarray, b: np.ndarray) -> int:
    """How many pixels differ clearly."""
    return int((abs(a - b) > 24).sum())


def test_what_colour_tells_is_told_otherwise_too(full_window):
    """Proposed and undone things, mute and solo, the chosen take and the current step have more than a colour of their own."""
    window = full_window
    row = window.mixer.row(window.studio.session.document.tracks[0].id)
    assert (row.mute.text(), row.solo.text()) == ("M", "S") and row.mute.isCheckable()
    window.studio.session.commit("One more")
    model = window.history.model
    assert model.data(model.index(window.studio.session.position)).startswith("▸")
    card = window.takes_panel.cards[window.studio.session.proposal.active]
    assert card.property("active") and card.title.text()


SCALED = """
import sys
from PySide6.QtWidgets import QLabel, QAbstractButton
from studio.ui.main import make_application
app = make_application([])
from studio.app.studio import Studio
from studio.ui.window import MainWindow
from studio.ui.files import load_demo
studio = Studio()
window = MainWindow(studio)
studio.session.open(load_demo())
window.resize(window.minimumSize())
window.show()
app.processEvents()
assert window.devicePixelRatio() == 2.0, window.devicePixelRatio()
assert window.width() <= 960 and window.height() <= 510, (window.width(), window.height())
cut = []
for w in window.findChildren(QAbstractButton):
    shown = w.isVisible() and w.text() and w.property("role") not in ("instrument", "icon")
    if shown and w.width() < w.fontMetrics().horizontalAdvance(w.text()):
        cut.append(w.text())
assert cut == [], cut
assert window.grab().size().width() == 2 * window.width()
window.close()
studio.close()
"""


def test_at_200_percent_it_fits_a_screen_of_1920_by_1080(tmp_path):
    env = os.environ | {"QT_SCALE_FACTOR": "2", "STUDIO_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", SCALED], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
