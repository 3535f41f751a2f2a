"""The order form."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.generating import Order
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.ui.panels.generate import GeneratePanel, freedom_word

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot):
    panel = GeneratePanel()
    qtbot.addWidget(panel)
    panel.resize(320, 440)
    panel.show()
    return panel


def test_what_is_chosen_is_what_is_asked(panel):
    asked = []
    panel.write_clicked.connect(asked.append)
    panel.styles.show_styles(("pop", "folk"))
    panel.styles.style_name = "folk"
    panel.die.setChecked(False)
    panel.seed.setValue(99)
    panel.takes.index = 2
    panel.freedom.setValue(80)
    panel.key.picked.emit(Key(2, "minor"))
    panel.key.key = Key(2, "minor")
    QTest.mouseClick(panel.quick[1], LEFT)
    QTest.mouseClick(panel.write, LEFT)
    assert asked == [Order("continue", "folk", 8, Key(2, "minor"), 0.8, seed=99, takes=3)]
    assert panel.write.text().strip() == "Write 3 takes"


def test_an_order_can_be_shown(panel):
    panel.styles.show_styles(("pop",))
    order = Order("new", "pop", 32, Key(0, "major"), 1.2, seed=5, takes=1)
    panel.form.value = order
    assert panel.form.value == order


def test_the_die_gives_another_seed_each_time(panel):
    asked = []
    panel.write_clicked.connect(asked.append)
    panel.ask()
    panel.ask()
    assert asked[0].seed != asked[1].seed


def test_busy_and_not_ready(panel):
    asked, stopped = [], []
    panel.write_clicked.connect(asked.append)
    panel.cancel_clicked.connect(lambda: stopped.append(1))
    panel.show_busy(True, 0.5, "Writing bar 3 of 8")
    panel.ask()
    QTest.mouseClick(panel.cancel, LEFT)
    assert (asked, stopped) == ([], [1])
    assert panel.status.text() == "Writing bar 3 of 8"
    panel.show_busy(False)
    panel.show_ready(False, "There is no model")
    panel.ask()
    assert asked == []
    assert panel.write.toolTip() == "There is no model"


def test_says_where_it_would_write(panel):
    notes = Notes.of([0, 960], [960, 960], [60, 62])
    song = Document(tracks=(Track(1, clips=(Clip(2, 0, 3840, (Take(notes),)),)),), next_id=3)
    panel.show_place(Document())
    assert panel.explain.text() == "A new piece, 16 bars long."
    panel.show_place(song)
    assert panel.explain.text() == "Goes on where the song ends: bars 2 to 17."


def test_key_follows_the_song_until_locked(panel):
    panel.show_song_key(Key(9, "minor"))
    assert panel.key.text() == "A minor"
    panel.lock.setChecked(True)
    panel.show_song_key(Key(0, "major"))
    assert panel.key.text() == "A minor"


def test_freedom_in_words():
    assert [freedom_word(p) for p in (50, 80, 100, 120, 150)] == ["very safe", "safe", "balanced", "bold", "wild"]
