from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.roll.quantize import QuantizePanel
from studio.ui.roll.state import Quantizing
from tests.ui.roll.conftest import ALT, MELODY, Hands


def opened(hands: Hands) -> QuantizePanel:
    """Notes off the grid, selected, and the panel that Shift+Q opens."""
    hands.drag(hands.at(300, 62), hands.at(300 + 130, 62), keys=ALT)
    hands.key(Qt.Key.Key_Q, Qt.KeyboardModifier.ShiftModifier)
    return hands.roll.findChild(QuantizePanel)


def test_shift_q_shows_it_at_once_and_quantize_is_one_step(hands: Hands) -> None:
    panel = opened(hands)
    moved = hands.session.committed.tracks[0].notes.start[0]
    assert hands.rows()[0][0] % 120 == 0
    panel.strength.setValue(50)
    half = hands.rows()[0][0]
    assert half % 120 != 0
    assert abs(half - moved) < 60
    panel.strength.setValue(100)
    panel.keep.click()
    assert hands.session.steps == ("Open", "Move note", "Quantize")
    assert hands.rows()[0][0] % 120 == 0


def test_escape_leaves_everything_as_it_was(hands: Hands) -> None:
    panel = opened(hands)
    before = hands.session.committed
    panel.swing.setValue(80)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert hands.session.document is before
    assert hands.session.steps == ("Open", "Move note")


def test_q_goes_on_as_was_chosen(hands: Hands) -> None:
    panel = opened(hands)
    panel.grid.setCurrentText("1/4")
    panel.keep.click()
    assert hands.state.quantizing == Quantizing(960)
    hands.click(hands.at(1100, 65))
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Q)
    assert {start for start, _, _ in hands.rows()} <= {0, 960, 1920, 3840}
    assert len(hands.rows()) == len(MELODY)
