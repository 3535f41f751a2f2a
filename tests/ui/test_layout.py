"""Where the panels are."""

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
