"""MIDI keyboards: messages, and real ports of a JACK server (ALSA's sequencer is not there in a container)."""

import time

import pytest

from studio.app import midi_in
from studio.app.midi_in import MidiInput, apply
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, SUSTAIN
from tests.jack import MidiKeyboard, jack, wait

__all__ = ["jack"]


class Hands:
    def __init__(self) -> None:
        self.said: list[tuple] = []

    def note_on(self, pitch, velocity, at_ns=0) -> None:
        self.said.append(("on", pitch, velocity))

    def note_off(self, pitch, at_ns=0) -> None:
        self.said.append(("off", pitch))

    def control(self, number, value, at_ns=0) -> None:
        self.said.append(("control", number, value))

    def all_up(self) -> None:
        self.said.append(("all up",))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ([0x90, 60, 100], ("on", 60, 100)),
        ([0x93, 60, 0], ("off", 60)),
        ([0x85, 60, 64], ("off", 60)),
        ([0xB0, 64, 127], ("control", SUSTAIN, 127)),
        ([0xE0, 0, 64], ("control", PITCH_BEND, 0)),
        ([0xE0, 127, 127], ("control", PITCH_BEND, 8191)),
        ([0xD0, 9], ("control", CHANNEL_PRESSURE, 9)),
        ([0xB0, 123, 0], ("all up",)),
    ],
)
def test_messages(message, said) -> None:
    hands = Hands()
    apply(message, hands, 0)
    assert hands.said == [said]


@pytest.mark.parametrize("message", [[0xFE], [0xC0, 5], [0xF0, 1, 2, 0xF7], [0x90, 60], [0xB0, 121, 0]])
def test_other_messages_are_passed_over(message) -> None:
    hands = Hands()
    apply(message, hands, 0)
    assert hands.said == []


def test_without_a_midi_system_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_in, "usable_api", lambda: None)
    midi = MidiInput(Hands())
    midi.start()
    midi.start()
    assert midi.names == ()
    midi.close()


def test_a_keyboard_is_heard_when_it_is_plugged_in_and_let_go_when_it_goes(jack: None, monkeypatch) -> None:
    monkeypatch.setattr(midi_in, "_LOOK_SECONDS", 0.05)
    told: list[tuple[list[str], list[str]]] = []
    hands = Hands()
    midi = MidiInput(hands, lambda came, went: told.append((came, went)))
    midi.start()
    keyboard = MidiKeyboard()
    wait(lambda: midi.names)
    time.sleep(0.1)
    for message in ([0x90, 60, 100], [0xB0, 64, 127], [0x80, 60, 0]):
        keyboard.send(*message)
    wait(lambda: len(hands.said) == 3)
    assert hands.said == [("on", 60, 100), ("control", SUSTAIN, 127), ("off", 60)]
    keyboard.unplug()
    wait(lambda: len(told) == 2)
    assert midi.names == ()
    assert hands.said[-1] == ("all up",)
    assert [(len(came), len(went)) for came, went in told] == [(1, 0), (0, 1)]
    midi.close()


def test_only_the_chosen_keyboard_is_heard(jack: None, monkeypatch) -> None:
    monkeypatch.setattr(midi_in, "_LOOK_SECONDS", 0.05)
    midi = MidiInput(Hands())
    midi.choose("Another keyboard")
    midi.start()
    keyboard = MidiKeyboard()
    wait(lambda: midi.there)
    (name,) = midi.there
    assert midi.names == ()
    midi.choose(name)
    wait(lambda: midi.names)
    keyboard.unplug()
    wait(lambda: not midi.there)
    midi.close()


def test_names_stay_when_the_numbers_of_ports_change() -> None:
    assert midi_in.plain_name("Keystation 49:Keystation 49 MIDI 1 24:0") == "Keystation 49:Keystation 49 MIDI 1"
    assert midi_in.plain_name("Test keyboard:out") == "Test keyboard:out"
