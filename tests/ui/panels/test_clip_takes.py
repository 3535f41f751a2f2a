"""The cards of a clip's takes: what they tell, and what clicks and keys ask for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from studio.music.document import Clip, Provenance, Take, Track
from studio.music.notes import Notes
from studio.ui.panels.clip_takes import ClipTakesPanel

LEFT = Qt.MouseButton.LeftButton
GENERATED = Provenance("generated", model="writer", weights_sha256="ab" * 32, seed=7, source="take 2")


@pytest.fixture
def panel(qtbot):
    made = ClipTakesPanel()
    qtbot.addWidget(made)
    takes = (Take(Notes.of([0], 960, [60])), Take(Notes.of([0, 960], 960, [60, 64]), "Idea", GENERATED))
    made.show_clip(Track(1, "Lead", 0), Clip(2, 0, 3840, takes, 1), "bars 1 to 1")
    made.resize(320, 400)
    made.show()
    return made


def heard(panel, name):
    said = []
    getattr(panel, name).connect(lambda *what: said.append(what))
    return said


def test_cards_tell_name_origin_and_which_is_heard(panel):
    assert [c.name.text() for c in panel.cards] == ["Drawn", "Idea"]
    assert [c.origin.text() for c in panel.cards] == ["drawn · 1 note", "written · 2 notes · heard now"]
    assert "Seed 7" in panel.cards[1].toolTip()
    QTest.mouseClick(panel.cards[1].copy, LEFT)
    assert '"weights_sha256": "abab' in QGuiApplication.clipboard().text()


def test_clicks_and_keys(panel):
    said = {name: heard(panel, name) for name in ("auditioned", "dropped", "kept_as_clip", "picked", "other")}
    for name in ("listen", "drop", "clip"):
        QTest.mouseClick(getattr(panel.cards[0], name), LEFT)
    QTest.mouseClick(panel.cards[0].picture.parentWidget(), LEFT)
    panel.setFocus()
    for key in (Qt.Key.Key_1, Qt.Key.Key_9, Qt.Key.Key_B, Qt.Key.Key_Up, Qt.Key.Key_Backspace):
        QTest.keyClick(panel, key)
    assert said == {
        "auditioned": [(0,), (0,)], "dropped": [(0,), (1,)], "kept_as_clip": [(0,)], "picked": [(0,), (0,)], "other": [()],
    }  # fmt: skip


def test_a_name_is_typed(panel):
    said = heard(panel, "renamed")
    name = panel.cards[0].name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "First try")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert said == [(0, "First try")]


def test_cards_come_and_go(panel):
    panel.show_clip(Track(1), Clip(2, 0, 3840, (Take(),)), "bars 1 to 1")
    assert len(panel.cards) == 1
