"""The user's settings: one frozen dataclass, one JSON file, written whole."""

import json
import logging
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from studio.audio.latency import AUTOMATIC
from studio.paths import user_config

log = logging.getLogger(__name__)
RECENT_LIMIT = 12
_OLD_LATENCY = 0.1  # what every file had before AUTOMATIC was there, chosen or not


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered from one start to the next.

    ``audio_device`` is a device's name, empty for the system's default; ``midi_input`` a keyboard's, empty for every one;
    ``latency`` seconds, 0 for the lowest, -1 for what proves itself: ``latencies`` are names of devices that needed more and their
    seconds, parted by tabs; ``model_device`` auto, cpu, cuda or mps; ``sample_rate`` frames a second of playback;
    ``count_in`` bars before recording, which ``record_replaces`` what is there or adds to it; ``theme`` dark or light;
    ``language`` a code, empty for the system's; ``shortcuts`` the changed ones, an action's id and its keys parted by tabs.
    """

    audio_device: str = ""
    midi_input: str = ""
    latency: float = AUTOMATIC
    latencies: tuple[str, ...] = ()
    sample_rate: int = 48_000
    model_device: str = "auto"
    listen_while_writing: bool = True
    audition_notes: bool = True
    follow_playhead: bool = True
    follow_centered: bool = False
    metronome: bool = False
    count_in: int = 1
    record_replaces: bool = False
    match_tracks: bool = True
    theme: str = "dark"
    language: str = ""
    shortcuts: tuple[str, ...] = ()
    first_start: bool = True
    recent: tuple[str, ...] = ()

    @property
    def known_latencies(self) -> dict[str, float]:
        """Seconds by the names of devices that needed more latency."""
        parted = (line.rpartition("\t") for line in self.latencies)
        return {name: float(seconds) for name, _, seconds in parted if _is_number(seconds)}

    def with_latency(self, device: str, seconds: float) -> "Settings":
        """These settings with what ``device`` needs."""
        known = {**self.known_latencies, device: seconds}
        return replace(self, latencies=tuple(f"{name}\t{needed:g}" for name, needed in known.items()))

    def with_recent(self, path: Path) -> "Settings":
        """These settings with ``path`` at the head of the recent files."""
        name = str(path.resolve())
        kept = tuple(r for r in self.recent if r != name)
        return Settings(**{**asdict(self), "recent": (name, *kept)[:RECENT_LIMIT]})


def load_settings(path: Path | None = None) -> Settings:
    """The stored settings; anything missing or of the wrong type is the default."""
    file = path or user_config() / "settings.json"
    try:
        stored = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        log.warning("settings not read, the defaults hold: %s", error)
        return Settings()
    return _from_json(stored if isinstance(stored, dict) else {})


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write ``settings``; the old file stays whole until the new one is."""
    file = path or user_config() / "settings.json"
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(settings), indent=1) + "\n", "utf-8")
    fresh.replace(file)


def _from_json(stored: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {}
    for field in fields(Settings):
        value, default = stored.get(field.name), field.default
        if isinstance(default, tuple) and isinstance(value, list):
            values[field.name] = tuple(str(v) for v in value)
        elif isinstance(default, float) and isinstance(value, int | float) and not isinstance(value, bool):
            values[field.name] = float(value)
        elif type(value) is type(default):
            values[field.name] = value
    if "latencies" not in stored and values.get("latency") == _OLD_LATENCY:
        values["latency"] = AUTOMATIC  # which finds 0.1 s by itself where that is needed
    return Settings(**values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
