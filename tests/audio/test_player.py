"""The player, without its process: what it does when PortAudio gives it nothing."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from studio.audio import player
from studio.audio.latency import AUTOMATIC, MOST_LATE
from studio.audio.player import Player
from studio.audio.ring import CALLED_NS, PLAYING, READ, Ring
from tests.audio.test_desk import Told

RATE = 48_000


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring(rate=RATE)
    ring.write(np.full((RATE, 2), 0.5, np.float32))
    ring.numbers[PLAYING] = 1
    yield ring
    ring.close()


def test_without_portaudio_the_clock_plays(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "sounddevice", None)
    monkeypatch.setattr(player, "_NO_PORTAUDIO", "no library", raising=False)
    told = Told()
    it = Player(ring, told, "", 0.1, {})
    it._open()
    it._open()
    assert [m["event"] for m in told.said] == ["silent"]  # said once
    began = time.perf_counter()
    while ring.numbers[READ] < 9600:
        it._play_silently()
        time.sleep(0.005)
    assert time.perf_counter() - began > 0.15
    it._obey({"do": "devices"})
    assert told.said[-1] == {"event": "devices", "devices": []}


def test_the_callback_fills_stereo_and_mono(ring: Ring) -> None:
    it = Player(ring, Told(), "", 0.1, {})
    when = SimpleNamespace(outputBufferDacTime=1.05, currentTime=1.0)
    out = np.zeros((512, 2), np.float32)
    it._stereo(out, 512, when, None)
    assert (out[256:] == 0.5).all()
    assert ring.numbers[CALLED_NS] > 0
    assert ring.heard() < 0  # not yet: in 50 ms
    single = np.zeros((512, 1), np.float32)
    it._mono(single, 512, when, None)
    assert (single == 0.5).all()


class Card:
    """In the place of sounddevice: its stream is there, and asks for nothing by itself."""

    PortAudioError = RuntimeError

    def __init__(self) -> None:
        self.opened: list[float | str] = []

    def query_devices(self, device: object = None, kind: str = "") -> dict[str, object]:
        return {"name": "Card", "max_output_channels": 2, "hostapi": 0}

    def query_hostapis(self, place: int) -> dict[str, str]:
        return {"name": "ALSA"}

    def OutputStream(self, *, latency: float | str, samplerate: int, **_: object) -> SimpleNamespace:
        self.opened.append(latency)
        nothing = lambda **_: None  # noqa: E731
        seconds = latency if isinstance(latency, float) else 0.01
        return SimpleNamespace(latency=seconds, samplerate=samplerate, active=True, start=nothing, close=nothing)

    def _initialize(self) -> None:
        pass

    _terminate = _initialize


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    card = Card()
    monkeypatch.setattr(player, "sounddevice", card)
    monkeypatch.setattr(player, "_REALTIME", True)
    return card


def test_a_device_that_was_late_is_opened_with_more_latency_once_nothing_plays(ring: Ring, card: Card) -> None:
    told = Told()
    it = Player(ring, told, "", AUTOMATIC, {})
    it._open()
    it._late.count = 1
    it._follow_lateness()
    assert card.opened == [0.03]  # the music is not stopped for one
    ring.numbers[PLAYING] = 0
    it._follow_lateness()
    it._follow_lateness()
    assert card.opened == [0.03, 0.05]
    ring.numbers[PLAYING] = 1
    it._late.count = MOST_LATE
    it._follow_lateness()  # at once where it crackles again and again
    it._late.count = MOST_LATE
    it._follow_lateness()
    assert card.opened == [0.03, 0.05, 0.1]  # and no further
    late = [m for m in told.said if m["event"] == "late"]
    assert late == [{"event": "late", "name": "Card", "latency": latency} for latency in (0.05, 0.1)]


def test_a_latency_that_was_chosen_stays(ring: Ring, card: Card) -> None:
    it = Player(ring, Told(), "", 0.0, {"Card": 0.1})
    it._open()
    ring.numbers[PLAYING] = 0
    it._late.count = 9
    it._follow_lateness()
    assert card.opened == ["low"]
    it._obey({"do": "device", "device": "", "latency": AUTOMATIC, "known": {"Card": 0.1}})
    assert card.opened == ["low", 0.1]
    it._obey({"do": "device", "device": "", "latency": AUTOMATIC, "known": {}})
    assert card.opened == ["low", 0.1, 0.03]
