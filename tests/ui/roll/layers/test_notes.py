import numpy as np
import pytest

from studio.music import edits
from studio.music.notes import Notes
from studio.ui.roll.layers import notes as layer
from tests.ui.roll.conftest import Hands


def colors(hands: Hands) -> dict[str, int]:
    """Lightness in the middle of some notes and beside them."""
    image = hands.roll.grab().toImage()
    places = {"loud": (2400, 69), "soft": (1200, 65), "ghost": (3000, 60), "nothing": (3200, 70)}
    return {name: image.pixelColor(hands.at(*at)).lightness() for name, at in places.items()}


@pytest.mark.parametrize("many", [layer.MANY, 0])
def test_velocity_is_lightness_and_ghosts_are_faint(hands: Hands, monkeypatch, many: int) -> None:
    """By rectangles and by the overview alike."""
    monkeypatch.setattr(layer, "MANY", many)
    light = colors(hands)
    assert light["loud"] > light["soft"] + 30
    assert light["soft"] > light["ghost"]
    assert light["ghost"] > light["nothing"]


@pytest.mark.parametrize("many", [layer.MANY, 0])
def test_selected_notes_stand_out(hands: Hands, monkeypatch, many: int) -> None:
    monkeypatch.setattr(layer, "MANY", many)
    before = colors(hands)
    hands.state.select([2])
    after = colors(hands)
    assert after["soft"] > before["soft"] + 20
    assert after["loud"] == before["loud"]


def test_locked_notes_are_marked_amber(hands: Hands) -> None:
    hands.session.commit("lock", edits.set_locked(hands.session.document, [3], True))
    image = hands.roll.grab().toImage()
    color = image.pixelColor(hands.at(1920, 69) + hands.roll.rect().topLeft()).toHsv()
    assert abs(color.hue() - 39) < 12


def test_drums_and_pitches_are_no_ghosts_of_each_other(hands: Hands) -> None:
    hands.roll.set_track(13)
    hands.roll.viewport.show_pitches(36, 69)
    image = hands.roll.grab().toImage()
    here, beside = (image.pixelColor(hands.at(t, 69)).lightness() for t in (2400, 3200))
    assert here == beside


def test_rectangles_and_overview_cover_the_same_pixels(hands: Hands, monkeypatch) -> None:
    rng = np.random.default_rng(5)
    more = Notes.of(rng.integers(0, 9000, 150), rng.integers(60, 900, 150), rng.integers(58, 80, 150))
    hands.session.commit("more", edits.add_notes(hands.session.document, 11, more))
    pictures = []
    for many in (10_000, 0):
        monkeypatch.setattr(layer, "MANY", many)
        monkeypatch.setattr(layer, "NAME_FROM", 1_000)
        image = hands.roll.grab().toImage()
        pictures.append(np.array([[image.pixelColor(x, y).blue() > 110 for x in range(70, 900, 3)] for y in range(7, 400, 14)]))
    assert np.mean(pictures[0] != pictures[1]) < 0.06
    assert pictures[0].mean() > 0.05
