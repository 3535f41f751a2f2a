"""Partita as it is, with somebody looking on: ``python -m tests.e2e.probed FILE [SONG]`` writes what the window shows into FILE.

It only looks. Everything that happens in the window comes from outside, as events of the X server.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

from studio.codecs.project import project_bytes
from studio.music.document import Document
from studio.ui import main
from studio.ui.arrangement.lanes_view import ROW
from studio.ui.window import MainWindow

_EVERY_MS = 40


def digest(document: Document) -> str:
    """A name for all that a song is."""
    return hashlib.sha256(project_bytes(document)).hexdigest()


class Onlooker(QObject):
    """Looks a few times a second, and writes down what changed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._known: tuple[Document | None, str] = (None, "")
        self._told = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_EVERY_MS)

    def _look(self) -> None:
        window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()), None)
        if window is None:
            return
        told = json.dumps(self._seen(window))
        if told != self._told:
            self._told = told
            fresh = self._path.with_suffix(".new")
            fresh.write_text(told, "utf-8")
            fresh.replace(self._path)

    def _seen(self, window: MainWindow) -> dict[str, Any]:
        session, view = window.studio.session, window.viewport
        document = session.committed
        if document is not self._known[0]:
            self._known = document, digest(document)
        proposal = session.proposal
        return {
            "pid": os.getpid(),
            "title": window.windowTitle(),
            "digest": self._known[1],
            "steps": session.steps,
            "position": session.position,
            "songs": len(session.songs),
            "proposal": None if proposal is None else [proposal.writing, len(proposal.takes), proposal.take.note_count],
            "ready": window.write_panel.write.isEnabled(),
            "busy": window.studio.jobs.busy,
            "playing": window.transport.playing,
            "recording": window.recording.on,
            "tool": window.state.tool,
            "track": window.state.track_id,
            "notes": _notes(document, window.state.track_id),
            "tracks": [[t.name, round(t.gain_db, 1), t.mute, len(t.notes)] for t in document.tracks],
            "clips": [[i, c.start, c.length, len(c.notes)] for i, t in enumerate(document.tracks) for c in t.clips],
            "tempi": [[c.tick, round(c.bpm, 2)] for c in document.tempo.changes],
            "chords": [[c.start, c.end, str(c.chord)] for c in document.chords],
            "sections": [[s.start, s.end, s.name] for s in document.sections],
            "playhead": view.playhead,
            "view": [view.scale, view.left, view.key_height, view.top],
            "notices": [n.message for n in window.studio.notices.entries[-6:]],
            "focus": type(QApplication.focusWidget()).__name__,
            "windows": [_rect(w) | {"title": w.windowTitle()} for w in QApplication.topLevelWidgets() if w.isVisible()],
            "places": _places(window),
        }


def _notes(document: Document, track_id: int) -> list[list[int]]:
    """The edited track's notes: start, duration, pitch, velocity; those of a gesture once it has ended."""
    track = next((t for t in document.tracks if t.id == track_id), None)
    columns = (getattr(track.notes, k).tolist() for k in ("start", "duration", "pitch", "velocity")) if track else ()
    return [list(row) for row in zip(*columns, strict=True)]


def _rect(widget: QWidget) -> dict[str, Any]:
    corner = widget.mapToGlobal(QPoint(0, 0))
    return {"rect": [corner.x(), corner.y(), widget.width(), widget.height()]}


def _places(window: MainWindow) -> dict[str, list[int]]:
    """Where things are on the screen that have a name for screen readers."""
    found = {w.accessibleName(): _rect(w)["rect"] for w in window.findChildren(QWidget) if w.isVisible() and w.accessibleName()}
    strip, lanes = window.column.arrangement.strip, window.column.arrangement.lanes
    rows = {f"row {i}": [0, strip.row_top(i), 0, strip.row_height()] for i in range(len(window.studio.session.document.tracks))}
    rows |= {f"lane {lane.id}": [0, lanes.row_top(lane), 0, ROW] for lane in lanes.shown}
    return found | rows | _menus(window) | {"roll": _rect(window.column.roll)["rect"]}


def _menus(window: MainWindow) -> dict[str, list[int]]:
    """Where the menus are, and the lines of the one that is open."""
    bars: list[QMenuBar | QMenu] = [window.menuBar(), *(m for m in window.findChildren(QMenu) if m.isVisible())]
    found = {}
    for bar in bars:
        for action in bar.actions():
            box = bar.actionGeometry(action)
            corner = bar.mapToGlobal(box.topLeft())
            found[f"menu {action.text()}"] = [corner.x(), corner.y(), box.width(), box.height()]
    return found


def run(argv: list[str]) -> int:
    """Start Partita, looked at."""
    opened = main.open_first

    def open_first(*given: Any) -> None:
        opened(*given)
        run.onlooker = Onlooker(Path(argv[0]))  # type: ignore[attr-defined]

    main.open_first = open_first
    return main.run(argv[1:])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
