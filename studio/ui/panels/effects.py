"""The effects of a track or of the whole mix: a window beside the song, in which each effect is a card. Changes hold at once."""

from collections.abc import Callable
from dataclasses import replace
from math import log
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.music.effects import KINDS, MOST_EFFECTS, PLUGIN, Effect, Effects, Parameter
from studio.ui.texts import noted, t, verbatim
from studio.ui.theme import look, ui_font
from studio.ui.widgets import Fader, icon_button, label, named

STEPS = 1_000
_SHOWN_OF_PLUGIN = 24  # parameters of a plug-in: the rest are in its own window
TITLES = {
    "equalizer": noted("Equalizer"), "compressor": noted("Compressor"), "drive": noted("Drive"), "delay": noted("Delay"),
    "reverb": noted("Reverb"), "limiter": noted("Limiter"),
    "Low cut": noted("Low cut"), "Low": noted("Low"), "Middle": noted("Middle"), "Middle at": noted("Middle at"),
    "Narrowness": noted("Narrowness"), "High": noted("High"), "Threshold": noted("Threshold"), "Ratio": noted("Ratio"),
    "Attack": noted("Attack"), "Release": noted("Release"), "Make-up": noted("Make-up"), "Level": noted("Level"),
    "Time": noted("Time"), "Feedback": noted("Feedback"), "Mix": noted("Mix"), "Size": noted("Size"), "Damping": noted("Damping"),
    "Ceiling": noted("Ceiling"), "Drive": noted("Drive"),
}  # fmt: skip


def effect_title(effect: Effect) -> str:
    """What an effect is called."""
    return effect.title or t("Plug-in") if effect.kind == PLUGIN else t(TITLES[effect.kind])


def place_of(parameter: Parameter, value: float) -> int:
    """Where a fader of :data:`STEPS` stands for a value."""
    low, high = parameter.least, parameter.most
    share = log(value / low) / log(high / low) if parameter.log else (value - low) / (high - low)
    return round(min(1.0, max(0.0, share)) * STEPS)


def value_of(parameter: Parameter, place: int) -> float:
    """The value for a fader's place: the inverse of :func:`place_of`, to four digits."""
    low, high, share = parameter.least, parameter.most, place / STEPS
    value = low * (high / low) ** share if parameter.log else low + (high - low) * share
    return float(f"{value:.4g}")


def value_text(parameter: Parameter, value: float) -> str:
    """A value with its unit, as short as it can be told."""
    if not parameter.unit:
        return f"{value:.2f}" if parameter.log else f"{100 * value:.0f} %"
    digits = f"{value:+.1f}" if parameter.unit == "dB" else f"{value:.3g}" if value < 1_000 else f"{value:.0f}"
    return f"{digits} {parameter.unit}"


class EffectCard(QFrame):
    """One effect: on or off, its place in the row, its values."""

    changed = Signal(object, bool)  # the effect as it is wanted, and whether the gesture is over
    moved = Signal(int)
    removed = Signal()
    opened = Signal()

    def __init__(self, effect: Effect, parameters: tuple[Parameter, ...]) -> None:
        super().__init__()
        self.setProperty("role", "raised")
        self.effect, self.parameters = effect, parameters
        title = effect_title(effect)
        self.on = QCheckBox(verbatim(title))
        self.on.setFont(ui_font(bold=True))
        self.on.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named(self.on, t("Use {effect}", effect=title))
        self.on.clicked.connect(self._switch)
        self.up = icon_button("up", t("Move {effect} up", effect=title), kind="small")
        self.remove = icon_button("close", t("Remove {effect}", effect=title), kind="small")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.remove.clicked.connect(self.removed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 10)
        head = QHBoxLayout()
        head.addWidget(self.on, 1)
        if effect.kind == PLUGIN:
            window = QPushButton(t("Its window"))
            window.setProperty("role", "quiet")
            window.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            named(window, t("Open the window of {effect}", effect=title))
            window.clicked.connect(self.opened)
            head.addWidget(window)
        head.addWidget(self.up)
        head.addWidget(self.remove)
        column.addLayout(head)
        if effect.kind == PLUGIN and not Path(effect.plugin).exists():
            lost = label(t("It is not on this computer, so the sound passes it by."), "hint")
            lost.setWordWrap(True)
            column.addWidget(lost)
            window.setEnabled(False)
        self.faders: dict[str, Fader] = {}
        self._values: dict[str, QWidget] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        for row, parameter in enumerate(parameters):
            self._add(grid, row, parameter)
        self.show_effect(effect)

    def _add(self, grid: QGridLayout, row: int, parameter: Parameter) -> None:
        home = place_of(parameter, parameter.default)

        def shown(place: int) -> str:
            return value_text(parameter, value_of(parameter, place))

        fader = Fader(0, STEPS, home, shown, centred=parameter.least == -parameter.most)
        fader.setMinimumWidth(140)
        title = t(TITLES[parameter.title]) if parameter.title in TITLES else parameter.title
        named(
            fader,
            f"{effect_title(self.effect)}: {title}",
            t("Double click for {value}.", value=value_text(parameter, parameter.default)),
        )
        said = label("", "hint")
        said.setMinimumWidth(64)
        said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for signal, final in ((fader.dragged, False), (fader.settled, True)):
            signal.connect(lambda place, p=parameter, f=final: self._set(p, place, f))
        name = label(title, "muted")
        name.setMinimumWidth(84)
        for at, widget in enumerate((name, fader, said)):
            grid.addWidget(widget, row, at)
        self.faders[parameter.name] = fader
        self._values[parameter.name] = said

    def _switch(self, on: bool) -> None:
        self.changed.emit(replace(self.effect, on=on), True)

    def _set(self, parameter: Parameter, place: int, final: bool) -> None:
        self.changed.emit(self.effect.with_value(parameter.name, value_of(parameter, place)), final)

    def show_effect(self, effect: Effect) -> None:
        """Show an effect of the same kind."""
        self.effect = effect
        self.on.setChecked(effect.on)
        said = dict(effect.values)
        for p in self.parameters:
            value = p.kept(said.get(p.name, p.default))
            self.faders[p.name].accent = look().muted if effect.on else look().line
            self.faders[p.name].set_quietly(place_of(p, value))
            self._values[p.name].setText(value_text(p, value))  # type: ignore[attr-defined]


class EffectsPage(QDialog):
    """The row of effects of one strip.

    ``edit(name, effects, final)`` takes what is wanted (a drag comes many times, ``final`` at its end). ``plugins`` lists the files of
    plug-ins as (name, path). :attr:`plugin_picked` (path; empty: ask for a file) and :attr:`plugin_opened` (place in the row)
    are left to others. ``parameters_of`` knows the parameters of plug-ins by their file.
    """

    plugin_picked = Signal(str)
    plugin_opened = Signal(int)

    def __init__(
        self,
        parent: QWidget,
        edit: Callable[[str, Effects, bool], None],
        plugins: Callable[[], list[tuple[str, str]]],
        parameters_of: Callable[[str], tuple[Parameter, ...]],
    ) -> None:
        super().__init__(parent)
        self.setModal(False)
        self._edit, self._plugins, self._parameters_of = edit, plugins, parameters_of
        self._effects: Effects = ()
        self.cards: list[EffectCard] = []
        self._hint = label(t("Nothing yet. What is added works on the sound from top to bottom, before volume and pan."), "hint")
        self._hint.setWordWrap(True)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setSpacing(8)
        self._column.addWidget(self._hint)
        self._column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.verticalScrollBar().rangeChanged.connect(self._show_added)
        self._added = False
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add = QPushButton(t("Add an effect"))
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.clicked.connect(self._choose)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 8, 8, 12)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.add, 0, Qt.AlignmentFlag.AlignHCenter)
        self.resize(400, 520)

    def show_effects(self, title: str, effects: Effects) -> None:
        """Show a strip's effects."""
        self.setWindowTitle(t("Effects of {title}", title=title))
        if [(c.effect.kind, c.effect.plugin, c.parameters) for c in self.cards] != [
            (e.kind, e.plugin, self._parameters(e)) for e in effects
        ]:
            self._build(effects)
        for card, effect in zip(self.cards, effects, strict=True):
            card.show_effect(effect)
        self._effects = effects
        self._hint.setVisible(not effects)
        self.add.setEnabled(len(effects) < MOST_EFFECTS)

    def _parameters(self, effect: Effect) -> tuple[Parameter, ...]:
        if effect.kind == PLUGIN:
            return self._parameters_of(effect.plugin)[:_SHOWN_OF_PLUGIN]
        return KINDS[effect.kind].parameters

    def _build(self, effects: Effects) -> None:
        self._added = False
        self.setFocus()  # else what goes would hand it on to a button, and Space pressed that
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [EffectCard(e, self._parameters(e)) for e in effects]
        for k, card in enumerate(self.cards):
            card.changed.connect(lambda effect, final, k=k: self._change(k, effect, final))
            card.moved.connect(lambda by, k=k: self._move(k, by))
            card.removed.connect(lambda k=k: self._take_out(k))
            card.opened.connect(lambda k=k: self.plugin_opened.emit(k))
            card.up.setEnabled(k > 0)
            self._column.insertWidget(k, card)

    def _with(self, place: int, *effects: Effect) -> Effects:
        return *self._effects[:place], *effects, *self._effects[place + 1 :]

    def _change(self, place: int, effect: Effect, final: bool) -> None:
        self._edit(noted("Effect"), self._with(place, effect), final)

    def _move(self, place: int, by: int) -> None:
        rest = list(self._effects)
        rest.insert(place + by, rest.pop(place))
        self._edit(noted("Move effect"), tuple(rest), True)

    def _take_out(self, place: int) -> None:
        self._edit(noted("Remove effect"), self._with(place), True)

    def put(self, effect: Effect) -> None:
        """Add an effect at the end, and show it."""
        self._edit(noted("Add effect"), (*self._effects, effect), True)
        self._added = True

    def _show_added(self) -> None:
        """The cards have their places: show the one that was added."""
        if self._added and self.cards:
            self._scroll.ensureWidgetVisible(self.cards[-1], 0, 0)

    def event(self, event: QEvent) -> bool:
        """Space plays the song, as in the window beside; a button to which Tab has gone is pressed by it."""
        announced = event.type() == QEvent.Type.ShortcutOverride and isinstance(self.focusWidget(), QAbstractButton)
        if announced and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.accept()
            return True
        return super().event(event)

    def _choose(self) -> None:
        menu = self.menu()
        menu.exec(self.add.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def menu(self) -> QMenu:
        """What can be added."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in KINDS:
            menu.addAction(t(TITLES[kind])).triggered.connect(lambda _=False, k=kind: self.put(Effect(k)))
        menu.addSeparator()
        for name, path in self._plugins():
            menu.addAction(verbatim(name)).triggered.connect(lambda _=False, p=path: self.plugin_picked.emit(p))
        menu.addAction(t("VST3 plug-in from a file...")).triggered.connect(lambda: self.plugin_picked.emit(""))
        return menu
