"""``studio bench frames``: what a frame of the editor costs, beside pyqtgraph, and while a model writes."""

import argparse
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.app.jobs import Jobs, step_back
from studio.app.remote_generator import RemoteGenerator
from studio.app.session import Session
from studio.app.shelf import Shelf
from studio.engines.api import GenerateRequest
from studio.errors import Cancelled, StudioError
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.ui.arrangement.panel import ArrangementPanel
from studio.ui.main import draw_anywhere, make_application
from studio.ui.panels.spectrogram import Spectrogram
from studio.ui.panels.waveform import Waveform
from studio.ui.poster import Poster
from studio.ui.roll.column import EditorColumn
from studio.ui.roll.state import RollState
from studio.ui.roll.view import RollEditor
from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import DARK

WIDTH, HEIGHT = 1600, 900
FRAMES = 120
BARS = 400
FRAME_MS = 1000 / 60
BAR_MS = 16.0
BARS_OF = {20_000: (4.0, 8.0), 100_000: (8.0, np.inf), 1_000_000: (16.0, np.inf)}
"""Notes of the edited track: the most that the median and the 95th percentile of a frame may take, ms."""
MOVED = 5_000

Times = npt.NDArray[np.float64]


def run(argv: list[str]) -> int:
    """Print medians and 95th percentiles in ms, and which bars are missed; the exit code is 1 where one is."""
    parser = argparse.ArgumentParser(prog="studio bench frames", description=__doc__)
    parser.add_argument("--notes", type=int, nargs="*", default=list(BARS_OF), help="how many notes the rolls hold")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to scroll while a model writes")
    parser.add_argument("--no-peer", action="store_true", help="leave pyqtgraph out")
    parser.add_argument("--picture", type=Path, help="save a picture of the editor as it was measured")
    args = parser.parse_args(argv)
    draw_anywhere()
    app = make_application([])
    print(f"{WIDTH} x {HEIGHT}, platform {QApplication.platformName()}, ms a frame: median / 95 %")
    print(f"{'':34}{'scroll':>16}{'zoom':>16}{'all visible':>16}")
    missed: list[str] = []
    for notes in args.notes:
        document = song(notes)
        times = measure_roll(document)
        _row(f"roll, {notes:,} notes", times)
        missed += _missed(notes, times)
        _row(f"arrangement, {document.note_count:,} notes", measure_arrangement(document))
        if not args.no_peer:
            _row(f"pyqtgraph BarGraphItem, {notes:,}", measure_peer(document))
    if _moving(min(args.notes, default=20_000)) > FRAME_MS:
        missed.append("moving selected notes")
    if not _beside_model(args.seconds, args.picture):
        missed.append("the editor beside the model")
    print("missed: " + ", ".join(missed) if missed else "all bars are met")
    del app
    return 1 if missed else 0


def _missed(notes: int, times: list[Times]) -> list[str]:
    median, late = BARS_OF.get(notes, (np.inf, np.inf))
    found = []
    for name, frames in zip(("scroll", "zoom"), times[:2], strict=True):
        if np.median(frames) >= median or np.percentile(frames, 95) >= late:
            found.append(f"{name} of {notes:,} notes")
    return found


def song(notes: int) -> Document:
    """A document of :data:`BARS` bars: one dense track of ``notes`` notes, and three ghosts of a quarter of that each."""
    sizes = (notes, *[notes // 4] * 3)
    tracks = tuple(Track(1 + k, f"Track {k + 1}", k, clips=(_clip(100 + k, n, k),)) for k, n in enumerate(sizes))
    return Document(keys=(KeyChange(0, Key.parse("D minor")),), tracks=tracks, next_id=10_000_000)


def _clip(number: int, size: int, seed: int) -> Clip:
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, BARS * 3840 - 960, size))
    pitch = np.clip(rng.normal(62, 12, size), 24, 108).astype(int)
    ids = np.arange(size) + (seed + 1) * 1_000_000
    notes = Notes.of(start, rng.integers(100, 900, size), pitch, rng.integers(20, 128, size), id=ids)
    return Clip(number, 0, BARS * 3840, (Take(notes),))


def measure_roll(document: Document) -> list[Times]:
    """Times of scrolling by 7 pixels, zooming at the pointer, and zooming with everything in sight."""
    state = RollState(Session(document), Viewport())
    roll = RollEditor(state, DARK)
    _show(roll)
    roll.center_on_notes()
    view = state.viewport
    times = [
        _frames(lambda k: view.scroll(dx=7)),
        _frames(lambda k: view.zoom_time(1.03 if k % 60 < 30 else 1 / 1.03, WIDTH / 2)),
    ]
    view.show_ticks(0, document.end)
    view.zoom_pitch(0.5, 0)
    times.append(_frames(lambda k: view.zoom_time(1.01 if k % 2 else 1 / 1.01, WIDTH / 2)))
    state.close()
    roll.close()
    return times


def measure_arrangement(document: Document) -> list[Times]:
    """The same of the arrangement, as high as it stands in the window."""
    state = RollState(Session(document), Viewport())
    panel = ArrangementPanel(state, DARK)
    _show(panel, 220)
    view = state.viewport
    times = [
        _frames(lambda k: view.scroll(dx=7)),
        _frames(lambda k: view.zoom_time(1.03 if k % 60 < 30 else 1 / 1.03, WIDTH / 2)),
    ]
    view.show_ticks(0, document.end)
    times.append(_frames(lambda k: view.zoom_time(1.01 if k % 2 else 1 / 1.01, WIDTH / 2)))
    state.close()
    panel.close()
    return times


def measure_move(document: Document, selected: int) -> Times:
    """Times of dragging so many selected notes by three pixels, the whole editor shown (arrangement, roll, velocity, map)."""
    state = RollState(Session(document), Viewport())
    column = EditorColumn(state, DARK)
    _show(column)
    column.roll.center_on_notes()
    notes = state.shown.notes
    seen = state.shown.between(*state.viewport.visible_ticks())
    low, high = state.viewport.visible_pitches()
    inside = np.flatnonzero((notes.pitch[seen] > low + 3) & (notes.pitch[seen] < high - 3) & (notes.duration[seen] > 400))
    grabbed = seen.start + int(inside[len(inside) // 2])
    state.select(notes.id[max(0, grabbed - selected // 2) :][:selected].tolist())
    x = float(state.viewport.x_of(notes.start[grabbed])) + 12
    y = float(state.viewport.y_of(notes.pitch[grabbed])) + state.viewport.key_height / 2

    def drag(kind: QEvent.Type, dx: float, button: Qt.MouseButton) -> None:
        at, keys = QPointF(x + dx, y), Qt.KeyboardModifier.AltModifier
        event = QMouseEvent(kind, at, column.roll.mapToGlobal(at), button, Qt.MouseButton.LeftButton, keys)
        QApplication.sendEvent(column.roll, event)

    drag(QEvent.Type.MouseButtonPress, 0, Qt.MouseButton.LeftButton)
    times = _frames(lambda k: drag(QEvent.Type.MouseMove, 8 + 3 * (k % 60), Qt.MouseButton.NoButton))
    drag(QEvent.Type.MouseButtonRelease, 8, Qt.MouseButton.LeftButton)
    state.close()
    column.close()
    return times


def _moving(notes: int) -> float:
    """Print what moving selected notes costs; returns the 95th percentile in ms."""
    times = measure_move(song(notes), min(MOVED, notes // 2))
    print(f"\nmoving {min(MOVED, notes // 2):,} selected of {notes:,} notes, the whole editor shown")
    print(f"{'':34}{'median':>8}{'95 %':>8}{'99 %':>8}{'max':>8}{'under 16 ms':>14}")
    _paced_row("a pointer's move to its frame", times)
    return float(np.percentile(times, 95))


def measure_peer(document: Document) -> list[Times]:
    """The same of pyqtgraph's BarGraphItem, ghosts left out."""
    import pyqtgraph as pg

    notes = document.tracks[0].notes
    plot = pg.PlotWidget(background=DARK.ground)
    bars = pg.BarGraphItem(
        x0=notes.start, width=notes.duration, y0=notes.pitch, height=np.full(len(notes), 0.9), pen=None, brush=DARK.tracks[0]
    )
    plot.addItem(bars)
    _show(plot)
    shown = 10 * (WIDTH - GUTTER)
    plot.setYRange(30, 94, padding=0)
    times = [
        _frames(lambda k: plot.setXRange(k * 70, k * 70 + shown, padding=0)),
        _frames(lambda k: plot.setXRange(0, shown * 1.03 ** (k % 60 if k % 60 < 30 else 60 - k % 60), padding=0)),
    ]
    end = document.end
    times.append(_frames(lambda k: plot.setXRange(0, end * (1.01 if k % 2 else 1.0), padding=0)))
    plot.close()
    return times


def _frames(step: Callable[[int], None]) -> Times:
    for k in range(3):
        step(k)
        QApplication.processEvents()
    times = []
    for k in range(FRAMES):
        start = time.perf_counter()
        step(k)
        QApplication.processEvents()
        times.append(time.perf_counter() - start)
    return np.array(times) * 1000


def _show(widget: QWidget, height: int = HEIGHT) -> None:
    widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
    widget.resize(WIDTH, height)
    widget.show()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and not widget.isVisible():
        QApplication.processEvents()
    for _ in range(5):
        QApplication.processEvents()


def _row(name: str, columns: list[Times]) -> None:
    print(f"{name:34}" + "".join(f"{np.median(t):8.1f} /{np.percentile(t, 95):6.1f}" for t in columns))


class _Tone:
    """A mix to look at while frames are measured: three minutes of a chord, and a second of it new ten times a second."""

    rate = 48_000
    frames = 180 * 48_000

    def __init__(self) -> None:
        at = np.arange(self.rate) / self.rate
        hertz = np.array([[220.0], [277.0], [330.0]])
        self._second = (0.2 * np.sin(2 * np.pi * hertz * at)).sum(axis=0).astype(np.float32)
        self.calls: list[Callable[[int, int], None]] = []

    def samples(self, start: int, end: int) -> npt.NDArray[np.float32]:
        return np.repeat(self._second[np.arange(start, end) % self.rate][:, None], 2, axis=1)

    def subscribe(self, changed: Callable[[int, int], None]) -> Callable[[], None]:
        self.calls.append(changed)
        return lambda: self.calls.remove(changed)


class _Writer:
    """The generator at work as the window has it, four takes at once, until it is told to stop."""

    def __init__(self) -> None:
        self._shelf = Shelf(apart=RemoteGenerator)
        self._generator = self._shelf.generator()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bench-writer")
        self.written = 0

    def progress(self, fraction: float, message: str = "") -> None:
        if self._stop.is_set():
            raise Cancelled

    def notice(self, message: str) -> None:
        print(message)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        self._shelf.close()

    def _run(self) -> None:
        step_back()  # as the window's jobs do
        with suppress(Cancelled):
            for seed in count():
                request = GenerateRequest(Document(), 0, 64 * 3840, takes=4, seed=seed)
                for chunk in self._generator.generate(request, self):
                    self.written += sum(len(notes) for _, notes in chunk.notes)


def _beside_model(seconds: float, picture: Path | None) -> bool:
    """Scroll the whole column (arrangement, ruler, roll, velocity, waveform, spectrogram) alone and beside the writer."""
    poster = Poster()
    jobs = Jobs(poster.post)
    mix = _Tone()
    state = RollState(Session(song(20_000)), Viewport())
    wave, spectrum = Waveform(state, mix, jobs, DARK), Spectrogram(state, mix, jobs, DARK)
    column = EditorColumn(state, DARK, ((wave, 64), (spectrum, 150)))
    _show(column)
    column.roll.center_on_notes()
    alone = _paced(state.viewport, mix, seconds)
    beside, written = None, 0
    try:
        writer = _Writer()
    except StudioError as error:
        print(f"no model writes: {error}")
    else:
        writer.start()
        _spin(1.0)
        beside = _paced(state.viewport, mix, seconds)
        writer.end()
        written = writer.written
    if picture:
        column.grab().save(str(picture))
    for widget in (wave, spectrum):
        widget.close_source()
    column.close()
    state.close()
    jobs.close()
    print("\nthe whole editor, 20,000 notes, scrolling and playing at 60 frames a second; the mix changes 10 times a second")
    print(f"{'':34}{'median':>8}{'95 %':>8}{'99 %':>8}{'max':>8}{'under 16 ms':>14}")
    _paced_row("alone", alone)
    if beside is None:
        return False
    _paced_row(f"beside the model ({written:,} notes)", beside)
    return bool(np.percentile(beside, 95) < BAR_MS)


def _paced_row(name: str, times: Times) -> None:
    quantiles = "".join(f"{v:8.1f}" for v in (*np.percentile(times, [50, 95, 99]), times.max()))
    print(f"{name:34}{quantiles}{100 * np.mean(times < BAR_MS):12.1f} %")


def _spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _paced(view: Viewport, mix: _Tone, seconds: float) -> Times:
    """Milliseconds from when each frame was due to the end of its painting; frames that are missed altogether are left out."""
    times: list[float] = []
    view.scroll_to(0)
    start = time.perf_counter()
    due = start
    k = 0
    while due - start < seconds:
        while (left := due - time.perf_counter()) > 0:
            if left > 0.002:
                loop = QEventLoop()
                QTimer.singleShot(max(1, int(left * 1000) - 1), loop.quit)  # up to two seconds are precise timers
                loop.exec()
        view.scroll(dx=4)
        view.set_playhead(view.tick_at(400), playing=True)
        if k % 6 == 0:
            for call in list(mix.calls):
                call(k * 4_000, k * 4_000 + mix.rate)
        QApplication.processEvents()
        now = time.perf_counter()
        times.append((now - due) * 1000)
        k += 1
        due = max(due + FRAME_MS / 1000, now - (now - due) % (FRAME_MS / 1000))
    return np.array(times)
