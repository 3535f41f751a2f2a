"""What keys and menus do to clips: each one step of the history."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from studio.music import edits
from studio.music.document import Clip, Document, Sound, Track
from studio.ui.arrangement.gestures import Spot
from studio.ui.shortcuts import all_keys
from studio.ui.texts import noted, t

if TYPE_CHECKING:
    from studio.ui.arrangement.strip import ArrangementStrip

# Command -> (what menus call it, the row of the table of actions whose keys it has while the arrangement has the focus).
CLIP_COMMANDS: dict[str, tuple[str, str]] = {
    "cut": (noted("Cut"), "roll.cut"),
    "copy": (noted("Copy"), "roll.copy"),
    "paste": (noted("Paste at the playhead"), "roll.paste"),
    "duplicate": (noted("Duplicate"), "roll.duplicate"),
    "split": (noted("Split at the playhead"), "clip.split"),
    "join": (noted("Join"), "clip.join"),
    "rename": (noted("Rename"), "clip.rename"),
    "loop": (noted("Set the loop to it"), "clip.loop"),
    "delete": (noted("Delete"), "roll.delete"),
    "select_all": (noted("Select all"), "roll.select_all"),
    "left": (noted("Earlier by the grid"), "roll.left"),
    "right": (noted("Later by the grid"), "roll.right"),
    "up": (noted("To the track above"), "roll.up"),
    "down": (noted("To the track below"), "roll.down"),
}
MENU = ("rename", "", "cut", "copy", "paste", "duplicate", "", "split", "join", "loop", "", "delete")
_NEED_NOTHING = ("paste", "select_all")


class ClipCommands:
    """Runs a command of :data:`CLIP_COMMANDS` on the selected clips."""

    def __init__(self, strip: "ArrangementStrip") -> None:
        self._strip = strip
        self._keys_of: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = {}
        self.use_keys(all_keys({}))
        self._clipboard: list[tuple[int, Clip]] = []  # rows below the first one's, clips
        self._sounds: tuple[Sound, ...] = ()  # of the song that they come from

    def use_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Have the keys that the rows of the table of actions have, by their ids."""
        self._keys_of = {name: keys[row] for name, (_, row) in CLIP_COMMANDS.items()}
        self._names = {QKeySequence(key).toString(): name for name, held in self._keys_of.items() for key in held}

    def of_key(self, event: QKeyEvent) -> str:
        """The command of a key that would do something now, empty where there is none."""
        name = self._names.get(QKeySequence(event.keyCombination()).toString(), "")
        return name if name and self.able(name) else ""

    def able(self, name: str) -> bool:
        """Whether the command has something to work on."""
        if name == "paste":
            return bool(self._clipboard) and bool(self._strip.state.document.tracks)
        return name in _NEED_NOTHING or len(self._strip.selection) > (name == "join")

    def run(self, name: str) -> None:
        """Do what the command says, where there is something to do it to."""
        if self.able(name):
            getattr(self, f"_{name}")()

    def menu(self, spot: Spot, track: Track | None) -> QMenu:
        """The right button's menu there: of the selected clips on one of them, of the empty ground else."""
        strip = self._strip
        menu = QMenu(strip)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if strip.found(spot) is None:
            if track is not None:
                at = strip.snapped_down(spot.tick, spot.alt)
                menu.addAction(t("New clip here")).triggered.connect(lambda: self.new_clip(track, at))
            names: tuple[str, ...] = ("paste", "select_all")
        else:
            names = MENU
        for name in names:
            if not name:
                menu.addSeparator()
                continue
            action, keys = menu.addAction(t(CLIP_COMMANDS[name][0])), self._keys_of[name]
            if keys:
                action.setShortcut(QKeySequence(keys[0]))
            action.setEnabled(self.able(name))
            action.triggered.connect(lambda _=False, n=name: self.run(n))
        return menu

    def new_clip(self, track: Track, at: int) -> None:
        """Make an empty clip of the bar that holds ``at``, or of what is free of it before and behind."""
        document = self._document()
        bar = document.meter.bar_of(at)
        start = max([document.meter.bar_start(bar), *(c.end for c in track.clips if c.end <= at)])
        self._commit("Draw clip", edits.add_clip(document, track.id, start, document.meter.bar_end(bar)))
        self._strip.select(frozenset([document.next_id]))

    def range_to(self, clip_id: int) -> frozenset[int]:
        """All clips between the selected ones and this one, in time and in tracks."""
        chosen = edits.clips_of(self._document(), self._strip.selection | {clip_id})
        rows = range(min(r for r, _ in chosen), max(r for r, _ in chosen) + 1)
        start, end = min(c.start for _, c in chosen), max(c.end for _, c in chosen)
        tracks = self._document().tracks
        return frozenset(c.id for r in rows for c in tracks[r].clips if c.start < end and c.end > start)

    # ------------------------------------------------------------ the commands

    def _document(self) -> Document:
        return self._strip.state.session.committed

    def _chosen(self) -> list[tuple[int, Clip]]:
        return edits.clips_of(self._document(), self._strip.selection)

    def _commit(self, name: str, document: Document) -> None:
        if document is not self._document():
            self._strip.state.session.commit(name, document)

    def _delete(self) -> None:
        self._commit("Delete clips", edits.remove_clips(self._document(), self._strip.selection))

    def _copy(self) -> None:
        chosen = self._chosen()
        if chosen:
            first = min(row for row, _ in chosen)
            self._clipboard = [(row - first, clip) for row, clip in chosen]
            self._sounds = self._document().sounds

    def _cut(self) -> None:
        self._copy()
        self._commit("Cut clips", edits.remove_clips(self._document(), self._strip.selection))

    def _paste(self) -> None:
        state, document = self._strip.state, self._document()
        rows = [i for i, track in enumerate(document.tracks) if track.id == state.track_id] or [0]
        by = self._strip.snapped(state.viewport.playhead, False) - min(c.start for _, c in self._clipboard)
        placed = [(rows[0] + row, _shifted(clip, by)) for row, clip in self._clipboard if rows[0] + row < len(document.tracks)]
        done = edits.paste_clips(document, placed, self._sounds)
        self._commit("Paste clips", done)
        starts = {(row, clip.start) for row, clip in placed}
        new = edits.clips_of(done, range(document.next_id, done.next_id))
        self._strip.select(frozenset(c.id for row, c in new if (row, c.start) in starts))

    def _duplicate(self) -> None:
        document, ids = self._document(), self._strip.selection
        self._commit("Duplicate clips", edits.duplicate_clips(document, ids))
        self._strip.select(edits.copied_ids(document, ids, document.next_id))

    def _split(self) -> None:
        at = round(self._strip.state.viewport.playhead)
        self._commit("Split clips", edits.split_clips(self._document(), self._strip.selection, at))

    def _join(self) -> None:
        self._commit("Join clips", edits.join_clips(self._document(), self._strip.selection))

    def _rename(self) -> None:
        self._strip.rename(min(self._strip.selection))

    def _loop(self) -> None:
        chosen = self._chosen()
        ends = min(c.start for _, c in chosen), max(c.end for _, c in chosen)
        self._commit("Set the loop", edits.set_loop(self._document(), ends))

    def _select_all(self) -> None:
        self._strip.select(frozenset(c.id for track in self._document().tracks for c in track.clips))

    def _left(self) -> None:
        self._nudge(-1)

    def _right(self) -> None:
        self._nudge(1)

    def _nudge(self, steps: int) -> None:
        first = min(c.start for _, c in self._chosen())
        grid = max(self._strip.state.grid_ticks(), self._document().meter.at(first).beat_ticks)
        self._commit("Move clips", edits.move_clips(self._document(), self._strip.selection, steps * grid))

    def _up(self) -> None:
        self._commit("Move clips", edits.move_clips(self._document(), self._strip.selection, 0, -1))

    def _down(self) -> None:
        self._commit("Move clips", edits.move_clips(self._document(), self._strip.selection, 0, 1))


def _shifted(clip: Clip, ticks: int) -> Clip:
    return replace(clip, start=clip.start + ticks)
