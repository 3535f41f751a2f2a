"""The key picker."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from studio.music.pitch import Key
from studio.ui.key_picker import KeyPicker


def test_choosing_a_key(qtbot):
    picker = KeyPicker("Key", "The key")
    qtbot.addWidget(picker)
    picker.show()
    assert picker.text() == "No key"
    picked = []
    picker.picked.connect(picked.append)
    QTest.mouseClick(picker, Qt.MouseButton.LeftButton)
    chips = {b.text(): b for b in picker._page.findChildren(QPushButton)}
    chips["D"].click()
    chips["dorian"].click()
    assert picked == [Key(2, "major"), Key(2, "dorian")]
    assert picker.text() == "D dorian"
    chips["No key"].click()
    assert picked[-1] is None
    assert picker.text() == "No key"
