from tests.ui.roll.conftest import CTRL, SHIFT, Hands


def test_click_selects_and_a_click_on_empty_ground_clears(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    assert hands.state.selection == {1}
    hands.click(hands.at(5500, 72))
    assert hands.state.selection == set()
    assert len(hands.session.steps) == 1


def test_ctrl_click_toggles_and_shift_click_takes_a_range(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.click(hands.at(1100, 65), keys=CTRL)
    assert hands.state.selection == {1, 2}
    hands.click(hands.at(300, 62), keys=CTRL)
    assert hands.state.selection == {2}
    hands.click(hands.at(300, 62))
    hands.click(hands.at(2300, 69), keys=SHIFT)
    assert hands.state.selection == {1, 2, 3}
