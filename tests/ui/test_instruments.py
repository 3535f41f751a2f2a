"""Instruments by name."""

from studio.engines.gm import PROGRAMS
from studio.music.document import Track
from studio.ui.instruments import DRUM_KIT, instrument_icon, instrument_title


def test_titles():
    assert len(PROGRAMS) == 128
    assert instrument_title(Track(1, program=73)) == "Flute"
    assert instrument_title(Track(1, drums=True)) == DRUM_KIT
    assert instrument_icon(Track(1, drums=True)) == "drums"
