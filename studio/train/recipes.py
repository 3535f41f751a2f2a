"""Recipes: a TOML file names a trainer and its settings; running one is the same from the command line and from code.

A trainer is a module with ``train(recipe, folder, resume, progress)`` that trains into ``folder`` and exports the model.
"""

import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from studio.errors import StudioError
from studio.paths import checkpoints

Progress = Callable[[float, str], None]
FOLDER = Path(__file__).parent / "recipes"
TRAINERS = {
    "writer": "studio.train.symbolic_run",
    "writer-cache": "studio.train.note_cache",
    "writer-manners": "studio.train.manners",
    "clips": "studio.train.clips_run",
    "arranger": "studio.train.arranger_run",
    "instruments": "studio.train.instruments",
    "instruments-laws": "studio.train.instruments_laws",
    "timbre-encoder": "studio.train.instruments_encoder",
    "hits": "studio.train.hits",
    "performer": "studio.train.performer",
    "frames": "studio.train.frames_run",
}
"""Trainers by the name a recipe gives them."""


def names() -> list[str]:
    """The recipes there are."""
    return sorted(p.stem for p in FOLDER.glob("*.toml"))


def read(name: str) -> dict[str, Any]:
    """A recipe by its name, or from a file of one's own.

    Raises:
        StudioError: there is none of that name, or it cannot be read.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    try:
        recipe = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise StudioError(f"There is no recipe '{name}'.", f"Choose one of: {', '.join(names())}.") from error
    except (OSError, ValueError) as error:
        raise StudioError(f"The recipe {path.name} cannot be read: {error}.", "Correct the file.") from error
    if recipe.get("trainer") not in TRAINERS:
        raise StudioError(f"The recipe {path.name} names no known trainer.", f"Write trainer = one of {', '.join(TRAINERS)}.")
    return {"name": path.stem, **recipe}


def run(recipe_name: str, resume: bool = False, progress: Progress = lambda fraction, message: None) -> None:
    """Train a recipe and export its model to the folder it names. ``progress`` may raise to stop; ``resume`` goes on."""
    recipe = read(recipe_name)
    trainer = import_module(TRAINERS[recipe["trainer"]])
    trainer.train(recipe, checkpoints() / recipe["name"], resume, progress)
