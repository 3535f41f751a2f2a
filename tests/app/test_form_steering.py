import pytest

from studio.app.form_plan import places_of, wishes_of
from studio.app.form_steering import LEVEL, Rise, Wished
from studio.engines.api import GenerateRequest, Turn, Wishes
from studio.music.document import Document
from studio.music.form import Form
from studio.music.time import Meter

BAR = 3840
CALM, WILD = Wishes(energy=0.2), Wishes(energy=0.7)


def wished(form, *turns, wishes=CALM, start=4):
    form = Form.parse(form)
    places = places_of(form, start * BAR, Meter())
    request = GenerateRequest(Document(), start * BAR, form.bars * BAR, wishes=wishes, turns=turns)
    return Wished(request, form), places, request, form


def test_a_section_is_asked_for_what_the_piece_is_wished_to_be_there():
    made, places, request, form = wished("A4 B4", Turn(2 * BAR, WILD), Turn(5 * BAR, CALM))
    a, b = (made.asked(p, request) for p in places)
    assert a.wishes == wishes_of(form, 0, CALM) and a.turns == (Turn(2 * BAR, wishes_of(form, 0, WILD)),)
    assert b.wishes == wishes_of(form, 1, WILD) and b.turns == (Turn(BAR, wishes_of(form, 1, CALM)),)
    assert made.turned(4 * BAR + 5 * BAR) == (Turn(2 * BAR, WILD),) and len(made.turned(12 * BAR)) == 2


def test_turning_gives_up_what_was_to_come():
    made, *_ = wished("A4 B4", Turn(2 * BAR, WILD), Turn(5 * BAR, CALM))
    made.turn(7 * BAR, WILD)  # as it is there
    assert made.turned(99 * BAR) == (Turn(2 * BAR, WILD),)
    made.turn(6 * BAR, Wishes(density=0.9))
    assert made.turned(99 * BAR) == (Turn(2 * BAR, Wishes(density=0.9)),)
    assert made.at(5 * BAR) == CALM and made.at(6 * BAR) == Wishes(density=0.9) and made.at(0) == CALM


def test_what_a_section_turned_to_becomes_what_the_piece_turned_to():
    made, places, request, form = wished("A4 B4", Turn(6 * BAR, CALM))
    own = {wishes_of(form, 1, w): w for w in (CALM, WILD)}
    (wild,) = (o for o, w in own.items() if w == WILD)
    made.told(places[1], (Turn(BAR, wild),), own)
    made.told(places[1], (Turn(BAR, wild),), own)
    assert made.turned(99 * BAR) == (Turn(5 * BAR, WILD),)
    made.told(places[1], (Turn(2 * BAR, Wishes(density=0.1)),), own)  # of the request, not steered
    assert made.turned(99 * BAR) == (Turn(5 * BAR, WILD),)
    assert made.asked(places[1], request).turns == (Turn(BAR, wild),)


@pytest.mark.parametrize(
    ("form", "energy"),
    [("A4 A4", 0), ("A4 A4@0.7", 0.5), ("A4@0.5 A4", 0), ("A4@0.5 B4 A'4@0.1", -0.4), ("A4 A=4", 0), ("A4 A=4@0.9", 0.7)],
)
def test_a_repeat_rises_by_its_own_energy_over_that_of_its_first_time(form, energy):
    made, places, *_ = wished(form)
    assert made.rise(places[-1]) == Rise(pytest.approx(energy)) and made.rise(places[0]) == LEVEL


def test_a_repeat_follows_the_piece_but_an_exact_one_does_not():
    made, places, *_ = wished("A4 A4 A=4", Turn(4 * BAR, WILD))
    assert made.rise(places[1]) == Rise(0.5) and made.rise(places[2]) == LEVEL
    half, places, *_ = wished("A4 A4", Turn(2 * BAR, Wishes(energy=0.7, density=0.75)))
    assert half.rise(places[1]) == Rise(0.25, 0.125)


def test_a_rise_is_louder_and_busier():
    assert (LEVEL.louder, LEVEL.busier) == (0, 1)
    assert (Rise(0.5).louder, Rise(-0.25).louder) == (16, -8)
    assert Rise(0.5, 0.5).busier == 2 and Rise(-1.0).busier == 0.5
