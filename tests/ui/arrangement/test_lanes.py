"""The lanes: what they read from a song, and what typing into them does."""

import pytest

from studio.music import edits
from studio.music.document import Document
from studio.music.pitch import Key
from studio.ui.arrangement.lanes import CHORDS, KEYS, LANES, METER, SECTIONS, TEMPO, Wrong

BAR = 3840


def texts(lane, document: Document) -> list[tuple[int, str]]:
    return [(i.start // BAR, i.text) for i in lane.items(document)]


@pytest.mark.parametrize(
    ("lane", "text", "typed", "wrong"),
    [
        (TEMPO, "96", "88.5 bpm", "fast"),
        (METER, "3/4", "6/8", "3"),
        (KEYS, "D minor", "Bb major", "H"),
        (CHORDS, "Dm7", "G7/B", "xyz"),
    ],
)
def test_add_type_and_remove(lane, text: str, typed: str, wrong: str) -> None:
    document = lane.add(Document(), BAR, 2 * BAR, text)
    item = next(i for i in lane.items(document) if i.start == BAR)
    assert item.text == text
    changed = lane.typed(document, item, typed)
    assert (1, typed.removesuffix(" bpm")) in texts(lane, changed)
    with pytest.raises(Wrong, match=r"\w+"):
        lane.typed(document, item, wrong)
    moved = lane.move(document, item, 3 * BAR, 4 * BAR)
    assert (3, text) in texts(lane, moved)
    assert lane.items(lane.remove(document, item)) == lane.items(Document())


def test_out_of_range_is_wrong() -> None:
    for lane, text in ((TEMPO, "5000"), (METER, "4/5"), (METER, "99/4")):
        with pytest.raises(Wrong):
            lane.add(Document(), 0, 1, text)


def test_the_songs_first_are_fixed() -> None:
    assert [len([i for i in lane.items(Document()) if i.fixed]) for lane in LANES] == [0, 1, 1, 0, 0]


def test_sections_and_markers_share_a_lane() -> None:
    document = SECTIONS.add(SECTIONS.add(Document(), 0, 4 * BAR, "Verse"), BAR, BAR, "Here")
    section, marker = SECTIONS.items(document)
    assert (section.end, marker.end) == (4 * BAR, None)
    document = SECTIONS.typed(document, marker, "There")
    document = SECTIONS.move(document, section, BAR, 5 * BAR)
    assert texts(SECTIONS, document) == [(1, "Verse"), (1, "There")]
    for item in SECTIONS.items(document):
        document = SECTIONS.remove(document, item)
    assert SECTIONS.items(document) == []


def test_chords_are_spelled_and_begin_as_the_key_has_them() -> None:
    document = edits.set_key(Document(), 0, Key.parse("D minor"))
    assert CHORDS.default(document, 0) == "Dm"
    assert texts(CHORDS, CHORDS.add(document, 0, BAR, "A#")) == [(0, "Bb")]
    assert CHORDS.default(Document(), 0) == "C"
