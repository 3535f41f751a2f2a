"""A sound card for machines that have none: fixtures around :mod:`studio.app.virtual_card`.

Tests that ask for one are skipped where PulseAudio is not installed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.app.virtual_card import RATE, VirtualCard, missing_programs

__all__ = ["RATE", "SoundCard", "no_sound_card", "own_sound_card", "session_sound_card", "sound_card"]
SoundCard = VirtualCard


def make_sound_card() -> SoundCard:
    """A running sound card; the test is skipped where PulseAudio is not installed."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)} (Debian: pulseaudio pulseaudio-utils libasound2-plugins)")
    card = SoundCard()
    card.start()
    return card


@pytest.fixture(scope="session")
def session_sound_card() -> Iterator[SoundCard]:
    """One card for the whole run: starting one takes three seconds."""
    card = make_sound_card()
    yield card
    card.close()


@pytest.fixture
def sound_card(session_sound_card: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """The virtual card, set as this test's (and its child processes') sound server."""
    for name, value in session_sound_card.environment.items():
        monkeypatch.setenv(name, value)
    return session_sound_card


@pytest.fixture
def own_sound_card(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    """A virtual card of this test alone, which it may take away."""
    card = make_sound_card()
    for name, value in card.environment.items():
        monkeypatch.setenv(name, value)
    yield card
    card.close()


@pytest.fixture
def no_sound_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any sound card."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nothing'}")
