from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.engines.drum_changes import DrumChange
from studio.engines.gm import DRUMS
from studio.engines.hit_drawing import kinds
from studio.ui.panels.kit import _DRAWN_FOR, KINDS, KitPage
from studio.ui.theme import DARK, apply_theme

KNOWN = {"drums_snare": "Snare", "drums_kick": "Bass drum", "own-thud": "Thud"}


def page_of(qtbot) -> KitPage:
    window = QWidget()
    qtbot.addWidget(window)  # the page deletes itself when it is closed
    window.page = KitPage(KNOWN, window)
    return window.page


def choose(page: KitPage, key: int) -> None:
    page.pieces.setCurrentRow(list(DRUMS).index(key))


def test_all_drums_are_there_and_nothing_is_changed(qtbot):
    page = page_of(qtbot)
    assert page.pieces.count() == len(DRUMS)
    assert page.title.text() == "Acoustic snare"
    assert page.changes == {}
    assert not page.make.isEnabled() and not page.usual.isEnabled() and not page.share.isEnabled()


def test_the_network_draws_each_kind_that_is_offered():
    assert set(KINDS) == set(kinds())
    assert set(_DRAWN_FOR) <= {drum.piece for drum in DRUMS.values()}
    assert set(_DRAWN_FOR.values()) <= set(KINDS)


def test_what_is_set_is_heard_when_the_hand_rests(qtbot):
    page = page_of(qtbot)
    heard = []
    page.heard.connect(lambda key, changes: heard.append((key, changes)))
    with qtbot.waitSignal(page.heard, timeout=3000):
        page.tuning.setValue(-3)
        page.tuning.setValue(-4)
        page.ring.setValue(40)
    assert heard == [(38, {38: DrumChange(tune=-2.0, damp=0.4)})]
    assert (page.told[page.tuning].text(), page.told[page.ring].text()) == ("-2", "40 %")
    assert page.pieces.currentItem().font().bold()
    QTest.mouseClick(page.listen, Qt.MouseButton.LeftButton)
    assert len(heard) == 2


def test_each_drum_keeps_what_is_done_to_it(qtbot):
    page = page_of(qtbot)
    page.other.setCurrentIndex(page.other.findData("drums_kick"))
    page.share.setValue(30)
    choose(page, 36)
    assert (page.title.text(), page.other.currentData(), page.share.value()) == ("Bass drum", "", 50)
    page.place.setCurrentIndex(page.place.findData("own-thud"))
    choose(page, 38)
    assert (page.place.currentData(), page.other.currentData(), page.share.value()) == ("", "drums_kick", 30)
    assert page.changes == {38: DrumChange(other="drums_kick", share=0.3), 36: DrumChange(use="own-thud")}
    QTest.mouseClick(page.usual, Qt.MouseButton.LeftButton)
    assert page.changes == {36: DrumChange(use="own-thud")}
    assert not page.pieces.currentItem().font().bold()


def test_a_drawn_hit_comes_in_the_place_of_the_drum_it_was_wanted_for(qtbot):
    page = page_of(qtbot)
    wanted, heard = [], []
    page.draw_wanted.connect(lambda key, kind: wanted.append((key, kind)))
    page.heard.connect(lambda key, changes: heard.append(key))
    choose(page, 49)
    QTest.mouseClick(page.draw, Qt.MouseButton.LeftButton)
    assert wanted == [(49, "cymbal")]
    choose(page, 38)
    page.add_drum("own-splash", "Splash 7", 49)
    assert heard == []
    assert page.changes == {49: DrumChange(use="own-splash")}
    assert page.place.currentData() == ""
    page.add_drum("own-paper", "Paper", 38)
    assert page.place.currentText() == "Paper"
    assert heard == [38]


def test_the_kit_is_asked_for_under_its_name(qtbot):
    page = page_of(qtbot)
    asked, closed = [], []
    page.wanted.connect(lambda *wish: asked.append(wish))
    page.closed.connect(lambda: closed.append(True))
    page.show()
    page.tuning.setValue(2)
    page.name.setText(" Dusty ")
    QTest.mouseClick(page.make, Qt.MouseButton.LeftButton)
    assert asked == [("Dusty", {38: DrumChange(tune=1.0)})]
    assert closed == [True]


def test_a_kit_that_is_there_is_shown_as_it_is(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    page = window.page = KitPage(KNOWN, window, {38: DrumChange(tune=-2.0), 36: DrumChange(use="own-thud")})
    assert (page.told[page.tuning].text(), page.usual.isEnabled(), page.make.isEnabled()) == ("-2", True, True)
    bold = [page.pieces.item(k).text() for k in range(page.pieces.count()) if page.pieces.item(k).font().bold()]
    assert bold == [DRUMS[36].name, DRUMS[38].name]
    choose(page, 36)
    assert page.place.currentData() == "own-thud"


def test_rows_do_not_overlap_when_the_page_opens(qtbot, qapp):
    apply_theme(qapp, DARK)
    page = page_of(qtbot)
    page.show()
    first, second = (page.pieces.visualItemRect(page.pieces.item(k)) for k in range(2))
    assert second.top() - first.top() == first.height() >= 24
