from studio.ui.arrangement.panel import ArrangementPanel
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK


def test_lanes_lie_above_the_tracks_on_the_same_axis(qtbot, state: RollState) -> None:
    panel = ArrangementPanel(state, DARK)
    qtbot.addWidget(panel)
    panel.resize(900, 200)
    panel.show()
    qtbot.waitExposed(panel)
    assert panel.lanes.geometry().bottom() < panel.strip.geometry().top()
    assert panel.lanes.viewport is panel.strip.viewport
    assert panel.lanes.width() == panel.strip.width() == state.viewport.width
    before = panel.strip.height()
    panel.lanes.show_lane("tempo", True)
    qtbot.waitUntil(lambda: panel.strip.height() < before)
    for lane in ("tempo", "sections"):
        panel.lanes.show_lane(lane, False)
    assert panel.lanes.isHidden()
