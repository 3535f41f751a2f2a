"""Where the panels of the window are, and how they share its room."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.ui.panels.generate import GeneratePanel
from studio.ui.panels.verbs import EXPLORE
from studio.ui.roll.column import EditorColumn
from studio.ui.widgets import rule

LEFT, RIGHT = 264, 324
_TAKES, _TAKES_OF_EXPLORE = 200, 72  # least heights: what is explored is kept and left in the form
Sizes = tuple[list[int], list[int], list[int]]  # of the three columns, of the right one, of the editor
# Share of the height, least and most pixels: arrangement, velocity, controllers, waveform, spectrogram. The roll has the rest.
_LANES = ((0.12, 72, 160), (0.09, 52, 120), (0.09, 48, 120), (0.09, 44, 130), (0.16, 72, 280))


class Layout(QObject):
    """Rows of the window: ``top``, then tracks, editor and the right side, then ``bottom``. ``whole`` is the widget of all."""

    def __init__(self, top: QWidget, left: QWidget, middle: tuple[QWidget, ...], right: tuple[QWidget, ...], bottom: QWidget):
        self.whole = QWidget()
        super().__init__(self.whole)
        self._divided = self._right_divided = False
        self.column = next(part for part in middle if isinstance(part, EditorColumn))
        self.write_panel = next(part for part in right if isinstance(part, GeneratePanel))
        self.sides = _splitter(Qt.Orientation.Horizontal)
        left.setMinimumWidth(232)
        self.right = self._right(right)
        for part in (left, self._middle(middle), self.right):
            self.sides.addWidget(part)
        self.sides.setStretchFactor(1, 1)
        self.sides.setSizes([LEFT, 1600 - LEFT - RIGHT, RIGHT])
        rows = _column(self.whole)
        for part in (top, rule(), self.sides, rule(), bottom):
            rows.addWidget(part, 1 if part is self.sides else 0)
        self.column.splitter.splitterMoved.connect(self._divide)
        self.right.splitterMoved.connect(self._divide_right)

    def _middle(self, parts: tuple[QWidget, ...]) -> QWidget:
        middle = QWidget()
        column = _column(middle)
        for part in parts:
            column.addWidget(part, 1 if part is self.column else 0)
        return middle

    def _right(self, parts: tuple[QWidget, ...]) -> QSplitter:
        right = _splitter(Qt.Orientation.Vertical)
        for part in parts:
            right.addWidget(part)
            part.setMinimumHeight(_TAKES_OF_EXPLORE)
        self.write_panel.setMinimumHeight(200)
        right.setStretchFactor(1, 1)
        right.setSizes([430] * len(parts))
        right.setMinimumWidth(316)
        return right

    def share_height(self) -> None:
        """Give the roll the most of the middle's height, unless the user has divided it."""
        if not self._divided:
            whole = self.column.splitter.height()
            parts = [part for k in range(self.column.splitter.count()) if (part := self.column.splitter.widget(k))]
            shown = [not part.isHidden() for part in (parts[0], *parts[2:])]
            wanted = (min(high, max(low, round(share * whole))) for share, low, high in _LANES)
            lanes = [size * on for size, on in zip(wanted, shown, strict=True)]
            lanes[0] += self.column.arrangement.lanes.height()
            self.column.splitter.setSizes([lanes[0], whole - sum(lanes), *lanes[1:]])

    def fit_form(self) -> None:
        """Give the order form what it needs and the takes the rest, unless the user has divided them."""
        if not self._right_divided:
            self.make_room()

    def make_room(self) -> None:
        """Show the whole order form, as far as a few takes still have room below it."""
        sizes = self.right.sizes()
        others = len(sizes) - 1
        whole = sum(sizes)
        least = _TAKES_OF_EXPLORE if self.write_panel.verb_name == EXPLORE else _TAKES
        needed = min(self.write_panel.needed_height(), max(200, whole - least))
        self.right.setSizes([needed, *[(whole - needed) // others] * others])

    def sizes(self) -> Sizes:
        """How the room is shared, to come back to with :meth:`share_as`."""
        return self.sides.sizes(), self.right.sizes(), self.column.splitter.sizes()

    def share_as(self, sizes: Sizes) -> None:
        """Share the room as it was told by :meth:`sizes`."""
        for splitter, parts in zip((self.sides, self.right, self.column.splitter), sizes, strict=True):
            splitter.setSizes(parts)

    def _divide(self) -> None:
        self._divided = True

    def _divide_right(self) -> None:
        self._right_divided = True


def _splitter(orientation: Qt.Orientation) -> QSplitter:
    made = QSplitter(orientation)
    made.setHandleWidth(4)
    made.setChildrenCollapsible(False)
    return made


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
