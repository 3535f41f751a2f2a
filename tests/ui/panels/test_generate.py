"""The order form."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.generating import Order
from studio.engines.api import Limits
from studio.errors import StudioError
from studio.music.document import ChordSpan, Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.ui.main import make_application
from studio.ui.panels.changing import Region
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
    assert panel.write.text().strip() == "Write"
    panel.form.value = replace(order, takes=4)
    assert panel.write.text().strip() == "Write 4 takes"


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
    panel.bars.setValue(1)
    assert panel.explain.text() == "Goes on where the song ends: bar 2."
    panel.show_place(Document())
    assert panel.explain.text() == "A new piece, 1 bar long."


def test_key_follows_the_song_until_locked(panel):
    panel.show_song_key(Key(9, "minor"))
    assert panel.key.text() == "A minor"
    panel.lock.setChecked(True)
    panel.show_song_key(Key(0, "major"))
    assert panel.key.text() == "A minor"


def test_freedom_in_words():
    assert [freedom_word(p) for p in (50, 80, 100, 120, 150)] == ["very safe", "safe", "balanced", "bold", "wild"]


REGION = Region(0, 3840, 1, 1, 1, "Tune")


def test_limits_go_with_orders_and_changes_that_can_keep_them(panel):
    asked = []
    panel.write_clicked.connect(asked.append)
    panel.change_clicked.connect(asked.append)
    panel.limits.limits = Limits(48, 84, grid=480, most=9)
    panel.ask()
    panel.show_region(REGION)
    for verb in ("fill", "groove"):
        panel.form.value = Order(verb, limits=Limits(48, 84, grid=480, most=9))
        if verb == "groove":
            panel.show_region(Region(0, 3840, 1, 1, 1, "Kit", drums=True))
        panel.ask()
    assert [a.limits for a in asked] == [Limits(48, 84, grid=480, most=9)] * 2 + [Limits()]
    panel.form.value = Order("vary", limits=Limits(48, 84, grid=480, most=9))
    panel.ask()
    assert asked[3].limits == Limits(grid=480, most=9) and "no pitch" in panel.limits.low.toolTip()


def test_what_cannot_be_kept_is_said_at_the_limits_and_not_asked(panel, qtbot):
    asked = []
    panel.write_clicked.connect(asked.append)
    panel.limits.refusal = lambda order: StudioError("It is too narrow.", "Widen it.") if order.limits.high < 60 else None
    panel.limits.high.setValue(50)
    qtbot.waitUntil(lambda: panel.limits.why.isVisible())
    panel.ask()
    assert panel.limits.why.text() == "It is too narrow. Widen it." and asked == []
    panel.limits.high.setValue(70)
    panel.ask()
    assert len(asked) == 1 and not panel.limits.why.isVisible()


def test_chord_notes_need_chords(panel):
    assert not panel.limits.chord_notes.isEnabled()
    panel.steering.chords.setText("C F")
    assert panel.limits.chord_notes.isEnabled()
    panel.form.value = Order("fill")
    panel.show_region(REGION)
    assert not panel.limits.chord_notes.isEnabled()  # the chords that are typed are those of new bars
    panel.show_place(Document(chords=(ChordSpan(0, 960, Chord.parse("C")),)))
    assert panel.limits.chord_notes.isEnabled()


def test_a_row_that_means_nothing_for_a_verb_is_not_shown(panel):
    panel.form.value = Order("groove", takes=4)
    assert panel.takes.isHidden() or panel.takes.parentWidget().isHidden()
    assert panel.write.text().strip() == "Write"
    panel.form.value = Order("fill", takes=4)
    assert panel.write.text().strip() == "Write 4 takes" and not panel.freedom.parentWidget().isHidden()


def test_what_stays_below_ends_where_the_form_ends(panel, qtbot):
    make_application([])  # with the window's own scroll bars
    for width, height, scrolls in ((320, 300, True), (340, 300, True), (340, 1200, False)):
        panel.resize(width, height)
        qtbot.waitUntil(lambda scrolls=scrolls: panel._scroll.verticalScrollBar().isVisible() == scrolls)
        qtbot.waitUntil(lambda: _right(panel, panel.write) == _right(panel, panel.takes))


def test_keeping_what_was_explored_stays_in_sight_in_a_low_window(panel):
    panel.form.value = replace(panel.form.value, verb="explore")
    panel.resize(320, 300)
    QTest.qWait(1)
    for button in (panel.exploring.keep, panel.exploring.back):
        assert button.visibleRegion().boundingRect() == button.rect()
    panel.form.value = replace(panel.form.value, verb="new")
    assert not panel.exploring.keep.isVisible() and panel.write.isVisible()


def _right(panel, widget):
    return widget.mapTo(panel, widget.rect().topRight()).x()
