"""Forms made from a dataclass."""

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QCheckBox

from studio.ui.forms import Control, Form, control_of
from studio.ui.widgets import Choice, FloatField, IntField, Segments, label


@dataclass(frozen=True)
class Thing:
    count: int = 3
    share: float = 0.5
    on: bool = True
    kind: str = "b"
    place: int = 2
    hidden: str = "kept"


@pytest.fixture
def form(qtbot):
    widgets = {
        "count": IntField(0, 10, 1),
        "share": FloatField(0, 1, 0, 2),
        "on": QCheckBox(),
        "kind": Choice(["a", "b", "c"]),
        "place": Segments(("x", "y", "z"), ("", "", ""), "Place"),
    }
    for widget in widgets.values():
        qtbot.addWidget(widget)
    return Form(Thing, widgets)


def test_value_goes_in_and_out(form):
    thing = Thing(7, 0.25, False, "c", 3)
    form.value = thing
    assert form.value == thing


def test_fields_without_control_keep_their_default(form):
    assert form.value.hidden == "kept"


def test_unknown_fields_and_widgets_are_refused(qtbot):
    with pytest.raises(TypeError):
        Form(Thing, {"nothing": Control(int, print)})
    text = label("x")
    qtbot.addWidget(text)
    with pytest.raises(TypeError):
        control_of(text)
