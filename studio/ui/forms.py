"""Forms made from a dataclass: its fields' defaults fill the controls, the controls fill a new value."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from studio.ui.widgets import Choice, Segments, label

T = TypeVar("T")
LABEL_WIDTH = 60


@dataclass(frozen=True)
class Control:
    """How to read and write one control."""

    get: Callable[[], Any]
    put: Callable[[Any], None]


def control_of(widget: QWidget) -> Control:
    """The control of a plain widget: number, check box, choice (its text) or segments (its index from 1)."""
    if isinstance(widget, QSpinBox | QDoubleSpinBox):
        return Control(widget.value, widget.setValue)
    if isinstance(widget, QCheckBox):
        return Control(widget.isChecked, widget.setChecked)
    if isinstance(widget, Choice):
        return Control(widget.currentText, widget.setCurrentText)
    if isinstance(widget, Segments):
        return Control(lambda: widget.index + 1, lambda value: setattr(widget, "index", value - 1))
    raise TypeError(f"no control for {type(widget).__name__}")


class Form(Generic[T]):
    """A dataclass on screen: fields with a control are read from it, the others keep their default."""

    def __init__(self, kind: type[T], controls: dict[str, Control | QWidget]) -> None:
        unknown = controls.keys() - {f.name for f in fields(kind)}  # type: ignore[arg-type]
        if unknown:
            raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
        self._kind = kind
        self._controls = {k: c if isinstance(c, Control) else control_of(c) for k, c in controls.items()}

    @property
    def value(self) -> T:
        """What the controls say."""
        return self._kind(**{name: control.get() for name, control in self._controls.items()})

    @value.setter
    def value(self, value: T) -> None:
        for name, control in self._controls.items():
            control.put(getattr(value, name))


def form_row(text: str, *widgets: QWidget, width: int = LABEL_WIDTH) -> QHBoxLayout:
    """A row: what it is on the left in a column of one width, the controls on the right."""
    row = QHBoxLayout()
    row.setSpacing(8)
    name: QLabel = label(text, "muted")
    name.setFixedWidth(width)
    row.addWidget(name)
    for i, widget in enumerate(widgets):
        name.setBuddy(widget) if i == 0 else None
        row.addWidget(widget, 1 if i == 0 else 0)
    return row


def form_line(text: str, *widgets: QWidget, width: int = LABEL_WIDTH) -> QWidget:
    """A :func:`form_row` as a widget, which can be hidden."""
    row = form_row(text, *widgets, width=width)
    row.setContentsMargins(0, 0, 0, 0)
    line = QWidget()
    line.setLayout(row)
    return line
