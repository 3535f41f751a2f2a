from PySide6.QtWidgets import QLabel

from studio.ui.fold import FoldButton


def test_what_lies_under_it_is_shown_while_it_is_open(qtbot):
    body = QLabel("inside")
    fold = FoldButton(body)
    for widget in (fold, body):
        qtbot.addWidget(widget)
    assert body.isHidden()
    fold.say("More (2 set)", "What there is")
    assert (fold.text(), fold.toolTip(), fold.accessibleName()) == ("More (2 set)", "What there is", "More (2 set)")
    fold.click()
    assert not body.isHidden()
    fold.click()
    assert body.isHidden()
