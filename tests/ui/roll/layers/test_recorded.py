from studio.music.notes import Notes
from tests.ui.roll.conftest import Hands


def test_what_is_recorded_is_red_and_goes_again(hands: Hands) -> None:
    hands.roll.show_recorded(Notes.of([5_760], [960], [69]))
    color = hands.roll.grab().toImage().pixelColor(hands.at(6_200, 69))
    assert color.red() > color.green() + 80
    hands.roll.show_recorded(Notes.empty())
    assert hands.roll.grab().toImage().pixelColor(hands.at(6_200, 69)).red() < color.red()
