from dataclasses import replace

import pytest

from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Section, Take, Track
from studio.music.form import EXACT, LIGHT, STRONG, Form, Planned, form_in, waiting_at
from studio.music.notes import Notes
from studio.music.time import Meter, TimeSignature

BAR = 3840


def test_a_form_is_read_as_it_is_written():
    form = Form.parse("intro4@0.2 A8 A'8 B16@.9, A=8")
    assert form.sections == (
        Planned("intro", 4, LIGHT, 0.2),
        Planned("A", 8),
        Planned("A", 8, STRONG),
        Planned("B", 16, LIGHT, 0.9),
        Planned("A", 8, EXACT),
    )
    assert str(form) == "intro4@0.2 A8 A'8 B16@0.9 A=8" and Form.parse(str(form)) == form
    assert form.bars == 44 and form.starts() == (0, 4, 12, 20, 36, 44)
    assert form.firsts == (0, 1, 1, 3, 1) and form.names == ("intro", "A", "B")
    assert form.sections[2].title == "A'" and form.sections[4].title == "A"


def test_bars_come_from_the_last_section_of_the_name_and_letters_may_stand_together():
    assert str(Form.parse("AABA")) == "A8 A8 B8 A8"
    assert str(Form.parse("a16 A B4 A b")) == "A16 A16 B4 A16 B4"
    assert str(Form.parse("A8' 主歌4")) == "A8 主歌4", "the first time there is nothing to vary"
    assert str(Form.parse("A8 A8’")) == "A8 A'8"


@pytest.mark.parametrize("bad", ["", " , ", "A8 8", "A0", "A257", "A'8'", "A8@2", "A8@", "A8@.", "A8 !", "A8 " * 65])
def test_what_is_no_form_is_refused_with_a_sentence(bad):
    with pytest.raises(StudioError) as refused:
        Form.parse(bad)
    assert refused.value.message.endswith(".") and refused.value.hint.endswith(".")


def test_a_songs_sections_tell_a_form():
    sections = (
        Section(2 * BAR, 6 * BAR, "Section A"),
        Section(8 * BAR, 12 * BAR, "Verse 1"),
        Section(12 * BAR, 16 * BAR, "Verse 2"),
        Section(16 * BAR, 20 * BAR, "A'"),
    )
    form, start = form_in(Document(sections=sections))
    assert (str(form), start) == ("A4 interlude2 Verse4 Verse4 A'4", 2 * BAR)


def test_sections_that_tell_no_form_are_refused():
    with pytest.raises(StudioError, match="no sections yet"):
        form_in(Document())
    with pytest.raises(StudioError, match="does not begin and end with a bar"):
        form_in(Document(sections=(Section(0, BAR + 1, "A"),)))


def test_a_form_is_laid_out_as_sections_as_far_as_it_was_written():
    meter = Meter((TimeSignature(0, 3, 4),))
    document = edits.lay_form(Document(meter=meter), Form.parse("A2 A'2 B2"), 2880, 2880 * 5)
    assert document.sections == (
        Section(2880, 3 * 2880, "A"),
        Section(3 * 2880, 5 * 2880, "A'"),
    )


def test_sections_that_are_there_keep_their_names():
    verse = Section(0, 2 * BAR, "Verse 1")
    document = edits.lay_form(Document(sections=(verse, Section(2 * BAR, 9 * BAR, "x"))), Form.parse("Verse2 B2"), 0, 4 * BAR)
    assert document.sections == (verse, Section(2 * BAR, 4 * BAR, "B"), Section(4 * BAR, 9 * BAR, "x"))
    assert edits.lay_form(document, Form.parse("Verse2 B2"), 0, 4 * BAR) is document


def test_a_plan_that_is_laid_out_waits_for_its_notes():
    laid = edits.lay_form(Document(), Form.parse("A2 B2"), 4 * BAR, 8 * BAR)
    assert waiting_at("A2 B2", laid) == 4 * BAR and waiting_at("AB", laid) is None and waiting_at("", laid) is None
    assert waiting_at("A2 B2", Document()) is None
    track = Track(1, clips=(Clip(2, 0, BAR, (Take(Notes.of([5 * BAR], 960, 60)),)),))
    assert waiting_at("A2 B2", replace(laid, tracks=(track,))) is None
