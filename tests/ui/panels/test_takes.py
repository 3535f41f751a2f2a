"""The takes: cards, keys, where they come from."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from studio.app.provenance_notes import read_notes
from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music.document import Document, Provenance
from studio.music.notes import Notes
from studio.ui.panels.take_picture import provenance_text
from studio.ui.panels.takes import TakesPanel
from tests.writers import song

LEFT = Qt.MouseButton.LeftButton
PROVENANCE = Provenance("generated", "lstm-writer", "writer-lstm", "abcd" * 16, '{"bars": 2, "style": "pop"}', 7, "take 1")
NOTES = Notes.of([0, 960, 4000], [900, 900, 900], [60, 64, 67])
PARTS = ((Part("Melody"), NOTES), (Part("Beat", drums=True), NOTES))


@pytest.fixture
def proposal():
    low = [Notes.of([0, 960, 4000], 900, 36 + k) for k in range(3)]
    takes = tuple(ProposedTake((PARTS[0], (PARTS[1][0], low[k])), 7680 if k else 3840, PROVENANCE) for k in range(3))
    return Proposal(0, 7680, takes, active=1)


@pytest.fixture
def panel(qtbot, proposal):
    panel = TakesPanel()
    qtbot.addWidget(panel)
    panel.resize(320, 500)
    panel.show_proposal(proposal, Document())
    panel.show()
    return panel


def heard(panel, name):
    told = []
    getattr(panel, name).connect(told.append)
    return told


def test_cards_follow_the_proposal(panel, proposal):
    assert len(panel.cards) == 3
    assert panel.cards[0].count.text() == "writing bar 1"
    assert panel.cards[1].count.text() == "2 bars, 6 notes"
    assert panel.cards[1].property("active")
    started = tuple(ProposedTake(parts, 0, PROVENANCE) for parts in (PARTS, (), ()))  # voice by voice, over all bars
    panel.show_proposal(replace(proposal, takes=started), Document())
    assert [card.count.text() for card in panel.cards] == ["writing", "waiting", "waiting"]
    short = ProposedTake(((Part("Melody"), Notes.of([0], 900, [72])),), 3840)
    panel.show_proposal(replace(proposal, takes=(short,), end=3840, active=0), Document())
    assert panel.cards[0].count.text() == "1 bar, 1 note"
    panel.show_proposal(replace(proposal, takes=proposal.takes[:1], active=0), Document())
    assert len(panel.cards) == 1
    panel.show_proposal(None, Document())
    assert panel._empty.isVisible()
    assert not panel.grab().isNull()


def test_takes_with_the_same_notes_say_so_once_they_are_written(panel, proposal):
    other = ((Part("Melody"), Notes.of([0], 900, [72])),)
    takes = tuple(ProposedTake(parts, 7680, PROVENANCE) for parts in (PARTS, other, PARTS))
    panel.show_proposal(replace(proposal, takes=takes, writing=True), Document())
    assert panel.cards[2].count.text() == "2 bars, 6 notes"
    for active in (1, 2):
        panel.show_proposal(replace(proposal, takes=takes, active=active), Document())
        said = [card.count.text() for card in panel.cards]
        assert said == ["2 bars, 6 notes", "2 bars, 1 note", "the same notes as take 1"]


def test_buttons(panel):
    told = {name: heard(panel, name) for name in ("auditioned", "kept", "dropped")}
    QTest.mouseClick(panel.cards[0].audition, LEFT)
    QTest.mouseClick(panel.cards[1].keep, LEFT)
    QTest.mouseClick(panel.cards[2].drop, LEFT)
    assert told == {"auditioned": [0], "kept": [1], "dropped": [2]}


def test_keys_with_the_focus(panel):
    told = {name: heard(panel, name) for name in ("auditioned", "kept", "dropped", "picked")}
    panel.setFocus()
    for key in (Qt.Key.Key_3, Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Down, Qt.Key.Key_8):
        QTest.keyClick(panel, key)
    assert told == {"auditioned": [2], "kept": [1], "dropped": [1], "picked": [2]}


def test_where_a_take_comes_from_can_be_copied(panel):
    QTest.mouseClick(panel.cards[0].copy, LEFT)
    assert read_notes(QGuiApplication.clipboard().text()) == ((PROVENANCE,), None)
    text = provenance_text(PROVENANCE)
    assert "Seed 7" in text
    assert "writer-lstm" in text
    assert "Style: Pop" in text
    assert "Bars: 2" in text
    assert panel.cards[0].toolTip() == text, "it can be read where the mouse rests"


def test_what_only_machines_read_is_left_out_of_the_words():
    request = '{"context_sha256": "ab", "notes_sha256": "cd", "bars": 2}'
    text = provenance_text(Provenance("generated", request=request))
    assert "ab" not in text.lower().split() and "sha256" not in text and "Bars: 2" in text


def test_a_damaged_request_is_still_told():
    assert "Seed 1" in provenance_text(Provenance("generated", request="{", seed=1))


def test_takes_are_sorted_by_figures_that_are_explained(panel, proposal):
    tune = Notes.of([k * 960 for k in range(8)], 900, [60, 62, 64, 65, 67, 65, 64, 62])
    wild = Notes.of([k * 960 for k in range(8)], 900, [61, 70, 58, 75, 63, 81, 59, 66])
    takes = tuple(ProposedTake(((Part("Melody", 73), n),), 7680, PROVENANCE) for n in (tune, wild, tune))
    panel.show_proposal(replace(proposal, takes=takes), song(2))
    assert [card.place for card in panel.shown()] == [0, 1, 2]
    assert "Novelty 100 %" in panel.cards[1].figures.toolTip() and "Novelty 0 %" in panel.cards[0].figures.toolTip()
    assert "Fit" in panel.cards[0].figures.toolTip() and "rhythm" in panel.cards[0].figures.toolTip()
    panel.sorting.index = 1
    panel.sorting.picked.emit(1)
    assert [card.place for card in panel.shown()] == [1, 0, 2]
    assert panel.cards[1].y() <= panel.cards[0].y() or panel._list.indexOf(panel.cards[1]) < panel._list.indexOf(panel.cards[0])
    picked = heard(panel, "picked")
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Down)
    QTest.keyClick(panel, Qt.Key.Key_Up)
    assert picked == [0, 1], "down and up go by what is shown"
    assert not panel.grab().isNull()


def test_figures_wait_until_all_is_written(panel, proposal):
    panel.show_proposal(replace(proposal, writing=True), song(2))
    assert "Too few notes" in panel.cards[0].figures.toolTip()
