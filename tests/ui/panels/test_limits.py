"""What no note may break: open until it is touched."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.engines.api import Limits
from studio.errors import StudioError
from studio.music.pitch import Key
from studio.ui.panels.limits import LimitRows


@pytest.fixture
def rows(qtbot):
    rows = LimitRows()
    qtbot.addWidget(rows)
    rows.fold.setChecked(True)
    rows.show()
    return rows


def type_into(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_untouched_everything_is_open(rows):
    assert rows.limits == rows.kept == Limits() and rows.fold.text() == "Limits"
    assert {f.text() for f in (rows.low, rows.high, rows.polyphony, rows.leap, rows.least, rows.most)} == {"open"}


def test_pitches_are_typed_by_name_and_opened_again(rows):
    type_into(rows.low, "c3")
    type_into(rows.high, "Eb5")
    assert rows.limits == Limits(48, 75) and (rows.low.text(), rows.high.text()) == ("C3", "D#5")
    rows.show_key(Key(2, "minor"))
    assert rows.high.text() == "Eb5" and rows.fold.text() == "Limits (2 set)"
    rows.high.selectAll()
    QTest.keyClick(rows.high, Qt.Key.Key_Delete)
    QTest.keyClick(rows.high, Qt.Key.Key_Return)
    assert rows.limits == Limits(48) and rows.high.text() == "open"


def test_what_is_no_number_changes_nothing(rows):
    type_into(rows.leap, "5")
    type_into(rows.leap, "x")
    assert rows.limits == Limits(leap=5)


def test_arrow_keys_leave_open_at_a_usual_place(rows):
    for field in (rows.low, rows.leap):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Up)
    assert rows.limits == Limits(48, leap=7)
    QTest.keyClick(rows.low, Qt.Key.Key_Up)
    assert rows.limits.low == 49


def test_what_was_asked_for_can_be_shown(rows):
    limits = Limits(50, 80, 2, 9, 320, "all", 2, 12)
    rows.limits = limits
    assert rows.limits == limits
    assert rows.kept == Limits(50, 80, 2, 9, 320, "", 2, 12)  # there are no chords yet
    rows.show_verb({}, chords=True)
    assert rows.kept == limits and rows.fold.text() == "Limits (8 set)"


def test_what_a_verb_cannot_keep_is_off_and_says_why(rows):
    rows.limits = Limits(50, grid=480)
    rows.show_verb({"low": "Drums have no pitch.", "high": "Drums have no pitch."}, chords=False)
    assert rows.kept == Limits(grid=480) and rows.limits == Limits(50, grid=480)
    assert not rows.low.isEnabled() and rows.low.toolTip() == "Drums have no pitch." and rows.grid.isEnabled()
    rows.show_verb({}, chords=False)
    assert rows.kept == rows.limits and rows.low.toolTip().startswith("Guaranteed")


def test_a_refusal_opens_the_fold(rows, qtbot):
    rows.fold.setChecked(False)
    rows.refusal = lambda asked: StudioError("No.", "Yes.") if rows.limits.leap == 1 else None
    assert rows.check("anything")
    rows.leap.setValue(1)
    rows.check_soon(lambda: "anything")
    qtbot.waitUntil(lambda: rows.fold.isChecked())
    assert rows.why.text() == "No. Yes." and rows.check(None)
    rows.check_soon(lambda: "anything")
    rows.limits = Limits()
    rows.check_soon(lambda: "anything")
    assert not rows.why.isVisible()
