"""The piano roll: one painted widget; what it shows are layers, what the pointer does are tools."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from studio.music.notes import Notes
from studio.ui.roll.attention import Attended, attended_at, paint_attention, sentence
from studio.ui.roll.commands import COMMANDS, RollCommands
from studio.ui.roll.keyboard import paint_keyboard
from studio.ui.roll.layers.background import paint_background, paint_clips, paint_loop
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.layers.notes import paint_tracks
from studio.ui.roll.layers.proposed import paint_proposed
from studio.ui.roll.layers.recorded import paint_recorded
from studio.ui.roll.palette import Palette
from studio.ui.roll.quantize import QuantizePanel
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.tools.base import Gesture, Pointer, Tool, hit
from studio.ui.roll.tools.eraser import EraserTool
from studio.ui.roll.tools.knife import KnifeTool
from studio.ui.roll.tools.pencil import PencilTool
from studio.ui.roll.tools.pointer import PointerTool
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme

LAYERS = (paint_background, paint_clips, paint_loop, paint_tracks, paint_proposed)
MENU = (
    "cut", "copy", "paste", "duplicate", "delete", "", "quantize", "quantize_with", "humanize", "fit", "fit_tempo", "",
    "glue", "legato", "reverse", "", "lock", "", "select_all",
)  # fmt: skip
ALWAYS = ("select_all", "fit", "fit_tempo")  # commands that need no selection
HOVERING = ("pencil", "knife")  # tools that show what a press would do


class RollEditor(TimeWidget):
    """Shows and edits the notes of one track (``state.track_id``).

    Shortcuts are the window's: see :mod:`studio.ui.actions`. Only Esc is taken here, as long as a gesture runs: it cancels it.
    """

    scrolls_pitch = True

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state.viewport, theme, parent)
        self.state = state
        self.palette_of_roll = Palette(theme)
        self.commands = RollCommands(state, self)
        tools: tuple[Tool, ...] = (PointerTool(state), PencilTool(state), EraserTool(state), KnifeTool(state))
        self._tools = {tool.name: tool for tool in tools}
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._hover: Pointer | None = None
        self._sounding: int | None = None
        self._recorded = Notes.empty()
        self._attended: Attended | None = None
        self._track_seen = state.track_id
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(GUTTER + 160, 80)
        self.setAccessibleName(t("Piano roll"))
        self.commands.quantize_asked.connect(self._choose_quantizing)
        state.document_changed.connect(self._document_changed)
        state.selection_changed.connect(self.repaint_all)
        state.selection_changed.connect(self._attend)
        state.setting_changed.connect(self._setting_changed)

    def set_track(self, track_id: int) -> None:
        """Edit another track."""
        self.state.set_track(track_id)

    def show_recorded(self, notes: Notes) -> None:
        """Show what is being recorded, counted from the song's start."""
        if len(notes) or len(self._recorded):
            self._recorded = notes
            self.update()

    def center_on_notes(self) -> None:
        """Scroll so that the edited track's notes are in the middle of the keyboard's range seen."""
        notes = self.state.shown.notes
        if len(notes):
            self.viewport.show_pitches(int(notes.pitch.min()), int(notes.pitch.max()))

    def _bring_into_view(self) -> None:
        """Another track is edited: where none of its notes is in sight, scroll to them."""
        low, high = self.viewport.visible_pitches()
        pitch = self.state.shown.notes.pitch
        if len(pitch) and not ((pitch >= low) & (pitch <= high)).any():
            self.center_on_notes()

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        frame = Frame(painter, self.state, self.palette_of_roll, clip)
        for layer in LAYERS:
            layer(frame)

    def paint_over(self, painter: QPainter, clip: QRect) -> None:
        frame = Frame(painter, self.state, self.palette_of_roll, clip)
        paint_recorded(frame, self._recorded)
        paint_attention(frame, self._attended)
        if self._gesture is not None:
            self._gesture.paint(frame)
        elif self._hover is not None:
            self._tool().paint_hover(frame, self._hover)

    def gutter_key(self) -> object:
        view, track = self.viewport, self.state.track
        return view.top, view.key_height, view.height, self._sounding, bool(track and track.drums)

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        track = self.state.track
        paint_keyboard(painter, self.viewport, self.theme, self._sounding, bool(track and track.drums))

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.MiddleButton:
            super().mousePressEvent(event)
            return
        if self._gesture is not None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        if event.position().x() < GUTTER:
            if event.button() == Qt.MouseButton.LeftButton:
                self._sound(self.viewport.pitch_at(event.position().y()), event.position().x())
            return
        at = self._pointer(event.position(), event.modifiers())
        self._button = event.button()
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture = self._tool().press(at)
        else:
            self._gesture = self._tool().right_press(at)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            super().mouseMoveEvent(event)
            return
        if self._sounding is not None:
            pitch = self.viewport.pitch_at(event.position().y())
            if pitch != self._sounding:
                self._sound(pitch, event.position().x())
            return
        at = self._pointer(event.position(), event.modifiers())
        if self._gesture is not None:
            self.scroll_at_edges(event.position())
            self._gesture.move(self._pointer(event.position(), event.modifiers()))
            self.update()
            return
        self._show_hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)
            self._refresh_cursor()
        elif self._sounding is not None and event.button() == Qt.MouseButton.LeftButton:
            self._silence()
        elif self._gesture is not None and event.button() == self._button:
            gesture, self._gesture = self._gesture, None
            gesture.release(self._pointer(event.position(), event.modifiers()))
            self._show_hover(self._pointer(event.position(), event.modifiers()))
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self._attend()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.state.tool == "pointer" and event.pos().x() >= GUTTER and self._gesture is None:
            if event.reason() == QContextMenuEvent.Reason.Mouse:
                at = self._pointer(QPointF(event.pos()), Qt.KeyboardModifier.NoModifier)
                found = hit(self.state, at)
                if found is not None and found.id not in self.state.selection:
                    self.state.select([found.id])
            self.make_menu().popup(event.globalPos())

    def make_menu(self) -> QMenu:
        """The menu of the right button: the table's commands, with the keys that they have now."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in MENU:
            if not name:
                menu.addSeparator()
                continue
            known = self.window().findChild(QAction, f"roll.{name}")
            keys = known.shortcut().toString(QKeySequence.SequenceFormat.NativeText) if known else ""
            action = menu.addAction(f"{t(COMMANDS[name].text)}\t{keys}".rstrip())
            action.setObjectName(name)
            can = bool(self.state.selection) or name in ALWAYS
            action.setEnabled(len(self.state.clipboard) > 0 if name == "paste" else can)
            action.triggered.connect(lambda checked=False, name=name: self.commands.run(name))
        return menu

    def _choose_quantizing(self) -> None:
        panel = QuantizePanel(self.state, self)
        panel.move(self.mapToGlobal(QPoint(self.width() - panel.width() - 16, 16)))
        panel.show()

    # keys

    def gesture_runs(self) -> bool:
        return self._gesture is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
            self.update()
            return
        self._refresh_cursor()  # it shows what Ctrl, Shift and Alt would do
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._refresh_cursor()
        event.ignore()

    # within

    def _tool(self) -> Tool:
        return self._tools[self.state.tool]

    def _pointer(self, position: QPointF, keys: Qt.KeyboardModifier) -> Pointer:
        return Pointer(
            position.x(),
            position.y(),
            self.viewport.tick_at(position.x()),
            self.viewport.pitch_at(position.y()),
            shift=bool(keys & Qt.KeyboardModifier.ShiftModifier),
            ctrl=bool(keys & Qt.KeyboardModifier.ControlModifier),
            alt=bool(keys & Qt.KeyboardModifier.AltModifier),
        )

    def _show_hover(self, at: Pointer) -> None:
        over_keys = at.x < GUTTER
        self._hover = None if over_keys else at
        self._attend()
        self.setCursor(Qt.CursorShape.PointingHandCursor if over_keys else self._tool().cursor(at))
        if self.state.tool in HOVERING:
            self.update()

    def _attend(self) -> None:
        """Show and tell what the written note under the pointer, or the selected one, has listened to."""
        found = attended_at(self.state, self._hover)
        if found != self._attended:
            self._attended = found
            self.state.told(sentence(found, self.state.document))
            self.update()

    def _refresh_cursor(self) -> None:
        if self._hover is not None and self._gesture is None and self._panned_from is None:
            self.setCursor(self._tool().cursor(self._hover))

    def _sound(self, pitch: int, x: float) -> None:
        """Sound a key: the further out on it, the louder."""
        self._silence()
        self._sounding = pitch
        self.state.audition(pitch, max(30, min(120, round(30 + 90 * x / GUTTER))))
        self.stale_gutter()

    def _silence(self) -> None:
        if self._sounding is not None:
            self.state.audition(self._sounding, 0)
            self._sounding = None
            self.stale_gutter()

    def _document_changed(self) -> None:
        """A step made meanwhile (an undo by its shortcut, a take that was kept) ends the running gesture."""
        if self._gesture is not None and self._gesture.base is not self.state.session.committed:
            self._gesture = None
        self._attend()
        self.repaint_all()

    def _setting_changed(self) -> None:
        if self.state.track_id != self._track_seen:
            self._track_seen = self.state.track_id
            self._bring_into_view()
        self._refresh_cursor()
        self._attend()
        self.repaint_all()
