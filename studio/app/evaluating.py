"""How well a writer foresees songs: nats a note for any files, a row a file; a bad file does not stop the rest."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from studio.app.songs import read_song
from studio.engines.api import Context
from studio.engines.lstm_writer_costs import Costs
from studio.errors import StudioError
from studio.music.document import Document

_PARTS = ("shift", "track", "pitch", "duration", "velocity")


@runtime_checkable
class Evaluator(Protocol):
    """A generator that can say what a song costs it."""

    def costs(self, document: Document, ctx: Context, style: str | None = None) -> Costs:
        """Nats of a document; ``style`` None finds the style (and pays for it)."""


class _Share:
    """The part of a progress that one of many files is."""

    def __init__(self, ctx: Context, done: int, files: int, name: str) -> None:
        self._ctx, self._done, self._files, self._name = ctx, done, files, name

    def progress(self, fraction: float, message: str = "") -> None:
        self._ctx.progress((self._done + fraction) / self._files, self._name)

    def notice(self, message: str) -> None:
        self._ctx.notice(message)


def evaluate(files: Sequence[Path], generator: object, ctx: Context, style: str | None = None) -> Iterator[dict[str, Any]]:
    """A row a file: file, notes, nll (nats a note, everything counted), total, parts (nats a note by choice), style.

    A file that cannot be evaluated is a row of file and error.

    Raises:
        StudioError: the generator cannot evaluate.
    """
    if not isinstance(generator, Evaluator):
        raise StudioError("This model cannot evaluate songs.", "Choose another model.")
    for k, file in enumerate(files):
        try:
            costs = generator.costs(read_song(file).document, _Share(ctx, k, len(files), file.name), style)
        except StudioError as error:
            yield {"file": str(file), "error": error.message}
            continue
        parts = dict(zip(_PARTS, costs.nats.mean(axis=0).tolist(), strict=True))
        yield {
            "file": str(file),
            "notes": costs.notes,
            "nll": costs.a_note,
            "total": costs.a_note * costs.notes,
            "parts": {**parts, "whole piece": costs.whole / costs.notes},
            "style": costs.style or "any",
        }
