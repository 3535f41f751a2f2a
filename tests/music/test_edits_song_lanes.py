"""What lies along the song: moved, typed anew, taken away; spans never overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.checks import check
from studio.music.document import ChordSpan, Document, Marker, Section
from studio.music.pitch import Chord, Key
from tests.documents import chords, documents, some

BAR = 3840


def test_tempo_moves_and_the_first_stays() -> None:
    document = edits.set_tempo(edits.set_tempo(Document(), BAR, 90), 2 * BAR, 60)
    moved = edits.move_tempo(document, BAR, 3 * BAR)
    assert [(c.tick // BAR, round(c.bpm)) for c in moved.tempo.changes] == [(0, 120), (2, 60), (3, 90)]
    over = edits.move_tempo(document, BAR, 2 * BAR)
    assert [(c.tick // BAR, round(c.bpm)) for c in over.tempo.changes] == [(0, 120), (2, 90)]
    for tick, to in ((0, BAR), (5, BAR), (BAR, 0), (BAR, BAR)):
        assert edits.move_tempo(document, tick, to) is document


def test_signatures_keep_to_bar_lines() -> None:
    document = edits.set_meter(Document(), 2 * BAR, 3, 4)
    moved = edits.move_meter(document, 2 * BAR, 4 * BAR + 100)
    assert [(s.tick // BAR, s.numerator) for s in moved.meter.signatures] == [(0, 4), (4, 3)]
    assert edits.move_meter(document, 0, BAR) is document
    assert edits.move_meter(document, 2 * BAR, 0) is document


def test_keys_move() -> None:
    document = edits.set_key(edits.set_key(Document(), 0, Key(0)), BAR, Key(2, "minor"))
    moved = edits.move_key(document, 0, 2 * BAR)
    assert [(k.tick // BAR, str(k.key)) for k in moved.keys] == [(1, "D minor"), (2, "C major")]
    assert edits.move_key(document, 77, BAR) is document


def test_chords_give_way() -> None:
    c, g = Chord.parse("C"), Chord.parse("G7")
    document = edits.set_chord(Document(), 0, 4 * BAR, c)
    document = edits.set_chord(document, 2 * BAR, BAR, g)
    assert [(s.start // BAR, s.end // BAR, str(s.chord)) for s in document.chords] == [(0, 1, "C"), (1, 2, "G7"), (2, 4, "C")]
    span = document.chords[1]
    longer = edits.change_chord(document, span, BAR, 3 * BAR, Chord.parse("Am"))
    assert [(s.start // BAR, s.end // BAR, str(s.chord)) for s in longer.chords] == [(0, 1, "C"), (1, 3, "Am"), (3, 4, "C")]
    assert [str(s.chord) for s in edits.remove_chord(document, span).chords] == ["C", "C"]
    assert edits.set_chord(document, BAR, BAR, g) is document
    assert edits.change_chord(document, ChordSpan(5, 6, g), 0, 1) is document


def test_sections_and_markers() -> None:
    document = edits.add_section(edits.add_section(Document(), 0, 4 * BAR, "Verse"), 4 * BAR, 8 * BAR, "Chorus")
    verse = document.sections[0]
    document = edits.change_section(document, verse, BAR, 5 * BAR, "Verse 1")
    assert document.sections == (Section(BAR, 5 * BAR, "Verse 1"), Section(5 * BAR, 8 * BAR, "Chorus"))
    assert len(edits.remove_section(document, document.sections[0]).sections) == 1
    document = edits.add_marker(document, BAR, "Here")
    document = edits.change_marker(document, document.markers[0], 0, "There")
    assert document.markers == (Marker(0, "There"),)
    assert edits.change_marker(document, Marker(3, "none"), 0) is document


PLACE = st.one_of(st.integers(-9_000, 60_000), st.sampled_from([-(1 << 40), 1 << 40]))


def one(draw, values):
    return draw(st.sampled_from(values)) if values else None


EDITS = {
    "tempo": lambda draw, d: edits.move_tempo(d, one(draw, d.tempo.changes).tick, draw(PLACE)),
    "meter": lambda draw, d: edits.move_meter(d, one(draw, d.meter.signatures).tick, draw(PLACE)),
    "key": lambda draw, d: edits.move_key(d, one(draw, d.keys).tick, draw(PLACE)) if d.keys else d,
    "chord": lambda draw, d: edits.set_chord(d, draw(PLACE), draw(PLACE), draw(chords)),
    "change chord": lambda draw, d: edits.change_chord(d, one(draw, d.chords), draw(PLACE), draw(PLACE)) if d.chords else d,
    "remove chord": lambda draw, d: edits.remove_chord(d, one(draw, d.chords)) if d.chords else d,
    "section": lambda draw, d: edits.add_section(d, draw(PLACE), draw(PLACE), "x"),
    "change section": lambda draw, d: (
        edits.change_section(d, one(draw, d.sections), draw(PLACE), draw(PLACE)) if d.sections else d
    ),
    "remove section": lambda draw, d: edits.remove_section(d, one(draw, d.sections)) if d.sections else d,
    "marker": lambda draw, d: edits.change_marker(d, one(draw, d.markers), draw(PLACE), "m") if d.markers else d,
}


@some
@given(documents(), st.data())
def test_any_edits_of_the_lanes_leave_a_valid_song(document, data) -> None:
    for _ in range(6):
        name = data.draw(st.sampled_from(sorted(EDITS)))
        document = EDITS[name](data.draw, document)
        assert check(document) == [], name


@pytest.mark.parametrize("span", [(0, 10), (10, 20), (5, 15), (0, 100), (30, 40)])
def test_a_moved_span_keeps_its_length(span) -> None:
    document = edits.set_chord(edits.set_chord(Document(), 50, 60, Chord(0)), *span, Chord(5))
    chord = next(c for c in document.chords if c.chord.root == 5)
    moved = edits.change_chord(document, chord, -7, chord.end - chord.start - 7)
    now = next(c for c in moved.chords if c.chord.root == 5)
    assert (now.start, now.end) == (0, chord.end - chord.start)
