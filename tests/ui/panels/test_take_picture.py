import json

from studio.app.session import ProposedTake
from studio.engines.api import Part
from studio.music.document import Provenance
from studio.music.notes import Notes
from studio.ui.panels.take_picture import TakePicture, provenance_text
from studio.ui.theme import look


def test_notes_are_in_their_hue_and_what_is_written_is_shaded(qtbot):
    picture = TakePicture()
    qtbot.addWidget(picture)
    picture.resize(200, 36)
    picture.show_take(ProposedTake(((Part("x"), Notes.of([0], 1_000, [60])),), 2_000), 0, 4_000)
    image = picture.grab().toImage()
    assert any(image.pixelColor(10, y).name() == look().proposed.lower() for y in range(36))
    assert image.pixelColor(90, 2) != image.pixelColor(150, 2)
    picture.hue = "#3fc0fa"
    image = picture.grab().toImage()
    assert any(image.pixelColor(10, y).name() == "#3fc0fa" for y in range(36))


def test_the_drums_of_a_take_without_other_notes_lie_in_rows(qtbot):
    picture = TakePicture()
    qtbot.addWidget(picture)
    picture.resize(200, 36)
    beat = (Part("Kit", drums=True), Notes.of([0, 1_000, 2_000], 100, [36, 38, 42]))

    def rows_of(*parts):
        picture.show_take(ProposedTake(parts, 4_000), 0, 4_000)
        image = picture.grab().toImage()
        hue = look().proposed.lower()
        return [next((y for y in range(36) if image.pixelColor(x, y).name() == hue), None) for x in (0, 50, 100)]

    kick, snare, hat = rows_of(beat)
    assert kick > snare > hat
    assert len(set(rows_of(beat, (Part("x"), Notes.of([3_000], 100, [60]))))) == 1


def test_where_a_take_came_from():
    assert provenance_text(Provenance("played", source="Played, pass 2")) == "Played\nPlayed, pass 2"
    assert provenance_text(Provenance("drawn")) == "Drawn"


def test_a_mixture_and_turns_are_told_where_there_are_any():
    def text(**asked):
        return provenance_text(Provenance("generated", "e", "m", "0" * 64, json.dumps({"style": "pop", **asked}), 1))

    plain = text(second_style="", second_share=0.0, turns=[])
    assert "hare" not in plain and "way" not in plain
    mixed = text(second_style="folk", second_share=0.3, turns=[{"at": 0}, {"at": 960}])
    assert "Second style: Folk" in mixed and "Second share: 0.3" in mixed
    assert mixed.endswith("Wishes changed on the way: 2")
