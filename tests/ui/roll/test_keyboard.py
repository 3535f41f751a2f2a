from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.roll.conftest import NONE, Hands, move


def test_keyboard_sounds_the_key(hands: Hands) -> None:
    QTest.mousePress(hands.roll, Qt.MouseButton.LeftButton, NONE, QPoint(40, hands.at(0, 64).y()))
    assert hands.heard[-1][0] == 64
    assert hands.heard[-1][1] > 0
    move(hands.roll, QPoint(40, hands.at(0, 65).y()), Qt.MouseButton.LeftButton)
    assert hands.heard[-1][0] == 65
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, QPoint(40, hands.at(0, 65).y()))
    assert hands.heard[-1] == (65, 0)
    assert len(hands.session.steps) == 1


def test_the_key_that_sounds_is_lit(hands: Hands) -> None:
    at = QPoint(50, hands.at(0, 64).y())
    QTest.mousePress(hands.roll, Qt.MouseButton.LeftButton, NONE, at)
    color = hands.roll.grab().toImage().pixelColor(at)
    assert color.green() > color.red() + 60
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, at)
    color = hands.roll.grab().toImage().pixelColor(at)
    assert abs(color.green() - color.red()) < 20


def test_black_keys_are_dark_and_drums_have_names(hands: Hands) -> None:
    image = hands.roll.grab().toImage()
    assert image.pixelColor(10, hands.at(0, 63).y()).lightness() < 60
    assert image.pixelColor(10, hands.at(0, 64).y()).lightness() > 100
    hands.roll.set_track(13)
    hands.roll.viewport.show_pitches(36, 50)
    image = hands.roll.grab().toImage()
    assert image.pixelColor(60, hands.at(0, 38).y()).lightness() < 60
    row = [image.pixelColor(x, hands.at(0, 38).y()).lightness() for x in range(6, 50)]
    assert max(row) - min(row) > 40
