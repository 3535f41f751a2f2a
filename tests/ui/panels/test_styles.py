"""Styles, and a mixture of two."""

import pytest

from studio.ui.panels.styles import StyleChips, StyleMix, style_title


@pytest.fixture
def mix(qtbot):
    chips = StyleChips()
    mix = StyleMix(chips)
    for widget in (chips, mix):
        qtbot.addWidget(widget)
    chips.show_styles(("pop", "folk", "jazz"))
    mix.chips = chips
    return mix


def test_a_second_style_needs_a_first(mix):
    assert mix.isHidden() and (mix.second_style, mix.second_share) == ("", 0.0)
    mix.chips.style_name = "folk"
    assert not mix.isHidden() and mix.second_style == "" and mix.second_share == 0.0
    assert [mix.second.itemText(k) for k in range(mix.second.count())] == ["no other style", "Pop", "Jazz"]
    mix.chips.style_name = ""
    assert mix.isHidden()


def test_shares_are_said_where_there_are_two(mix):
    mix.chips.style_name = "pop"
    mix.second_style, mix.second_share = "jazz", 0.3
    assert (mix.second_style, mix.second_share) == ("jazz", 0.3)
    assert mix.said.text() == "30 % Jazz" and mix.share.isVisibleTo(mix)
    mix.second_style = ""
    assert mix.second_share == 0.0 and not mix.share.isVisibleTo(mix)


def test_the_second_stays_where_it_can(mix):
    mix.chips.style_name = "pop"
    mix.second_style = "jazz"
    mix.chips.style_name = "folk"
    assert mix.second_style == "jazz"
    mix.chips.style_name = "jazz"
    assert mix.second_style == ""
    mix.second_style = "pop"
    mix.chips.show_styles(("jazz", "pop"))
    assert (mix.chips.style_name, mix.second_style) == ("jazz", "pop")


def test_it_can_be_put_away(mix):
    mix.chips.style_name = "pop"
    mix.allow(False)
    assert mix.isHidden()
    mix.allow(True)
    assert not mix.isHidden()


def test_titles():
    assert style_title("lead_sheet") == "Lead sheet"
