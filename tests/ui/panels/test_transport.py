"""The transport panel: what it shows, and what it asks for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from studio.audio.meters import Levels
from studio.music.document import Document, KeyChange
from studio.music.pitch import Key
from studio.music.tempo import TempoMap
from studio.music.time import Meter, TimeSignature
from studio.ui.panels.transport import TransportPanel, clock

NAMES = (
    "play.start",
    "play.toggle",
    "play.stop",
    "play.record",
    "play.loop",
    "play.metronome",
    "play.typing",
    "edit.undo",
    "edit.redo",
)


@pytest.fixture
def panel(qtbot):
    actions = {name: QAction(name) for name in NAMES}
    panel = TransportPanel(actions)
    panel.kept = actions
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_position(panel):
    document = Document(
        tempo=TempoMap.constant(90), meter=Meter((TimeSignature(0, 3, 4),)), keys=(KeyChange(0, Key(2, "minor")),)
    )
    panel.show_position(document, 3 * 960 + 1000)
    assert panel.bars.text() == "002.2.040"
    assert panel.time.text() == "00:02.69"
    assert panel.signature.text() == "3/4"
    assert panel.key.text() == "D minor"
    assert panel.tempo.value() == pytest.approx(90)


def test_typed_tempo_is_told_once(panel, qtbot):
    told = []
    panel.tempo_changed.connect(told.append)
    panel.tempo.setFocus()
    panel.tempo.selectAll()
    QTest.keyClicks(panel.tempo, "96")
    QTest.keyClick(panel.tempo, Qt.Key.Key_Return)
    assert told == [96.0]


def test_signature_menu(panel):
    told = []
    panel.signature_changed.connect(lambda a, b: told.append((a, b)))
    next(a for a in panel.signature.menu().actions() if a.text() == "6/8").trigger()
    assert told == [(6, 8)]


def test_clock():
    assert clock(0) == "00:00.00"
    assert clock(61.239) == "01:01.23"
    assert clock(3723.5) == "1:02:03.50"


def test_meter_and_device(panel):
    panel.meter.show_levels(Levels((0.5, 1.2)))
    assert panel.meter.clipped
    panel.show_device("CPU", "CPU, 2 threads")
    assert panel.device.text() == "CPU"


def test_a_count_in_takes_the_positions_place(panel):
    panel.show_position(Document(), 960)
    panel.show_count(3)
    panel.show_position(Document(), 960)
    assert panel.bars.text() == "- 3"
    panel.show_count(0)
    panel.show_position(Document(), 960)
    assert panel.bars.text() == "001.2.000"
