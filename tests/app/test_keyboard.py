"""Keys sound while they are down, and under the pedal; the recorder hears of all of them."""

from types import SimpleNamespace

import pytest

from studio.app.keyboard import Keyboard
from studio.music.document import Track
from studio.music.notes import SUSTAIN


class Playback:
    def __init__(self) -> None:
        self.sounding: list[SimpleNamespace] = []

    def strike(self, pitch, program, velocity, *, drums, gains):
        voice = SimpleNamespace(pitch=pitch, program=program, velocity=velocity, drums=drums, gains=gains)
        self.sounding.append(voice)
        return voice

    def let_go(self, voice) -> None:
        if voice is not None:
            self.sounding.remove(voice)


class Heard:
    def __init__(self) -> None:
        self.said: list[tuple] = []

    def note_on(self, *what) -> None:
        self.said.append(("on", *what))

    def note_off(self, *what) -> None:
        self.said.append(("off", *what))

    def control(self, *what) -> None:
        self.said.append(("control", *what))


@pytest.fixture
def made():
    playback, heard = Playback(), Heard()
    track = Track(1, program=40, gain_db=-6.0, pan=-1.0)
    return SimpleNamespace(playback=playback, heard=heard, keys=Keyboard(playback, lambda: track, heard))


def pitches(made) -> list[int]:
    return [v.pitch for v in made.playback.sounding]


def test_keys_sound_through_the_track_until_they_come_up(made) -> None:
    made.keys.note_on(60, 99, 5)
    (voice,) = made.playback.sounding
    assert (voice.program, voice.velocity) == (40, 99)
    assert voice.gains == pytest.approx((0.501, 0.0), abs=1e-3)
    made.keys.note_off(60, 9)
    made.keys.note_off(60, 10)
    assert pitches(made) == []
    assert made.heard.said == [("on", 60, 99, 5), ("off", 60, 9)]


def test_the_pedal_holds_what_comes_up(made) -> None:
    made.keys.control(SUSTAIN, 127, 1)
    made.keys.note_on(60, 80, 2)
    made.keys.note_off(60, 3)
    made.keys.note_on(62, 80, 4)
    assert pitches(made) == [60, 62]
    made.keys.control(SUSTAIN, 0, 5)
    assert pitches(made) == [62]
    assert [s[0] for s in made.heard.said] == ["control", "on", "off", "on", "control"]


def test_a_key_struck_again_is_one_key(made) -> None:
    made.keys.note_on(60, 80, 1)
    made.keys.note_on(60, 90, 2)
    assert pitches(made) == [60]
    assert made.keys.keys_down == (60,)


def test_all_come_up_when_the_keyboard_goes(made) -> None:
    made.keys.control(SUSTAIN, 127, 1)
    for pitch in (60, 64):
        made.keys.note_on(pitch, 80, 2)
    made.keys.note_off(64, 3)
    made.keys.all_up()
    assert pitches(made) == []
    assert made.heard.said[-1][:3] == ("control", SUSTAIN, 0)
