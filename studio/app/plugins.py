"""The user's own VST3 plug-ins: where they lie, and what they are. They are looked at in a process of its own, with patience."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from studio.app.jobs import Job
from studio.audio.effects import Load, Plugin
from studio.errors import StudioError
from studio.music.effects import PLUGIN, Effect

PATIENCE_SECONDS = 20.0
_MODULE = "studio.audio.plugin_probe"
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PluginInfo:
    """A plug-in: its file, what it calls itself, its parameters as (name, title, value 0..1), all that it keeps (base64)."""

    path: str
    title: str
    parameters: tuple[tuple[str, str, float], ...]
    state: str = ""

    def effect(self) -> Effect:
        """The plug-in as an effect, as it is."""
        return Effect(PLUGIN, plugin=self.path, title=self.title, state=self.state)


def on_main(job: Job) -> Load:
    """Makes plug-ins for a job: they want to be made on the main thread."""
    return lambda effect: job.on_main(lambda: Plugin(effect))


def folders() -> tuple[Path, ...]:
    """Where VST3 plug-ins lie on this system, and where ``VST3_PATH`` says (Steinberg's locations for plug-ins)."""
    told = [Path(p) for p in os.environ.get("VST3_PATH", "").split(os.pathsep) if p]
    if sys.platform == "win32":
        return *told, Path(os.environ.get("COMMONPROGRAMFILES", r"C:\Program Files\Common Files")) / "VST3"
    if sys.platform == "darwin":
        return *told, Path.home() / "Library/Audio/Plug-Ins/VST3", Path("/Library/Audio/Plug-Ins/VST3")
    return *told, Path.home() / ".vst3", Path("/usr/lib/vst3"), Path("/usr/local/lib/vst3")


def found_plugins() -> list[Path]:
    """The plug-ins in these folders, by name; nothing of them is loaded."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.rglob("*.vst3")) if folder.is_dir() else []:
            if not any(parent.suffix == ".vst3" for parent in path.parents):  # the library inside a bundle has that ending too
                found.setdefault(path.stem, path)
    return [found[name] for name in sorted(found, key=str.casefold)]


def look_at(path: Path) -> PluginInfo:
    """What a plug-in is.

    Raises:
        StudioError: it is not there, cannot be loaded, is no effect, or does not answer in time.
    """
    return _asked(path, (), "", PATIENCE_SECONDS)


def edited(effect: Effect) -> PluginInfo:
    """Show a plug-in's own window, wait until it is closed, and return how it was left. Errors as :func:`look_at`."""
    return _asked(Path(effect.plugin), ("--edit",), effect.state, None)


def _asked(path: Path, how: tuple[str, ...], state: str, patience: float | None) -> PluginInfo:
    hint = "Choose another one, or install it again."
    if not path.exists():
        raise StudioError(f"The plug-in '{path}' is not there.", hint)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))}
    command = [sys.executable, "-m", _MODULE, str(path), *how]
    try:
        done = subprocess.run(
            command, input=state, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, text=True, timeout=patience, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StudioError(f"The plug-in '{path.stem}' does not answer.", hint) from None
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise StudioError(f"The plug-in '{path.stem}' broke down while it was loaded.", hint) from None
    if "error" in said:
        raise StudioError(f"The plug-in '{path.stem}' cannot be used: {said['error']}", hint)
    parameters = tuple((str(n), str(title), float(value)) for n, title, value in said["parameters"])
    return PluginInfo(str(path), said["title"], parameters, said["state"])
