from studio.music import edits
from studio.music.pitch import Key
from studio.ui.roll.layers.background import BLACK, PLAIN, ROOT, SCALE, SCALE_BLACK, row_kinds
from tests.ui.roll.conftest import Hands


def test_kinds_of_rows() -> None:
    assert row_kinds(None).tolist().count(BLACK) == 5
    assert row_kinds(None)[0] == PLAIN
    minor = row_kinds(Key.parse("D minor"))
    assert (minor[2], minor[10], minor[5], minor[6], minor[11]) == (ROOT, SCALE_BLACK, SCALE, BLACK, BLACK)


def test_rows_follow_a_change_of_key(hands: Hands) -> None:
    hands.session.commit("key", edits.set_key(hands.session.document, 3840, Key.parse("C# major")))
    hands.state.set_grid(hands.state.grid.__class__(pinned=3840))
    image = hands.roll.grab().toImage()

    def light(tick: int, pitch: int) -> int:
        return image.pixelColor(hands.at(tick, pitch)).lightness()

    assert light(2000, 62) > light(2000, 61)
    assert light(5500, 61) > light(5500, 62)


def test_what_lies_outside_the_clips_is_dim_and_bars_are_drawn(hands: Hands) -> None:
    hands.roll.viewport.scroll_to(7 * 3840)
    image = hands.roll.grab().toImage()
    inside, outside = (image.pixelColor(hands.at(t, 71)).lightness() for t in (7 * 3840 + 1000, 8 * 3840 + 1000))
    assert outside < inside
    bar, beside = (image.pixelColor(hands.at(t, 71)).lightness() for t in (9 * 3840, 9 * 3840 + 70))
    assert bar > beside
