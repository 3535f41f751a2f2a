import pytest

from studio.music import edits
from studio.music.document import Document, Section
from studio.music.form import Form
from studio.ui.panels.sections import USUAL, SectionRows

BAR = 3840


@pytest.fixture
def rows(qtbot):
    made = SectionRows()
    qtbot.addWidget(made)
    made.show()
    return made


def chips(rows):
    return [b.text() for b in rows.chips._group.buttons()]


def test_nothing_is_planned_until_it_is_wanted_and_then_the_usual_form(rows):
    assert rows.plan == "" and not rows._body.isVisible()
    rows.on.click()
    assert rows.plan == USUAL and rows._body.isVisible() and rows.length == 32
    assert chips(rows) == ["A 8", "A 8", "B 8", "A 8"]


def test_sections_are_added_repeated_moved_and_taken_away(rows, qtbot):
    rows.on.click()
    with qtbot.waitSignal(rows.changed):
        rows.chips._group.button(2).click()
    rows.repeat.click()
    assert rows.plan == "A8 A8 B8 B8 A8"
    rows.add.click()
    assert rows.plan == "A8 A8 B8 B8 C8 A8"
    rows.earlier.click()
    rows.later.click()
    rows.later.click()
    assert rows.plan == "A8 A8 B8 B8 A8 C8" and not rows.later.isEnabled() and rows.earlier.isEnabled()
    rows.remove.click()
    rows.remove.click()
    assert rows.plan == "A8 A8 B8 B8"


def test_the_chosen_section_gets_its_bars_and_its_way(rows):
    rows.on.click()
    assert not rows.way.isEnabled(), "the first A has nothing to vary"
    rows.chips._group.button(3).click()
    assert rows.way.isEnabled() and rows.bars.value() == 8
    rows.bars.setValue(12)
    rows.way._group.button(2).click()
    assert rows.plan == "A8 A8 B8 A'12" and chips(rows)[3] == "A' 12"
    rows.way._group.button(0).click()
    assert rows.plan == "A8 A8 B8 A=12"


def test_the_chosen_section_gets_its_energy_which_may_be_left_open(rows):
    rows.on.click()
    rows.chips._group.button(3).click()
    assert rows.energy.value() == 50
    rows.energy.setValue(90)
    assert rows.plan == "A8 A8 B8 A8@0.9"
    rows.chips._group.button(0).click()
    assert rows.energy.value() == 50
    rows.chips._group.button(3).click()
    assert rows.energy.value() == 90
    rows.energy.setValue(50)
    assert rows.plan == USUAL


def test_a_plan_can_be_typed_and_what_is_none_is_told(rows):
    rows.on.click()
    rows.text.setText("intro4 AABA")
    rows.text.editingFinished.emit()
    assert rows.plan == "intro4 A8 A8 B8 A8" == rows.text.text()
    rows.text.setText("A8 ?")
    rows.text.editingFinished.emit()
    assert rows.problem.isVisible() and "'?'" in rows.problem.text() and rows.plan == "intro4 A8 A8 B8 A8"


def test_the_last_section_stays(rows):
    rows.plan = "A8"
    assert not rows.remove.isEnabled() and not rows.earlier.isEnabled()
    rows.remove.click()
    assert rows.plan == "A8"
    rows.plan = ""
    assert not rows.on.isChecked()


def test_the_songs_sections_become_the_plan(rows):
    rows.show_song(Document())
    assert not rows.from_song.isEnabled()
    rows.show_song(edits.lay_form(Document(), Form.parse("Verse4 Chorus8 Verse4"), 0, 16 * BAR))
    rows.from_song.click()
    assert rows.plan == "Verse4 Chorus8 Verse4"
    rows.show_song(Document(sections=(Section(1, BAR, "x"),)))
    rows.from_song.click()
    assert "does not begin and end with a bar" in rows.problem.text()
