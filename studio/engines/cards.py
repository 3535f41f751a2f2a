"""Model cards: one folder is one model, ``card.json`` beside ``weights.safetensors``. Data only, checked before use."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from studio.errors import StudioError
from studio.paths import models

CARD = "card.json"
WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class Card:
    """What a model is. ``folder`` is where it lies and is not written to the file.

    ``hyper`` are the network's hyper-parameters, ``recipe`` the recipe that trained it, ``data`` one entry a data set
    (name, licence, credit, kind), ``training`` seed and budget, ``figures`` what was measured and by which command.
    """

    id: str
    engine: str
    title: str
    sha256: str = ""
    summary: str = ""
    hyper: dict[str, Any] = field(default_factory=dict)
    recipe: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    folder: Path = field(default=Path(), compare=False)

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return self.folder / WEIGHTS


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_card(folder: Path) -> Card:
    """The card in ``folder``.

    Raises:
        StudioError: there is none, or it cannot be understood.
    """
    try:
        values = json.loads((folder / CARD).read_text("utf-8"))
        known = {k: v for k, v in values.items() if k in Card.__dataclass_fields__ and k != "folder"}
        return Card(**known, folder=folder)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StudioError(f"The model in {folder.name} has no readable card.", "Install the model again.") from error


def write_card(card: Card) -> None:
    """Write ``card`` into its folder, with the hash of the weights that lie there."""
    values = {k: v for k, v in asdict(card).items() if k != "folder"}
    values["sha256"] = sha256_of(card.weights)
    (card.folder / CARD).write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")


def check_weights(card: Card) -> bytes:
    """The bytes of the weights, once their hash was found to be the card's.

    Raises:
        StudioError: they are missing, or not the ones the card describes.
    """
    try:
        content = card.weights.read_bytes()
    except OSError as error:
        raise StudioError(f"The weights of '{card.title}' are missing.", "Install the model again.") from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise StudioError(f"The weights of '{card.title}' are damaged or were exchanged.", "Install the model again.")
    return content


def find_cards(root: Path | None = None) -> list[Card]:
    """All cards below ``root`` (the shipped models by default), by id. Folders without a readable card are passed over."""
    cards = []
    for path in sorted((root or models()).glob(f"*/{CARD}")):
        try:
            cards.append(read_card(path.parent))
        except StudioError:
            continue
    return cards
