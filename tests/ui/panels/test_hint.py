"""The hint."""

from studio.ui.panels.hint import HintLine


def test_hint_shows_and_goes(qtbot):
    hint = HintLine()
    qtbot.addWidget(hint)
    hint.show_text("Press space.")
    assert hint.isVisible()
    assert hint.text() == "Press space."
    hint.show_text("")
    assert not hint.isVisible()
