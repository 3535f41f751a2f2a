"""The page of comparisons: by name, blind, votes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.panels.compare import ComparePage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot):
    made = ComparePage(None)
    qtbot.addWidget(made)
    made.said = []
    made.heard.connect(made.said.append)
    made.show_versions("Bars 1 to 8", ("Ours", "Theirs", "Tones"))
    made.show()
    return made


def test_by_name(page):
    assert [c.text() for c in page.choices] == ["Ours", "Theirs", "Tones"]
    assert not any(v.isVisible() for v in page.votes)
    QTest.mouseClick(page.choices[2], LEFT)
    QTest.keyClick(page, Qt.Key.Key_2)
    assert page.said == [0, 2, 1]


def test_blind(page):
    page.blind.click()
    assert [c.text() for c in page.choices] == ["A", "B", "C"]
    best = 1
    for _ in range(5):
        letter = next(k for k in range(3) if page.version(k) == best)
        QTest.mouseClick(page.choices[letter], LEFT)
        assert page.said[-1] == best
        QTest.mouseClick(page.votes[letter], LEFT)
    assert "Theirs 5" in page.verdict.text() and "Ours 0" in page.verdict.text()
    page.blind.click()
    assert page.choices[0].text() == "Ours" and not page.ballot.votes


def test_space_plays_and_stops(page, qtbot):
    with qtbot.waitSignal(page.played) as signal:
        QTest.keyClick(page, Qt.Key.Key_Space)
    assert signal.args == [True]


def test_closing_is_told(page, qtbot):
    with qtbot.waitSignal(page.gone):
        page.close()


def test_tab_goes_from_the_top_down(page):
    page.blind.click()
    stops, seen = [page.play, *page.choices, page.blind, *page.votes], []
    widget = page.play
    for _ in range(60):
        if widget in stops and widget not in seen:
            seen.append(widget)
        widget = widget.nextInFocusChain()
    assert seen == stops
