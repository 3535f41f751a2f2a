import pytest
import typer

from studio.app.generating import Order
from studio.cli.courses import WishCourse, read_course
from studio.cli.music import steered
from studio.engines.api import Turn, Wishes
from studio.music.document import Document
from studio.music.time import Meter, TimeSignature
from tests.writers import song


@pytest.mark.parametrize(
    ("words", "bars"),
    [
        ("0.2", [0.2] * 5),
        ("0.2 0.6", [0.2, 0.3, 0.4, 0.5, 0.6]),
        ("0 1 0", [0, 0.5, 1, 0.5, 0]),
        ("2:0.4 4:0.8", [0.4, 0.4, 0.6, 0.8, 0.8]),
        ("1:0.3 3:0.3 4:0.9", [0.3, 0.3, 0.3, 0.9, 0.9]),
    ],
)
def test_a_course_has_a_value_in_every_bar(words, bars):
    course = read_course(words)
    assert [course.at(k + 1, 5) for k in range(5)] == pytest.approx(bars)


@pytest.mark.parametrize("words", ["", "x", "1.5", "-0.1 0.2", "1:0.2 0.4", "4:0.2 2:0.4", "a:0.2", "nan"])
def test_what_is_no_course_is_refused(words):
    with pytest.raises(typer.BadParameter):
        read_course(words)


def test_an_order_is_steered_bar_by_bar_in_the_metre_of_the_song():
    order = Order("new", "folk", 3)
    asked = steered(order, {"energy": read_course("0.2 0.6"), "density": WishCourse((0.5,)), "register": None}, Document())
    assert asked.wishes == Wishes(density=0.5, energy=0.2)
    assert asked.turns == (Turn(3840, Wishes(density=0.5, energy=0.4)), Turn(7680, Wishes(density=0.5, energy=0.6)))
    assert steered(order, {"energy": read_course("0.7")}, Document()) == Order("new", "folk", 3, wishes=Wishes(energy=0.7))
    waltz = Document(meter=Meter((TimeSignature(0, 3, 4),)), tracks=song(3).tracks)
    going_on = steered(Order("continue", bars=2), {"energy": read_course("0 1")}, waltz)
    assert going_on.turns == (Turn(2880, Wishes(energy=1.0)),)
    in_sections = steered(Order("new", bars=4, form="A2 B2"), {"energy": read_course("1:0.2 3:0.8")}, Document())
    assert [t.at for t in in_sections.turns] == [3840, 2 * 3840] and in_sections.form == "A2 B2"
