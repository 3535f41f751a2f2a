"""MIDI keyboards: every one that is plugged in is heard, and plugging in and out is noticed while the studio runs.

Ports are looked through once a second on a thread of its own; each has a callback that hands on what it says with the time at
which it came. Linux: ALSA's sequencer, or JACK where there is none and a JACK server runs.
"""

import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Protocol

from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND

log = logging.getLogger(__name__)

CLIENT = "Partita"
_LOOK_SECONDS = 1.0
_NOT_KEYBOARDS = (CLIENT, "Midi Through")


class Hands(Protocol):
    """What a keyboard's messages become."""

    def note_on(self, pitch: int, velocity: int, at_ns: int = 0) -> None: ...
    def note_off(self, pitch: int, at_ns: int = 0) -> None: ...
    def control(self, number: int, value: int, at_ns: int = 0) -> None: ...
    def all_up(self) -> None: ...


def apply(message: list[int], hands: Hands, at_ns: int) -> None:
    """Do what one MIDI message says; channels are all alike, and what is no key or controller is passed over."""
    kind, data = message[0] & 0xF0, [b & 0x7F for b in message[1:]]
    if kind == 0x90 and len(data) == 2 and data[1]:
        hands.note_on(data[0], data[1], at_ns)
    elif kind in (0x80, 0x90) and len(data) == 2:
        hands.note_off(data[0], at_ns)
    elif kind == 0xB0 and len(data) == 2:
        if data[0] < 120:
            hands.control(data[0], data[1], at_ns)
        elif data[0] in (120, 123):
            hands.all_up()
    elif kind == 0xE0 and len(data) == 2:
        hands.control(PITCH_BEND, (data[1] << 7 | data[0]) - 8192, at_ns)
    elif kind == 0xD0 and len(data) == 1:
        hands.control(CHANNEL_PRESSURE, data[0], at_ns)


def usable_api() -> int | None:
    """The system's MIDI, None where there is none to ask; asking an absent one writes to the terminal."""
    import rtmidi

    if not sys.platform.startswith("linux"):
        return int(rtmidi.API_UNSPECIFIED)
    if Path("/dev/snd/seq").exists():
        return int(rtmidi.API_LINUX_ALSA)
    if any(Path("/dev/shm").glob(f"jack_*_{os.getuid()}_*")):
        return int(rtmidi.API_UNIX_JACK)
    return None


def plain_name(port: str) -> str:
    """A keyboard's name as it stays: ALSA adds numbers that change with every plugging in."""
    return re.sub(r" \d+:\d+$", "", port)


class MidiInput:
    """Opens every keyboard, or the one that :meth:`choose` names. ``told`` gets the names that came and went, on the looking thread."""

    def __init__(self, hands: Hands, told: Callable[[list[str], list[str]], None] = lambda came, went: None) -> None:
        self._hands, self._told = hands, told
        self._open: dict[str, Any] = {}
        self._there: tuple[str, ...] = ()
        self._wanted = ""
        self._probe: Any = None
        self._failed = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The keyboards that are heard now."""
        return tuple(self._open)

    @property
    def there(self) -> tuple[str, ...]:
        """The plain names of all keyboards that are plugged in, heard or not."""
        return tuple(dict.fromkeys(map(plain_name, self._there)))

    def choose(self, name: str) -> None:
        """Hear only the keyboard of that plain name, every one where it is empty; from the next look on."""
        self._wanted = name

    def start(self) -> None:
        """Begin to look for keyboards."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="midi-in", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Close every keyboard."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception:
                log.log(logging.DEBUG if self._failed else logging.ERROR, "MIDI keyboards could not be looked for", exc_info=True)
                self._failed = True  # said once
                self._forget()
            if self._stop.wait(_LOOK_SECONDS):
                break
        self._forget()

    def _look(self) -> None:
        import rtmidi

        api = usable_api()
        if api is None:
            if self._open or self._probe is not None:
                self._forget()
            return
        if self._probe is None:
            self._probe = rtmidi.MidiIn(api, CLIENT)
        self._there = tuple(name for name in self._probe.get_ports() if not name.startswith(_NOT_KEYBOARDS))
        there = [name for name in self._there if self._wanted in ("", plain_name(name))]
        went = [name for name in self._open if name not in there]
        came = [name for name in dict.fromkeys(there) if name not in self._open]
        for name in went:
            _close(self._open.pop(name))
        for name in came:
            port = rtmidi.MidiIn(api, CLIENT)
            port.set_callback(self._heard)
            port.open_port(self._probe.get_ports().index(name), "keys")
            self._open[name] = port
        if went:
            self._hands.all_up()
        if came or went:
            self._told(came, went)

    def _heard(self, event: tuple[list[int], float], _: object = None) -> None:
        """On the MIDI system's thread."""
        try:
            apply(event[0], self._hands, perf_counter_ns())
        except Exception:
            log.exception("a MIDI message could not be played")

    def _forget(self) -> None:
        self._there = ()
        went = list(self._open)
        for port in self._open.values():
            _close(port)
        self._open.clear()
        if self._probe is not None:
            _close(self._probe)
            self._probe = None
        if went:
            self._hands.all_up()
            self._told([], went)


def _close(port: Any) -> None:
    with contextlib.suppress(Exception):
        port.cancel_callback()
        port.close_port()
        port.delete()
