from tests.ui.roll.conftest import Hands


def test_green_while_it_plays_and_only_in_sight(hands: Hands) -> None:
    view = hands.roll.viewport
    view.set_playhead(5000, playing=True)
    color = hands.roll.grab().toImage().pixelColor(hands.at(5000, 75))
    assert color.green() > color.red() + 60
    view.set_playhead(5000, playing=False)
    color = hands.roll.grab().toImage().pixelColor(hands.at(5000, 75))
    assert abs(color.green() - color.red()) < 20
    view.scroll_to(8000)
    image = hands.roll.grab().toImage()
    assert max(image.pixelColor(x, 30).lightness() for x in range(66, 900)) < 150
