"""A studio with its window, really shown, and a tiny engine that writes at once and always the same."""

from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app.shelf import Shelf
from studio.app.studio import Studio
from studio.engines.api import Chunk, Context, GenerateRequest, Part, SoundBatch
from studio.engines.cards import Card
from studio.music import edits
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.ui.main import make_application
from studio.ui.poster import Poster
from studio.ui.window import MainWindow

BAR = 3840


class TinyWriter:
    """Writes a note a beat, a bar a chunk; its pitch tells take and seed. ``wait`` seconds a bar."""

    card = Card("tiny", "tiny", "Tiny writer", sha256="0" * 64)
    styles = ("pop", "folk")

    def tempo(self, style):
        return 120.0

    def __init__(self, wait: float = 0.0) -> None:
        self.wait = wait
        self.requests: list[GenerateRequest] = []

    def prepare(self, card: Card, device: str) -> None:
        """Nothing to load."""

    def generate(self, request: GenerateRequest, ctx: Context) -> Iterator[Chunk]:
        self.requests.append(request)
        tracks = [t for t in request.context.tracks if not request.tracks or t.id in request.tracks][:1]
        part = Part(tracks[0].name, tracks[0].program, tracks[0].drums, tracks[0].id) if tracks else Part("New")
        for start in range(request.start, request.end, BAR):
            sleep(self.wait)
            ctx.progress((start - request.start) / request.length, "Writing")
            for take in range(request.takes):
                notes = Notes.of([start + k * 960 for k in range(4)], 900, 60 + take + request.seed % 8)
                yield Chunk(take, ((part, notes),), min(request.end, start + BAR))


class TinyRenderer:
    """Makes a short click of every note."""

    card = Card("tiny-sound", "tiny-sound", "Tiny sound", sha256="1" * 64)

    def prepare(self, card: Card, device: str) -> None:
        """Nothing to load."""

    def lengths(self, batch: SoundBatch, rate: int) -> npt.NDArray[np.int64]:
        return np.full(len(batch), rate // 100, np.int64)

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> npt.NDArray[np.float32]:
        ctx.progress(0.0)
        return np.full((len(batch), count), 0.1, np.float32)


def small_song() -> Document:
    """Two tracks of two bars in D minor."""
    document = Document("Song", keys=(KeyChange(0, Key(2, "minor")),))
    for k, name in enumerate(("Lead", "Low")):
        notes = Notes.of([0, 960, 1920, BAR], 900, [62 + k, 65, 69, 62], 80)
        document = edits.add_track(document, Track(0, name, k, program=73, clips=(Clip(0, 0, 2 * BAR, (Take(notes),)),)))
    return document


@pytest.fixture(autouse=True)
def widgets_outlive_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Widgets are kept until they were closed: pytest-qt holds them weakly, and what is collected amid an event ends the process."""
    kept: list[QWidget] = []
    add = QtBot.addWidget

    def keep(self: QtBot, widget: QWidget, **more: Any) -> None:
        kept.append(widget)
        add(self, widget, **more)

    monkeypatch.setattr(QtBot, "addWidget", keep)
    yield
    kept.clear()


@pytest.fixture
def writer() -> TinyWriter:
    return TinyWriter()


@pytest.fixture
def make_window(qtbot: QtBot, writer: TinyWriter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], MainWindow]]:
    """Makes windows, each with a studio of its own; ends all of them."""
    made: list[tuple[Poster, Studio, MainWindow]] = []

    def make() -> MainWindow:
        if not QApplication.styleSheet(QApplication.instance()):  # dressing again polishes every widget again
            make_application([])
        poster = Poster()
        monkeypatch.setattr(Shelf, "renderer", lambda self, model="": TinyRenderer())
        studio = Studio(poster.post)
        monkeypatch.setattr(studio.shelf, "generator", lambda model="": writer)
        window = MainWindow(studio)
        monkeypatch.setattr(window.files, "ask_unsaved", lambda parent, title: "discard")
        qtbot.addWidget(window)
        window.resize(1400, 860)
        window.show()
        window.activateWindow()  # shortcuts need it, and a screen without a window manager gives it to nobody by itself
        QTest.qWaitForWindowActive(window)
        made.append((poster, studio, window))
        return window

    yield make
    for poster, studio, window in made:
        window.close()
        poster.close()
        studio.close()


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """The window with a small song open."""
    made = make_window()
    made.studio.session.open(small_song())
    made.song_opened()
    return made
