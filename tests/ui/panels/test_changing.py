"""The rows for changes to bars that are there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.changes import Change
from studio.app.generating import Order
from studio.ui.panels.changing import ChangeRows, Region

BAR = 3840
FLUTE = Region(0, 2 * BAR, 1, 2, 7, "Flute")
KIT = Region(2 * BAR, 3 * BAR, 3, 3, 9, "Kit", drums=True)


@pytest.fixture
def rows(qtbot):
    made = ChangeRows(("Drums", "Bass", "Piano"))
    qtbot.addWidget(made)
    made.show()
    return made


def asked(rows, verb, region=FLUTE, **order):
    rows.show_verb(verb)
    rows.show_region(region)
    return rows.change(Order(verb=verb, **order))


def test_without_a_region_nothing_is_asked(rows):
    assert asked(rows, "fill", None) is None and rows.sentence == "Choose a track with notes first."


def test_filling_in_takes_what_the_order_says(rows):
    change = asked(rows, "fill", style="pop", temperature=0.8, seed=4, takes=3)
    assert change == Change("fill", 0, 2 * BAR, (7,), style="pop", temperature=0.8, seed=4, takes=3)
    assert rows.sentence == "Writes bars 1 to 2 of Flute anew, listening to everything around."


def test_accompanying_needs_a_part(rows):
    assert asked(rows, "accompany").new_parts == ("Bass",)
    rows.parts.chosen = ("Drums", "Piano")
    assert asked(rows, "accompany").new_parts == ("Drums", "Piano")
    rows.parts.chosen = ()
    assert asked(rows, "accompany") is None and rows.sentence == "Choose a part to add."


def test_a_variation_goes_as_far_as_the_slider_says(rows):
    rows.show_verb("vary")
    rows.amount.setValue(80)
    assert rows.amount_text.text() == "all new"
    assert asked(rows, "vary").amount == 0.8


def test_a_blend_leads_to_the_bars_that_were_pressed(rows):
    assert asked(rows, "blend") is None and "These bars" in rows.sentence
    later = Region(4 * BAR, 6 * BAR, 5, 6, 7, "Flute")
    rows.show_region(later)
    QTest.mouseClick(rows.into, Qt.MouseButton.LeftButton)
    change = asked(rows, "blend", takes=5)
    assert change.other == (7, 4 * BAR) and change.takes == 5 and (change.start, change.end) == (0, 2 * BAR)
    assert rows.sentence == "Steps from bars 1 to 2 of Flute to bars 5 to 6 of Flute."


def test_a_groove_is_for_drums(rows):
    assert asked(rows, "groove") is None
    assert asked(rows, "groove", KIT).tracks == (9,)


@pytest.mark.parametrize(
    ("verb", "shown"),
    [("accompany", "parts"), ("vary", "_amount"), ("blend", "_blend"), ("fill", ""), ("", "")],
)
def test_only_what_a_verb_needs_is_shown(rows, verb, shown):
    rows.show_verb(verb)
    seen = [name for name in ("parts", "_amount", "_blend") if getattr(rows, name).isVisible()]
    assert seen == ([shown] if shown else [])
