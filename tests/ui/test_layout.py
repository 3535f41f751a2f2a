"""Where the panels are."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QToolButton, QWidget

from studio.ui.layout import LEFT, RIGHT


def test_the_roll_gets_the_most_of_the_height_until_the_user_divides_it(window):
    layout, splitter = window.layout_of_parts, window.column.splitter
    sizes = splitter.sizes()
    assert sizes[1] == max(sizes) and sizes[1] > sum(sizes) / 3
    splitter.splitterMoved.emit(0, 0)
    splitter.setSizes([100, 200, 60, 60, 100])
    divided = splitter.sizes()
    layout.share_height()
    assert splitter.sizes() == divided


def test_the_sides_keep_their_width_when_the_window_grows(window):
    before = window.layout_of_parts.sides.sizes()
    assert abs(before[0] - LEFT) < 40 and abs(before[2] - RIGHT) < 40
    window.resize(1800, 900)
    after = window.layout_of_parts.sides.sizes()
    assert after[0] == before[0] and after[2] == before[2] and after[1] > before[1]


def test_the_whole_order_form_is_seen_where_there_is_room(window):
    window.resize(1400, 1000)
    window.layout_of_parts.make_room()
    assert window.write_panel.height() >= window.write_panel.needed_height() - 2
    assert window.takes_panel.height() >= 150


def test_the_takes_get_what_a_short_form_leaves_until_the_user_divides_them(window, qtbot):
    window.resize(1400, 900)
    panel, layout = window.write_panel, window.layout_of_parts

    def choose(verb):
        panel.form.value = replace(panel.form.value, verb=verb)
        qtbot.wait(30)
        return layout.right.sizes()

    long, short = choose("continue"), choose("groove")
    assert short[0] < long[0] - 100 and short[1] > long[1] + 100
    layout.right.splitterMoved.emit(0, 0)
    layout.right.setSizes([500, 300])
    divided = layout.right.sizes()
    assert choose("continue") == divided


@pytest.mark.parametrize("width", [940, 1050, 1600])
def test_nothing_lies_over_anything_else_in_the_transport_however_narrow(window, qtbot, width):
    window.resize(width, 500)
    qtbot.wait(20)
    panel = window.transport_panel
    shown = [w for w in panel.findChildren(QWidget) if w.isVisible() and not w.findChildren(QWidget)]
    boxes = [(w, QRect(w.mapTo(panel, QPoint()), w.size())) for w in shown if w.width() > 1]
    assert all(box.right() <= panel.width() for _, box in boxes)
    over = [(told(a), told(b)) for k, (a, x) in enumerate(boxes) for b, y in boxes[k + 1 :] if x.intersects(y)]
    assert over == []
    for tool in ("pointer", "pencil", "eraser", "knife", "toggle", "stop", "record"):
        assert panel.findChild(QToolButton, f"button-{tool}").isVisible()
    lines = sum(w.property("role") == "rule" for w in shown)
    assert lines == 1 + panel.findChild(QToolButton, "button-redo").isVisible(), "no two lines with nothing between them"


def told(widget):
    return widget.accessibleName() or widget.objectName() or type(widget).__name__
