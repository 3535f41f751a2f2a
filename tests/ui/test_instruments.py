"""Instruments by name."""

from dataclasses import replace

from studio.engines.gm import PROGRAMS
from studio.music.document import Clip, SoundAt, Take, Track
from studio.ui.instruments import DRUM_KIT, InstrumentMenu, instrument_icon, instrument_title, track_title


def test_titles():
    assert len(PROGRAMS) == 128
    assert instrument_title(Track(1, program=73)) == "Flute"
    assert instrument_title(Track(1, drums=True)) == DRUM_KIT
    assert instrument_icon(Track(1, drums=True)) == "drums"


def test_tracks_of_sound_files_say_so() -> None:
    heard = Track(1, clips=(Clip(2, 0, 960, (Take(sound=SoundAt("a")),)),))
    assert (instrument_title(heard), instrument_icon(heard)) == ("Sound file", "wave")
    both = replace(heard, clips=(*heard.clips, Clip(3, 960, 960)))
    assert instrument_title(both) != "Sound file"


def test_a_track_without_a_name_is_called_like_what_plays_it():
    assert track_title(Track(1, "Lead", program=42)) == "Lead"
    assert track_title(Track(1, "", program=42)) == instrument_title(Track(1, "", program=42)) == "Cello"


def test_the_menu_marks_what_plays_and_its_family(qtbot):
    for track, marked in (
        (Track(1, program=42), ["Strings", "Cello"]),
        (Track(1, program=42, instrument="own-lost"), ["Strings", "Cello"]),
        (Track(1, drums=True, instrument="own-kit-lost"), [DRUM_KIT]),
    ):
        menu = InstrumentMenu(track, None)
        qtbot.addWidget(menu)
        entries = [e for top in menu.actions() for e in (top, *(top.menu().actions() if top.menu() else ()))]
        assert [e.text() for e in entries if e.isChecked()] == marked
