"""The options of what no written note may break: told once, for each command that writes notes."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from studio.engines.api import Limits

WHOLE = 3840
PLACES = ("guide", "strong", "all")


def pitch_of(text: str) -> int:
    """The pitch that was typed. Raises BadParameter where it is none."""
    from studio.music.pitch import parse_pitch

    try:
        return parse_pitch(str(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write 60 or C4.") from error


def grid_of(text: str) -> int:
    """Ticks of a grid such as 16 or 8t (triplets), 0 for any. Raises BadParameter where it is none."""
    word = str(text).strip().lower()
    triplets = word.endswith("t")
    parts = int(word.removesuffix("t")) if word.removesuffix("t").isdecimal() else -1
    if parts == 0 and not triplets:
        return 0
    ticks = WHOLE * 2 // (3 * parts) if triplets and parts > 0 else WHOLE // max(1, parts)
    if parts < 1 or ticks * parts * (3 if triplets else 1) != WHOLE * (2 if triplets else 1):
        raise typer.BadParameter(f"'{text}' is no grid; write 4, 8, 16, or 8t for triplets.")
    return ticks


@dataclass(frozen=True)
class Kept:
    """What was asked for, as typed: ``chord_notes`` is "" where it was left out, ``grid`` in ticks, pitches as MIDI has them."""

    chords: Annotated[str, typer.Option(help='A chord a bar, over and over: "C Am7 F,G C" (F and G share a bar).')] = ""
    chord_notes: Annotated[
        str,
        typer.Option(
            help="Where notes that start must belong to the chord, guaranteed: guide (nowhere), strong or all. "
            "Left out: strong where --chords are given; the song's own chords are kept to when asked."
        ),
    ] = ""
    lowest: Annotated[int, typer.Option(parser=pitch_of, metavar="PITCH", help="No pitch below it, guaranteed: C3 or 48.")] = 0
    highest: Annotated[int, typer.Option(parser=pitch_of, metavar="PITCH", help="No pitch above it, guaranteed: C6 or 84.")] = 127
    polyphony: Annotated[int, typer.Option(help="Notes of a part that sound at once at most, guaranteed; 0 for any.", min=0)] = 0
    leap: Annotated[
        int, typer.Option(help="Semitones from a part's onset to its next at most, guaranteed; 0 for any.", min=0)
    ] = 0
    grid: Annotated[
        int,
        typer.Option(parser=grid_of, metavar="NOTE", help="Notes start on this grid only, guaranteed: 4, 8, 16, 8t; 0 for any."),
    ] = 0
    least_notes: Annotated[int, typer.Option(help="Notes that start in every bar at least, guaranteed; 0 for any.", min=0)] = 0
    most_notes: Annotated[int, typer.Option(help="Notes that start in every bar at most, guaranteed; 0 for any.", min=0)] = 0

    @property
    def limits(self) -> "Limits":
        """As the engines have them. Raises BadParameter for another word than :data:`PLACES`."""
        from studio.engines.api import Limits

        where = self.chord_notes or ("strong" if self.chords else "guide")
        if where not in PLACES:
            raise typer.BadParameter(f"'{where}' is none of {', '.join(PLACES)}.", param_hint="--chord-notes")
        where = "" if where == "guide" else where
        notes = self.least_notes, self.most_notes
        return Limits(self.lowest, self.highest, self.polyphony, self.leap, self.grid, where, *notes)


def limited(command: Callable[..., None]) -> Callable[..., None]:
    """``command`` with the options of :class:`Kept` where its parameter ``kept`` stands, which it gets read."""
    own = inspect.signature(command)
    options = [
        inspect.Parameter(f.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=f.default, annotation=f.type)
        for f in fields(Kept)
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        kept = Kept(**{option.name: given.pop(option.name) for option in options})
        command(**given, kept=kept)

    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        parameters += options if parameter.name == "kept" else [parameter]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
    return run
