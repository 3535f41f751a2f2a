"""The track list: name, instrument, volume, pan, mute and solo of every track. Nothing here renders anew but an instrument."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.app.session import Session
from studio.audio.meters import Levels
from studio.engines.own_names import KIT_PREFIX
from studio.music import edits
from studio.music.document import Document, Track
from studio.ui.icons import icon
from studio.ui.instruments import instrument_icon, instrument_menu, instrument_title, plays_sounds, short_title, track_title
from studio.ui.panels.effects import effect_title
from studio.ui.panels.levels import UNITY, gain_of, position_of
from studio.ui.panels.strip_meter import track_meter
from studio.ui.panels.transport import action_button
from studio.ui.texts import t, verbatim
from studio.ui.theme import look, ui_font
from studio.ui.widgets import Fader, TextField, icon_button, label, named, role


def pan_text(percent: int) -> str:
    """What a pan of -100..100 is called."""
    if percent == 0:
        return t("Pan: centre")
    return t("Pan: {n} % left", n=-percent) if percent < 0 else t("Pan: {n} % right", n=percent)


class InstrumentButton(QToolButton):
    """Says what plays the track, cut at the end where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self.setProperty("role", "instrument")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(16, 16))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_title(self, title: str) -> None:
        """Show ``title``."""
        self._title = title
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        self.setText(verbatim(self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, max(8, self.width() - 30))))


class TrackRow(QFrame):
    """One track: a strip of its colour, name, M and S; below them instrument, volume and pan."""

    chosen = Signal(int)
    effects_wanted = Signal(int)
    own_unwanted = Signal(str)

    def __init__(self, track: Track, edit: Callable[[int, str, bool, dict[str, object]], None]) -> None:
        super().__init__()
        self.track_id = track.id
        self._track = track
        self._seen: tuple[Track, bool, bool] | None = None
        self._edit = edit
        self.setProperty("role", "track")
        self.name = TextField()
        self.name.setProperty("role", "inline")
        self.name.setFont(ui_font(bold=True))
        self.name.editingFinished.connect(self._rename)
        self.mute = self._letter("M", "playing")
        self.solo = self._letter("S", "playing")
        self.mute.clicked.connect(lambda on: self._edit(self.track_id, "Mute" if on else "Unmute", True, {"mute": on}))
        self.solo.clicked.connect(lambda on: self._edit(self.track_id, "Solo" if on else "Unsolo", True, {"solo": on}))
        self.instrument = InstrumentButton()
        self.instrument.clicked.connect(self._choose_instrument)
        self.volume = Fader(0, 1000, UNITY, lambda p: t("Volume: {gain} dB", gain=f"{gain_of(p):+.1f}"))
        self.pan = Fader(-100, 100, 0, pan_text, centred=True)
        self.room = Fader(0, 100, 30, lambda share: t("Room: {share} %", share=share))
        self.spread = Fader(0, 100, 0, lambda share: t("Width: {share} %", share=share))
        self.effects = icon_button("sliders", t("Effects"), kind="small")
        self.effects.clicked.connect(lambda: self.effects_wanted.emit(self.track_id))
        self.meter = track_meter()
        self.volume.setFixedWidth(72)
        self.pan.setFixedWidth(44)
        changes = ((self.volume, self._gain), (self.pan, self._pan), (self.room, self._room), (self.spread, self._width))
        for fader, change in changes:
            fader.dragged.connect(lambda value, c=change: c(value, False))
            fader.settled.connect(lambda value, c=change: c(value, True))
        self._arrange()
        self.show_track(track, False, False)

    def _letter(self, text: str, kind: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setProperty("role", "mute" if text == "M" else "solo")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _arrange(self) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 5, 5, 5)
        whole.setSpacing(6)
        column = QVBoxLayout()
        column.setSpacing(2)
        whole.addLayout(column, 1)
        whole.addWidget(self.meter, 0, Qt.AlignmentFlag.AlignVCenter)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.name, 1)
        top.addWidget(self.mute)
        top.addWidget(self.solo)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.instrument, 1)
        below.addWidget(self.volume)
        below.addWidget(self.pan)
        column.addLayout(top)
        column.addLayout(below)
        self.more = QWidget()  # of the edited track only: the list stays calm
        last = QHBoxLayout(self.more)
        last.setContentsMargins(8, 0, 0, 0)  # under the name, which has as much within
        last.setSpacing(4)
        for text, fader in ((t("Room"), self.room), (t("Width"), self.spread)):
            last.addWidget(label(text, "hint"))
            last.addWidget(fader, 1)
        last.addWidget(self.effects)
        column.addWidget(self.more)

    def show_track(self, track: Track, active: bool, silenced: bool) -> None:
        """Show ``track``; ``active`` is the one being edited, ``silenced`` one that cannot be heard now."""
        if self._seen and track is self._seen[0] and (active, silenced) == self._seen[1:]:
            return
        self._seen = (track, active, silenced)
        self._track = track
        title = track_title(track)
        if not self.name.hasFocus():
            self._show_name(title)
        self.mute.setChecked(track.mute)
        self.solo.setChecked(track.solo)
        self.instrument.show_title(short_title(track))
        self.instrument.setIcon(icon(instrument_icon(track), "muted"))
        self.volume.set_quietly(position_of(track.gain_db))
        self.pan.set_quietly(round(track.pan * 100))
        self.room.set_quietly(round(track.room * 100))
        self.spread.set_quietly(round(track.width * 100))
        self.more.setVisible(active)
        self.setFixedHeight(92 if active else 64)
        color = look().track(track.color).name()
        self.volume.accent = look().line if silenced else color
        if self.property("active") != active:
            self.setProperty("active", active)
            role(self, "track")
        named(self.name, t("Name of track {title}", title=title), t("Name of the track: click to change it"))
        named(self.mute, t("Mute {title}", title=title))
        named(self.solo, t("Solo {title}", title=title), t("Solo {title}: only soloed tracks are heard", title=title))
        self.instrument.setEnabled(not plays_sounds(track))
        tip = t("{instrument}: click to choose another instrument", instrument=instrument_title(track))
        if plays_sounds(track):
            tip = t("Sound files play here. Notes that are drawn would be played by an instrument.")
        named(self.instrument, t("Instrument of {title}", title=title), tip)
        tip = t("Volume of {title}: {gain} dB. Double click for 0 dB.", title=title, gain=f"{track.gain_db:+.1f}")
        named(self.volume, t("Volume of {title}", title=title), tip)
        named(self.room, t("Room of {title}", title=title), t("How much of it is sent to the room. Double click for 30 %."))
        named(
            self.spread, t("Width of {title}", title=title), t("How wide it stands between left and right. Double click for 0 %.")
        )
        on = [effect_title(e) for e in track.effects if e.on]
        self.effects.setIcon(icon("sliders", "text" if on else "muted"))
        tip = (
            t("Effects: {names}", names=", ".join(on))
            if on
            else t("What the track goes through: equalizer, compressor, plug-ins")
        )
        named(self.effects, t("Effects of {title}", title=title), tip)
        tip = t("{pan}. Double click for the centre.", pan=pan_text(round(track.pan * 100)))
        named(self.pan, t("Pan of {title}", title=title), tip)
        self.update()

    def _show_name(self, title: str) -> None:
        self.name.setText(title)
        self.name.setCursorPosition(0)  # a long name is seen from its start

    def _rename(self) -> None:
        text = self.name.text().strip()
        if text and text != track_title(self._track):
            self._edit(self.track_id, "Rename track", True, {"name": text})
        else:
            self._show_name(track_title(self._track))

    def _gain(self, value: int, final: bool) -> None:
        self._edit(self.track_id, "Volume", final, {"gain_db": round(gain_of(value), 2)})

    def _pan(self, value: int, final: bool) -> None:
        self._edit(self.track_id, "Pan", final, {"pan": value / 100})

    def _room(self, value: int, final: bool) -> None:
        self._edit(self.track_id, "Room", final, {"room": value / 100})

    def _width(self, value: int, final: bool) -> None:
        self._edit(self.track_id, "Width", final, {"width": value / 100})

    def _choose_instrument(self) -> None:
        menu = instrument_menu(self._track, self)
        menu.picked.connect(
            lambda program, drums: self._edit(
                self.track_id, "Instrument", True, {"program": program, "drums": drums, "instrument": ""}
            )
        )
        menu.own.connect(
            lambda own: self._edit(self.track_id, "Instrument", True, {"instrument": own, "drums": own.startswith(KIT_PREFIX)})
        )
        menu.unwanted.connect(self.own_unwanted)
        menu.exec(self.instrument.mapToGlobal(self.instrument.rect().bottomLeft()))
        menu.deleteLater()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.track_id)
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look().track(self._track.color)))
        painter.drawRoundedRect(3, 8, 4, self.height() - 16, 2, 2)
        painter.end()


class MixerPanel(QFrame):
    """All tracks. Edits go to the session: a drag previews, its end is one step."""

    chosen = Signal(int)
    effects_wanted = Signal(int)
    own_unwanted = Signal(str)

    def __init__(self, session: Session, add: QAction, remove: QAction, effects: QAction) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self._active = 0
        self._rows: dict[int, TrackRow] = {}
        self._seen: tuple[Document | None, int] = (None, 0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.addWidget(label(t("TRACKS"), "heading"))
        head.addStretch(1)
        head.addWidget(action_button(effects, "whole-effects"))
        head.addWidget(action_button(add, "add-track"))
        head.addWidget(action_button(remove, "remove-track"))
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(1)
        self._empty = QLabel(t("No tracks yet. Add one with the plus above, import a MIDI file, or let the network write one."))
        self._empty.setProperty("role", "hint")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._list.addWidget(self._empty)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(scroll, 1)

    def show_document(self, document: Document, active: int) -> None:
        """Show the tracks of ``document``; ``active`` is the id of the edited one."""
        if document is self._seen[0] and active == self._seen[1]:
            return
        self._seen = (document, active)
        self._active = active
        for gone in self._rows.keys() - {track.id for track in document.tracks}:
            row = self._rows.pop(gone)
            row.hide()  # at once: it goes only when the event loop comes round
            row.deleteLater()
        solo = any(track.solo for track in document.tracks)
        for place, track in enumerate(document.tracks):
            row = self._rows.get(track.id) or self._new_row(track)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
            row.show_track(track, track.id == active, track.mute or (solo and not track.solo))
        self._empty.setVisible(not document.tracks)

    def row(self, track_id: int) -> TrackRow:
        """The row of a track."""
        return self._rows[track_id]

    def _new_row(self, track: Track) -> TrackRow:
        row = TrackRow(track, self._edit)
        row.chosen.connect(self.chosen)
        row.effects_wanted.connect(self.effects_wanted)
        row.own_unwanted.connect(self.own_unwanted)
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda at: self.menu(row.track_id).popup(row.mapToGlobal(at)))
        self._rows[track.id] = row
        return row

    def menu(self, track_id: int) -> QMenu:
        """The right button's menu on a track."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        commit, committed = self._session.commit, lambda: self._session.committed
        duplicate = menu.addAction(t("Duplicate track"))
        duplicate.triggered.connect(lambda: commit("Duplicate track", edits.duplicate_track(committed(), track_id)))
        menu.addAction(t("Effects...")).triggered.connect(lambda: self.effects_wanted.emit(track_id))
        colors = menu.addMenu(t("Colour"))
        for number, hue in enumerate(look().tracks):
            swatch = QPixmap(16, 16)
            swatch.fill(QColor(hue))
            action = colors.addAction(QIcon(swatch), t("Colour {number}", number=number + 1))
            action.triggered.connect(lambda _=False, n=number: commit("Colour", edits.set_track(committed(), track_id, color=n)))
        menu.addSeparator()
        remove = menu.addAction(t("Remove track"))
        remove.triggered.connect(lambda: commit("Remove track", edits.remove_track(committed(), track_id)))
        return menu

    def show_levels(self, levels: Mapping[int, Levels]) -> None:
        """Show what the tracks sound like now, by id; a track that is not there is silent."""
        now, silent = perf_counter(), Levels()
        for track_id, row in self._rows.items():
            row.meter.show_levels(levels.get(track_id, silent), now)

    def _edit(self, track_id: int, name: str, final: bool, changes: dict[str, object]) -> None:
        document = self._session.document
        changed = document.with_track(replace(document.track(track_id), **changes))  # type: ignore[arg-type]
        if not final:
            self._session.preview(changed)
        elif changed.track(track_id) != self._session.committed.track(track_id):
            self._session.commit(name, changed)
        else:
            self._session.cancel()
