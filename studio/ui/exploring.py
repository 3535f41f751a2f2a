"""The way from the map and the sliders to notes and sound, and back: what is around the chosen bars is what is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.app.changes import Change
from studio.app.exploring import Surroundings, Values, not_walkable
from studio.app.generating import Order
from studio.music.notes import Notes
from studio.ui.panels.changing import CHANGES, Region

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class Explorer(QObject):
    """Connects :class:`studio.ui.panels.exploring.ExploreRows` with the session and the transport."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._exploring = window.studio.exploring
        self._panel = window.write_panel
        self._rows = window.write_panel.exploring
        self._around: tuple[Region, Notes] | None = None  # what the map was made for
        self._proposed = False
        self._rows.wanted.connect(self._go)
        self._rows.left.connect(self._stay)
        self._rows.kept.connect(window.writing.keep)
        self._panel.verb_changed.connect(self._open)
        self._panel.region_changed.connect(self.look)
        window.follow(self._follow)

    def _open(self) -> None:
        """Another verb was chosen: what makes changes gets ready, and its rows get the room that they need."""
        studio = self._window.studio
        if self._panel.verb_name in (*CHANGES, "explore"):
            studio.jobs.start("changes", "", lambda job: studio.shelf.changer())  # ready before it is asked
        self.look()
        layout, explores = self._window.layout_of_parts, self._panel.verb_name == "explore"
        needs_more = explores and self._panel.needed_height() > self._panel.height()
        QTimer.singleShot(0, self, layout.make_room if needs_more else layout.fit_form)  # once the rows are there

    def look(self) -> None:
        """See what is around the chosen bars, when they are to be explored and are others than before."""
        if self._panel.verb_name != "explore":
            return
        region, document = self._panel.changing.region, self._window.studio.session.committed
        if region is None or not any(track.id == region.track_id for track in document.tracks):
            self._around = None
            self._rows.show_why_not("Choose a track with notes first.")
            return
        notes = document.track(region.track_id).notes
        if self._around and self._around[0] == region and self._around[1] is notes:
            return
        self._around = (region, notes)
        self._rows.reset()
        why = not_walkable(document, region.track_id, region.start, region.end)
        self._rows.show_why_not(why)
        if not why:
            self._exploring.look(region.track_id, region.start, region.end, self._show)

    def _show(self, found: Surroundings) -> None:
        if self._around:
            self._rows.show_surroundings(found)
            QTimer.singleShot(0, self._panel, self._panel.fit_map)  # once the rows are there

    def _go(self, afresh: bool) -> None:
        region = self._panel.changing.region
        if region is None:
            return
        self._window.same_bars.ask(region)
        order: Order = self._panel.form.value
        change = Change(
            "walk", region.start, region.end, (region.track_id,),
            places=(self._rows.map.place,), sliders=self._rows.amounts, key=order.key, limits=self._panel.limits.kept,
        )  # fmt: skip

        def show(values: Values) -> None:
            self._proposed = True
            self._rows.show_values(values)
            if afresh:
                self._window.transport.play_excerpt(region.start, region.end)

        self._exploring.go(change, show)

    def _stay(self) -> None:
        self._proposed = False
        self._exploring.stay()
        region = self._panel.changing.region
        if region:
            self._exploring.look(region.track_id, region.start, region.end, self._show)

    def _follow(self) -> None:
        """The take was kept, dropped or replaced elsewhere: the map begins anew around what is there."""
        session = self._window.studio.session
        if self._proposed and session.proposal is None:
            self._proposed = False
            self._rows.reset()
            self._around = None
        self.look()
