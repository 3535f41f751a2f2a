"""The player, without its process: what it does when PortAudio gives it nothing."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from studio.audio import player
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
    it = Player(ring, told, "", 0.1)
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
    it = Player(ring, Told(), "", 0.1)
    when = SimpleNamespace(outputBufferDacTime=1.05, currentTime=1.0)
    out = np.zeros((512, 2), np.float32)
    it._stereo(out, 512, when, None)
    assert (out[256:] == 0.5).all()
    assert ring.numbers[CALLED_NS] > 0
    assert ring.heard() < 0  # not yet: in 50 ms
    single = np.zeros((512, 1), np.float32)
    it._mono(single, 512, when, None)
    assert (single == 0.5).all()
