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
from PySide6.QtWidgets import QApplication, QWidget

from studio.codecs.project import project_bytes
from studio.music.document import Document
from studio.ui import main
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
            "notes": _notes(window),
            "tracks": [[t.name, round(t.gain_db, 1), t.mute, len(t.notes)] for t in document.tracks],
            "view": [view.scale, view.left, view.key_height, view.top],
            "notices": [n.message for n in window.studio.notices.entries[-6:]],
            "focus": type(QApplication.focusWidget()).__name__,
            "windows": [_rect(w) | {"title": w.windowTitle()} for w in QApplication.topLevelWidgets() if w.isVisible()],
            "places": _places(window),
        }


def _notes(window: MainWindow) -> list[list[int]]:
    """The edited track's notes: start, duration, pitch, velocity."""
    track = window.state.track
    columns = (getattr(track.notes, k).tolist() for k in ("start", "duration", "pitch", "velocity")) if track else ()
    return [list(row) for row in zip(*columns, strict=True)]


def _rect(widget: QWidget) -> dict[str, Any]:
    corner = widget.mapToGlobal(QPoint(0, 0))
    return {"rect": [corner.x(), corner.y(), widget.width(), widget.height()]}


def _places(window: MainWindow) -> dict[str, list[int]]:
    """Where things are on the screen that have a name for screen readers."""
    found = {w.accessibleName(): _rect(w)["rect"] for w in window.findChildren(QWidget) if w.isVisible() and w.accessibleName()}
    return found | {"roll": _rect(window.column.roll)["rect"]}


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
