"""The main job through the real window, real X11 and real PortAudio: import, go on, listen, keep, export.

``--song FILE`` takes another MIDI file than the demo song.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.app.studio import Studio
from studio.codecs.midi import read_midi, write_midi
from studio.engines.cards import find_cards
from studio.music.document import Document
from studio.ui.files import load_demo
from studio.ui.poster import Poster
from studio.ui.window import MainWindow
from tests.conftest import Screen
from tests.e2e.listening import best_transposition, first_sound, heard_chroma, longest_hole, written_chroma
from tests.sound_card import RATE, SoundCard

BARS = 16
LISTENED = 12.0  # seconds
PATIENCE_MS = (
    300_000  # of every wait: it ends with what is waited for, and on a busy machine loops alone may compile for a minute
)


@pytest.fixture
def song(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The MIDI file to go on from."""
    if given := request.config.getoption("--song"):
        return Path(given).resolve()
    path = tmp_path / "demo.mid"
    path.write_bytes(write_midi(load_demo()))
    return path


@pytest.fixture
def window(screen: Screen, sound_card: SoundCard, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window on the screen, its networks loaded."""
    poster = Poster()
    studio = Studio(poster.post)
    window = MainWindow(studio)
    window.files.ask_unsaved = lambda *_: "discard"
    window.show()
    qtbot.waitExposed(window)
    window.load_engines()
    qtbot.waitUntil(lambda: window.write_panel.write.isEnabled(), timeout=PATIENCE_MS)
    yield window
    window.close()
    poster.close()
    studio.close()


def sorted_notes(document: Document) -> list[list[tuple[int, ...]]]:
    """What every track plays, tracks in order."""
    return [
        list(zip(*(getattr(t.notes, k).tolist() for k in ("start", "duration", "pitch", "velocity")), strict=True))
        for t in document.tracks
        if len(t.notes)
    ]


def test_import_go_on_listen_keep_export(window: MainWindow, qtbot: QtBot, sound_card: SoundCard, song: Path, tmp_path: Path):
    studio, session = window.studio, window.studio.session
    window.files.import_path(song)
    qtbot.waitUntil(lambda: session.document.note_count > 0, timeout=PATIENCE_MS)
    imported = session.document

    window.write_panel.bars.setValue(BARS)
    window.write_panel.takes.index = 1
    mark = sound_card.mark()
    qtbot.mouseClick(window.write_panel.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.proposal is not None and studio.playback.playing, timeout=PATIENCE_MS)
    start = session.proposal.start
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing, timeout=PATIENCE_MS)
    assert session.document is imported, "a proposal changed the song"
    proposal = session.proposal
    assert all(t.written_to == proposal.end and t.note_count for t in proposal.takes)
    begin = float(imported.tempo.seconds(start))
    written = float(imported.tempo.seconds(proposal.end)) - begin
    listened = min(LISTENED, written - 1.0)
    qtbot.waitUntil(
        lambda: len(sound_card.captured(mark)) - first_sound(sound_card.captured(mark)) > listened * RATE, timeout=PATIENCE_MS
    )
    heard = studio.heard_document()
    window.transport.stop()

    sound = sound_card.captured(mark)
    sound = sound[first_sound(sound) :][: int(listened * RATE)]
    assert np.isfinite(sound).all() and 0.01 < np.abs(sound).max() < 1.0
    assert longest_hole(sound) < RATE // 10
    assert best_transposition(heard_chroma(sound, RATE), written_chroma(heard, begin, begin + listened)) == 0

    window.takes_panel.setFocus()
    qtbot.keyClick(window.takes_panel, Qt.Key.Key_Return)
    assert session.proposal is None and session.steps[-1] == "Keep take"
    kept = session.document
    assert sorted_notes(kept) == sorted_notes(heard)

    midi, wav = tmp_path / "out.mid", tmp_path / "out.wav"
    window.exports.midi_to(midi)
    window.exports.sound_to(wav)
    qtbot.waitUntil(lambda: midi.exists() and wav.exists(), timeout=PATIENCE_MS)
    assert sorted_notes(read_midi(midi).document) == sorted_notes(kept)
    exported, rate = soundfile.read(wav)
    assert len(exported) >= kept.seconds() * rate and np.abs(exported).max() < 1.0
    tail = exported[int(begin * rate) : int((begin + written) * rate)]
    assert best_transposition(heard_chroma(tail, rate), written_chroma(kept, begin, begin + written)) == 0

    session.undo()
    assert session.document is imported


def test_both_kinds_of_model_are_shipped():
    assert {card.engine for card in find_cards()} >= {"lstm-writer", "neural-instruments"}
