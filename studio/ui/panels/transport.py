"""The row on top: playback, position, tempo, signature, key, what computes, and the level of the whole."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from studio.music.document import Document
from studio.ui.icons import SIZE, icon
from studio.ui.key_picker import KeyPicker
from studio.ui.panels.levels import UNITY, gain_of
from studio.ui.panels.strip_meter import master_meter
from studio.ui.texts import t
from studio.ui.theme import ui_font
from studio.ui.widgets import Fader, FloatField, label, named, role, rule

SIGNATURES = ("2/4", "3/4", "4/4", "5/4", "6/4", "7/4", "3/8", "5/8", "6/8", "7/8", "9/8", "12/8")


class TransportPanel(QFrame):
    """The transport. Signals carry what the user asked for; ``show_*`` carry what is. ``tools`` is placed in the row too."""

    tempo_changed = Signal(float)
    signature_changed = Signal(int, int)
    key_changed = Signal(object)
    device_clicked = Signal()

    def __init__(self, actions: Mapping[str, QAction], tools: QWidget | None = None) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._count = 0
        self.setFixedHeight(48)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(4)
        for name in ("play.start", "play.toggle", "play.stop", "play.record", "play.loop", "play.metronome", "play.typing"):
            row.addWidget(action_button(actions[name], name.split(".")[1]))
        row.addSpacing(8)
        row.addLayout(self._position())
        self.tempo = FloatField(10, 400, 120, 1)
        self.signature = QToolButton()
        self.key = KeyPicker(
            t("Key of the song"), t("Key of the song: shown in the roll, and what the network is asked to keep to")
        )
        self._fields(row)
        row.addStretch(1)
        if tools:
            row.addWidget(tools)
            row.addSpacing(4)
            row.addWidget(rule(vertical=True))
            row.addSpacing(4)
        self._steps = steps = [action_button(actions[name], name.split(".")[1]) for name in ("edit.undo", "edit.redo")]
        for button in steps:
            row.addWidget(button)
        row.addSpacing(4)
        self._behind_steps = rule(vertical=True)
        row.addWidget(self._behind_steps)
        row.addSpacing(4)
        self.device = QToolButton()
        self.device.setProperty("role", "value")
        self.device.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.device.setIcon(icon("chip", "muted"))
        self.device.setMinimumWidth(72)
        self.device.clicked.connect(self.device_clicked)
        self.show_device("...", t("The networks are being loaded"))
        row.addWidget(self.device)
        self.master = Fader(0, 1000, UNITY, lambda place: t("Master: {gain} dB", gain=f"{gain_of(place):+.1f}"))
        self.master.setFixedWidth(68)
        named(self.master, t("Master volume"), t("Volume of the whole mix. Double click for 0 dB."))
        row.addWidget(self.master)
        self.meter = master_meter()
        row.addWidget(self.meter)
        played = [self.findChild(QToolButton, f"button-{name}") for name in ("typing", "metronome", "start")]
        self._first_to_go = [*steps, self.device, *(button for button in played if button), self.master]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is not room for all, what the menus have too goes first."""
        super().resizeEvent(event)
        for widget in self._first_to_go:
            widget.show()
        for widget in self._first_to_go:
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                break
            widget.hide()
        self._behind_steps.setVisible(not self._steps[-1].isHidden())  # two lines with nothing between them look broken

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def _position(self) -> QVBoxLayout:
        self.bars = QLabel("001.1.000")
        self.bars.setFont(ui_font(19, tabular=True))
        self.bars.setFixedWidth(self.bars.fontMetrics().horizontalAdvance("0000.0.000"))
        named(self.bars, t("Position"), t("Position: bar, beat, ticks (960 a quarter note)"))
        self.time = label("00:00.00", "muted")
        self.time.setFont(ui_font(11, tabular=True))
        named(self.time, t("Time"), t("Position in minutes and seconds"))
        column = QVBoxLayout()
        column.setSpacing(0)
        column.setContentsMargins(0, 4, 0, 5)
        column.addWidget(self.bars)
        column.addWidget(self.time)
        return column

    def _fields(self, row: QHBoxLayout) -> None:
        self.tempo.setProperty("role", "inline")
        self.tempo.setSuffix(" bpm")
        self.tempo.setFixedWidth(86)
        self.tempo.setFont(ui_font(tabular=True))
        named(self.tempo, t("Tempo"), t("Tempo at the playhead, quarter notes a minute. Click and type."))
        self.tempo.valueChanged.connect(self.tempo_changed)
        self.signature.setProperty("role", "value")
        self.signature.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        named(self.signature, t("Time signature"), t("Time signature at the playhead"))
        menu = QMenu(self.signature)
        for text in SIGNATURES:
            menu.addAction(text).triggered.connect(lambda _=False, t=text: self._pick_signature(t))
        self.signature.setMenu(menu)
        self.key.picked.connect(self.key_changed)
        for widget in (self.tempo, self.signature, self.key):
            row.addWidget(widget)

    def _pick_signature(self, text: str) -> None:
        over, under = text.split("/")
        self.signature_changed.emit(int(over), int(under))

    def show_count(self, beats: int) -> None:
        """Show how many beats of a count-in are left, nothing where there is none."""
        if beats != self._count:
            self._count = beats
            role(self.bars, "counting" if beats else "")
            if beats:
                self.bars.setText(f"- {beats}")

    def show_position(self, document: Document, tick: int) -> None:
        """Show the place ``tick`` and what holds there."""
        position = str(document.meter.position(tick))
        if not self._count and position != self.bars.text():
            self.bars.setText(position)
        self.time.setText(clock(float(document.tempo.seconds(tick))))
        bpm = document.tempo.at(tick).bpm
        if not self.tempo.hasFocus() and abs(self.tempo.value() - bpm) > 0.04:
            blocked = self.tempo.blockSignals(True)
            self.tempo.setValue(bpm)
            self.tempo.blockSignals(blocked)
        signature = document.meter.at(tick)
        text = f"{signature.numerator}/{signature.denominator}"
        if text != self.signature.text():
            self.signature.setText(text)
        key = document.key_at(tick)
        if key != self.key.key:
            self.key.key = key

    def show_device(self, title: str, detail: str) -> None:
        """Show what the networks run on."""
        self.device.setText(title)
        tip = t("{detail}. Click to choose the devices for networks and sound.", detail=detail)
        named(self.device, t("Networks run on {title}", title=title), tip)


def clock(seconds: float) -> str:
    """Seconds as ``MM:SS.hh``, hours only when there are some."""
    hundredths = max(0, int(seconds * 100))
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:" if hours else ""
    return f"{head}{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def action_button(action: QAction, name: str) -> QToolButton:
    """A 28 px button for ``action``; it follows its icon, state and tooltip."""
    button = QToolButton()
    button.setProperty("role", "icon")
    button.setDefaultAction(action)
    button.setIconSize(QSize(SIZE, SIZE))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setObjectName(f"button-{name}")
    button.setAccessibleName(action.text().replace("&", ""))
    return button
