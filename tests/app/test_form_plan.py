from dataclasses import replace

import pytest

from studio.app.form_plan import CONTRASTS, check, chords_of, levels_of, limits_in, places_of, turns, wishes_of
from studio.engines.api import GenerateRequest, Limits, Wishes
from studio.errors import StudioError
from studio.music.document import ChordSpan, Document
from studio.music.form import Form
from studio.music.pitch import Chord
from studio.music.time import Meter, TimeSignature

BAR = 3840
FORM = Form.parse("A2 B2 A4 A1")


def test_sections_stand_one_after_the_other_and_know_where_they_come_from():
    places = places_of(FORM, 3 * BAR, Meter())
    assert [(p.start // BAR, p.end // BAR) for p in places] == [(3, 5), (5, 7), (7, 11), (11, 12)]
    assert [p.source and p.source.number for p in places] == [None, None, 0, 0]
    assert turns(places[2], Meter()) == [(7 * BAR, 9 * BAR), (9 * BAR, 11 * BAR)]
    assert turns(places[3], Meter()) == [(11 * BAR, 12 * BAR)]


def test_a_repeat_in_another_metre_is_refused():
    meter = Meter((TimeSignature(0, 4, 4), TimeSignature(4 * BAR, 3, 4)))
    with pytest.raises(StudioError, match=r"Section 3, A, has other bars than A the first time\."):
        places_of(FORM, 0, meter)


def test_new_sections_differ_in_what_is_wished_for_and_repeats_do_not_matter():
    form = Form.parse("A8 B8 C8@0.1 A8")
    a, b, c = (wishes_of(form, k, Wishes()) for k in range(3))
    assert b.energy - a.energy == pytest.approx(CONTRASTS[1]["energy"]) and b.register > a.register and b.density > a.density
    assert c.energy == 0.1 and c.density < a.density
    assert a.brightness is None


def test_wishes_of_the_composer_are_the_middle_and_contrasts_turn_back_at_the_end_of_the_scale():
    form = Form.parse("A8 B8")
    assert wishes_of(form, 0, Wishes(energy=0.9)).energy == 0.9
    assert wishes_of(form, 1, Wishes(energy=0.9, brightness=0.3)) == Wishes(
        density=0.7, register=0.75, energy=pytest.approx(0.55), brightness=0.3
    )


def test_names_that_say_what_they_are_like_do_not_count_as_letters():
    form = Form.parse("intro4 A8 chorus8")
    intro, a, chorus = (wishes_of(form, k, Wishes()).energy for k in range(3))
    assert intro < a < chorus


def test_a_form_of_one_name_leaves_open_what_is_open():
    assert wishes_of(Form.parse("A8 A8"), 0, Wishes(density=0.3)) == Wishes(density=0.3)
    assert wishes_of(Form.parse("A8@0.7"), 0, Wishes()).energy == 0.7


def test_a_repeat_has_the_energy_of_its_first_time_unless_it_has_its_own():
    form = Form.parse("A8@0.7 B8 A8 A8@0.2")
    assert [wishes_of(form, k, Wishes(energy=0.1)).energy for k in (0, 2, 3)] == [0.7, 0.7, 0.2]
    assert levels_of(Wishes(energy=0.7)) == (0.7, 0.5) and levels_of(Wishes(density=0.0)) == (0.45, 0.0)


def asked(form, **changed):
    context = Document(meter=changed.pop("meter", Meter()), chords=changed.pop("lane", ()))
    start = changed.pop("start", 0)
    places = places_of(form, start, context.meter)
    return GenerateRequest(context, start, places[-1].end - start, **changed), places


def test_what_a_form_cannot_keep_is_refused():
    with pytest.raises(StudioError, match="Leaps cannot be limited"):
        check(*asked(FORM, limits=Limits(leap=5)))
    three = Meter((TimeSignature(0, 3, 4),))
    with pytest.raises(StudioError, match="On that grid"):
        check(*asked(FORM, limits=Limits(grid=3840), meter=three))
    check(*asked(FORM, limits=Limits(grid=960), meter=three))


def test_chords_under_a_repeat_must_be_those_of_the_first_time_where_they_are_guaranteed():
    lane = tuple(ChordSpan(k * BAR, (k + 1) * BAR, Chord(c)) for k, c in enumerate((0, 5, 7, 7, 0, 5, 0, 5, 0)))
    check(*asked(FORM, limits=Limits(chord_notes="all"), lane=lane))
    other = (*lane[:6], replace(lane[6], chord=Chord(2)), *lane[7:])
    check(*asked(FORM, lane=other))
    with pytest.raises(StudioError, match="Section 3, A, has other chords"):
        check(*asked(FORM, limits=Limits(chord_notes="all"), lane=other))


def test_chords_start_anew_with_every_turn_of_a_section():
    places = places_of(Form.parse("A2 A3"), 0, Meter())
    made = chords_of(places, Meter(), lambda a, b: (ChordSpan(a, b, Chord(0)),))
    assert [(c.start // BAR, c.end // BAR) for c in made] == [(0, 2), (2, 4), (4, 5)]


def test_where_there_are_no_chords_there_are_none_to_keep_to():
    lane = (ChordSpan(0, BAR, Chord(0)),)
    limits = Limits(chord_notes="all", low=40)
    assert limits_in(limits, lane, 0, 2 * BAR) is limits
    assert limits_in(limits, lane, BAR, 2 * BAR) == Limits(low=40)
