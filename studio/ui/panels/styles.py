"""STYLE: one of the engine's, or a mixture of two."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from studio.ui.forms import form_line
from studio.ui.texts import t, told
from studio.ui.theme import look
from studio.ui.widgets import Choice, Fader, Flow, label, named

_HALF = 50


def style_title(name: str) -> str:
    """What a style of an engine is called."""
    return told(name.replace("_", " ").capitalize())


class StyleChips(QWidget):
    """One of the engine's styles, or any. ``changed`` follows another choice, and other styles."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._flow = Flow(self)
        self._group = QButtonGroup(self)
        self._styles: tuple[str, ...] = ("",)
        self._group.idToggled.connect(lambda _, on: self.changed.emit() if on else None)
        self.show_styles(())

    def show_styles(self, styles: Iterable[str]) -> None:
        """Offer ``styles`` beside "Any"; the choice stays where it can."""
        chosen = self.style_name
        self._styles = ("", *styles)
        before = self._group.button(0)  # chips that come late stay where they stand when Tab goes through the form
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._flow.removeWidget(button)
            button.deleteLater()
        for i, name in enumerate(self._styles):
            chip = QPushButton(style_title(name) or t("Any"))
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            title = style_title(name)
            tip = t("Write in the style: {style}", style=title) if name else t("Let the music decide the style")
            named(chip, t("Style: {style}", style=title or t("Any")), tip)
            self._group.addButton(chip, i)
            self._flow.addWidget(chip)
            if before:
                self.setTabOrder(before, chip)
            before = chip
        self.style_name = chosen if chosen in self._styles else ""
        self.updateGeometry()
        self.changed.emit()

    @property
    def styles(self) -> tuple[str, ...]:
        """Those that are offered, without "Any"."""
        return self._styles[1:]

    @property
    def style_name(self) -> str:
        """The chosen style, empty for any."""
        return self._styles[max(0, self._group.checkedId())]

    @style_name.setter
    def style_name(self, name: str) -> None:
        self._group.button(self._styles.index(name) if name in self._styles else 0).setChecked(True)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow.heightForWidth(width)


class StyleMix(QWidget):
    """A second style for the one that ``chips`` chose, and its share; unseen where there is no first one."""

    def __init__(self, chips: StyleChips) -> None:
        super().__init__()
        self._chips = chips
        self.second = Choice()
        named(self.second, t("Second style"), t("Write between two styles: what is chosen is likely in both"))
        self.share = Fader(0, 100, _HALF, self._said)
        self.share.accent = look().proposed
        named(
            self.share,
            t("Share of the second style"),
            t("Left only the first style, right only the second. Double click: half of each"),
        )
        self.said = label("", "muted")
        self._shares = form_line("", self.share, self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(form_line(t("Mix with"), self.second))
        column.addWidget(self._shares)
        self._offered: tuple[str, ...] = ("",)
        self._wanted = True
        chips.changed.connect(self._offer)
        self.second.currentIndexChanged.connect(self._show)
        self.share.valueChanged.connect(self._show)
        self._offer()

    def _said(self, position: int) -> str:
        return t("{n} % {style}", n=position, style=style_title(self.second_style))

    def _offer(self) -> None:
        """Offer all styles but the first; the choice stays where it can."""
        chosen, first = self.second_style, self._chips.style_name
        self._offered = ("", *(s for s in self._chips.styles if s != first))
        blocked = self.second.blockSignals(True)
        self.second.clear()
        self.second.addItems([style_title(s) or t("no other style") for s in self._offered])
        self.second.blockSignals(blocked)
        self.second_style = chosen
        self._show()

    def _show(self) -> None:
        self._shares.setVisible(bool(self.second_style))
        self.said.setText(self._said(self.share.value()) if self.second_style else "")
        self.setVisible(self._wanted and bool(self._chips.style_name))

    def allow(self, on: bool) -> None:
        """Show it, where there is a first style, or do not."""
        self._wanted = on
        self._show()

    @property
    def second_style(self) -> str:
        """The second style, empty for none."""
        return self._offered[max(0, self.second.currentIndex())] if self._chips.style_name else ""

    @second_style.setter
    def second_style(self, name: str) -> None:
        self.second.setCurrentIndex(self._offered.index(name) if name in self._offered else 0)

    @property
    def second_share(self) -> float:
        """How much of the music is the second style's, 0 to 1; 0 without one."""
        return self.share.value() / 100 if self.second_style else 0.0

    @second_share.setter
    def second_share(self, share: float) -> None:
        self.share.setValue(round(100 * share) if self.second_style else _HALF)
