"""The row of WRITE that plans a form: a chip a section, which can be added, repeated, moved, made longer, taken away; or typed."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.music.document import Document
from studio.music.form import EXACT, LIGHT, MARKS, MOST_BARS, MOST_SECTIONS, STRONG, Form, Planned, form_in
from studio.ui.forms import form_line
from studio.ui.panels.steering import wish_text
from studio.ui.texts import noted, t, told
from studio.ui.theme import look
from studio.ui.widgets import Fader, Flow, IntField, Segments, TextField, icon_button, label, named

USUAL = "A8 A8 B8 A8"
_WAYS = (EXACT, LIGHT, STRONG)
_ENERGY = (noted("calm"), noted("rather calm"), noted("rather driving"), noted("driving"))
_OPEN = 50


class SectionChips(QWidget):
    """A chip a section, one of them chosen. ``picked`` gives its place."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._flow = Flow(self)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.picked)

    def show_form(self, form: Form, chosen: int) -> None:
        """Show the sections of ``form``."""
        chips = self._group.buttons()
        for chip in chips[len(form.sections) :]:
            self._group.removeButton(chip)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for k in range(len(chips), len(form.sections)):
            self._add(k)
        for k, section in enumerate(form.sections):
            chip = self._group.button(k)
            chip.setText(f"{section.name}{MARKS[section.vary]} {section.bars}")
            named(chip, t("Section {n}: {name}, {bars} bars", n=k + 1, name=section.title, bars=section.bars))
            chip.setChecked(k == chosen)
        self.updateGeometry()

    def _add(self, place: int) -> None:
        chip = QPushButton()
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(chip, place)
        self._flow.addWidget(chip)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow.heightForWidth(width)


class SectionRows(QWidget):
    """The plan of a form, or none. ``changed`` follows every touch."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._form = Form.parse(USUAL)
        self._chosen = 0
        self._document = Document()
        self.on = QCheckBox(t("In sections"))
        named(self.on, t("In sections"), t("Write a piece with a shape: new sections, and repeats that are varied"))
        self.from_song = QPushButton(t("From the song"))
        named(self.from_song, t("Plan from the song"), t("Take the sections that are laid out in the song's lane"))
        self.chips = SectionChips()
        self.text = TextField()
        plan = t("The plan in words: A'8 varies a lot, A=8 not at all, B8@0.9 has much energy (also where it comes again)")
        named(self.text, t("Plan"), plan)
        self.bars = IntField(1, MOST_BARS, 8)
        named(self.bars, t("Bars of the section"))
        self.way = Segments(
            (t("Same"), t("A little"), t("A lot")),
            (t("The repeat is an exact copy"), t("The repeat is varied a little"), t("The repeat is varied a lot")),
            t("Repeat"),
        )
        self.energy = Fader(0, 100, _OPEN, lambda position: wish_text(position, _ENERGY), centred=True)
        self.energy.accent = look().proposed
        tip = t("How driving the section is; a repeat is played louder and busier by it, or the other way round")
        named(self.energy, t("Energy of the section"), f"{tip}. " + t("In the middle, and after a double click: as it comes"))
        self.problem = label("", "hint")
        self.problem.setWordWrap(True)
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        self.add = icon_button("plus", t("New section"), t("Add a section of its own behind this one"), "small")
        self.repeat = icon_button("copy", t("Repeat section"), t("Let this section come again behind it"), "small")
        self.earlier = icon_button("left", t("Earlier"), t("Move this section one place forward"), "small")
        self.later = icon_button("right", t("Later"), t("Move this section one place back"), "small")
        self.remove = icon_button("trash", t("Remove section"), t("Take this section out of the plan"), "small")
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(2)
        for button in (self.add, self.repeat, self.earlier, self.later, self.remove):
            buttons.addWidget(button)
        tools = QWidget()
        tools.setLayout(buttons)
        self._body = QWidget()
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        for widget in (
            self.chips,
            form_line(t("Section"), self.bars, tools),
            form_line(t("Repeat"), self.way),
            form_line(t("Energy"), self.energy),
            form_line(t("Plan"), self.text),
            self.problem,
        ):
            inner.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(form_line(t("Form"), self.on, self.from_song))
        column.addWidget(self._body)

    def _connect(self) -> None:
        self.on.toggled.connect(self._show)
        self.chips.picked.connect(self._choose)
        self.bars.valueChanged.connect(lambda bars: self._change(bars=bars))
        self.way.picked.connect(lambda k: self._change(vary=_WAYS[k]))
        self.energy.valueChanged.connect(lambda place: self._change(energy=None if place == _OPEN else place / 100))
        self.text.editingFinished.connect(self._typed)
        self.from_song.clicked.connect(self._take_song)
        self.add.clicked.connect(lambda: self._insert(Planned(self._free_name(), self._section.bars)))
        self.repeat.clicked.connect(lambda: self._insert(replace(self._section, vary=LIGHT)))
        self.earlier.clicked.connect(lambda: self._move(-1))
        self.later.clicked.connect(lambda: self._move(1))
        self.remove.clicked.connect(self._remove)

    # what the plan is

    @property
    def plan(self) -> str:
        """The form as :meth:`studio.music.form.Form.parse` reads it; empty where none is wanted."""
        return str(self._form) if self.on.isChecked() else ""

    @plan.setter
    def plan(self, text: str) -> None:
        if text:
            self._form, self._chosen = Form.parse(text), 0
        self.on.setChecked(bool(text))
        self._show()

    @property
    def length(self) -> int:
        """Bars of the plan."""
        return self._form.bars

    @property
    def _section(self) -> Planned:
        return self._form.sections[self._chosen]

    def show_song(self, document: Document) -> None:
        """The song whose sections may be the plan."""
        self._document = document
        self.from_song.setEnabled(bool(document.sections))

    # gestures

    def _choose(self, place: int) -> None:
        self._chosen = place
        self._show()

    def _set(self, sections: list[Planned], chosen: int) -> None:
        self._form = Form.parse(str(Form(tuple(sections))))
        self._chosen = min(max(chosen, 0), len(sections) - 1)
        self._show()

    def _change(self, **changed: object) -> None:
        sections = list(self._form.sections)
        sections[self._chosen] = replace(self._section, **changed)  # type: ignore[arg-type]
        if tuple(sections) != self._form.sections:
            self._set(sections, self._chosen)

    def _insert(self, section: Planned) -> None:
        sections = list(self._form.sections)
        self._set([*sections[: self._chosen + 1], section, *sections[self._chosen + 1 :]], self._chosen + 1)

    def _move(self, places: int) -> None:
        sections, to = list(self._form.sections), self._chosen + places
        if 0 <= to < len(sections):
            sections.insert(to, sections.pop(self._chosen))
            self._set(sections, to)

    def _remove(self) -> None:
        sections = list(self._form.sections)
        if len(sections) > 1:
            sections.pop(self._chosen)
            self._set(sections, self._chosen)

    def _free_name(self) -> str:
        letters = [chr(ord("A") + k) for k in range(26)]
        return next((name for name in letters if name not in self._form.names), "A")

    def _typed(self) -> None:
        try:
            form = Form.parse(self.text.text())
        except StudioError as error:
            self._tell(error)
            return
        self._set(list(form.sections), self._chosen)

    def _take_song(self) -> None:
        try:
            form, _ = form_in(self._document)
        except StudioError as error:
            self.on.setChecked(True)
            self._tell(error)
            return
        self.plan = str(form)

    def _tell(self, error: StudioError) -> None:
        self.problem.setText(f"{told(error.message)} {told(error.hint)}")
        self.problem.show()

    def _show(self) -> None:
        self._body.setVisible(self.on.isChecked())
        self.problem.hide()
        self.chips.show_form(self._form, self._chosen)
        blocked = self.bars.blockSignals(True)
        self.bars.setValue(self._section.bars)
        self.bars.blockSignals(blocked)
        self.way.index = _WAYS.index(self._section.vary)
        self.energy.set_quietly(_OPEN if self._section.energy is None else round(100 * self._section.energy))
        self.way.setEnabled(self._form.firsts[self._chosen] < self._chosen)
        self.text.setText(str(self._form))
        self.text.setCursorPosition(0)
        last = len(self._form.sections) - 1
        states: tuple[tuple[QToolButton, bool], ...] = (
            (self.earlier, self._chosen > 0),
            (self.later, self._chosen < last),
            (self.remove, last > 0),
            (self.add, last + 1 < MOST_SECTIONS),
            (self.repeat, last + 1 < MOST_SECTIONS),
        )
        for button, on in states:
            button.setEnabled(on)
        self.changed.emit()
