"""Where things lie: what is shipped (resources, models) and what is the user's (settings, autosaves, reports).

``STUDIO_HOME`` puts everything of the user's below one folder: tests and portable installations use it.
Where a folder of the user's cannot be made it is missing.
"""

import os
from contextlib import suppress
from pathlib import Path

import platformdirs

_ROOT = Path(__file__).resolve().parent.parent


def resources() -> Path:
    """The folder of icons, theme and demo songs."""
    return _ROOT / "resources"


def models() -> Path:
    """The folder of shipped models; ``models()/<id>`` holds ``card.json`` and ``weights.safetensors``."""
    return _ROOT / "models"


def training_data() -> Path:
    """The folder of training and benchmark data: ``STUDIO_DATA``, else ``shared/data`` beside the checkout."""
    return Path(os.environ.get("STUDIO_DATA") or _ROOT.parent / "shared" / "data")


def checkpoints() -> Path:
    """The folder in which training keeps its checkpoints, outside version control."""
    return _ROOT / "checkpoints"


def user_config() -> Path:
    """The user's settings folder, made when missing."""
    return _user("config", platformdirs.user_config_path)


def user_state() -> Path:
    """The user's autosaves, crash reports and logs, made when missing."""
    return _user("state", platformdirs.user_state_path)


def user_instruments() -> Path:
    """The user's own instruments, a folder each with ``card.json`` and ``weights.safetensors``; made when missing."""
    return _made(_user("data", platformdirs.user_data_path) / "instruments")


def _user(kind: str, default) -> Path:  # type: ignore[no-untyped-def]
    home = os.environ.get("STUDIO_HOME")
    path: Path = Path(home) / kind if home else default("partita", appauthor=False)
    return _made(path)


def _made(folder: Path) -> Path:
    with suppress(OSError):  # a full disk, or one that may only be read: who reads finds nothing there, who writes is told
        folder.mkdir(parents=True, exist_ok=True)
    return folder
