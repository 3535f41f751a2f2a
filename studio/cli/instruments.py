"""Commands for instruments of one's own: learn, blend, list, forget."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli import changes  # noqa: F401 - its commands stand before these
from studio.cli.console import answer, bar, say, table
from studio.cli.options import Json
from studio.cli.program import app
from studio.engines.cards import Card

if TYPE_CHECKING:
    from studio.engines.neural_instruments import NeuralInstruments

Name = Annotated[str, typer.Option(help="What the new instrument shall be called.")]


def _tell(card: Card, made: str, json: bool) -> None:
    """Say what was made; for programs, with what the card has to say of how it was ``made``."""
    if json:
        answer({"id": card.id, "title": card.title, "folder": str(card.folder), **card.hyper[made]})
    else:
        print(f"{card.title} ({card.id}): {card.summary}")


@app.command(
    "learn-instrument",
    epilog="[bold]Example[/bold]: studio learn-instrument viola.wav --name Viola; studio render song.mid song.wav "
    "--instrument Melody=Viola",
)
def learn_instrument(
    recording: Annotated[
        Path, typer.Argument(help="A sound file of single notes or of a slow melody of one voice, half a minute.")
    ],
    name: Name,
    kind: Annotated[str, typer.Option(help="held (breath, bow), ringing (struck, plucked), or auto.")] = "auto",
    steps: Annotated[int, typer.Option(help="Of the fit; 0: the encoder's word alone.", min=0, max=5000)] = 400,
    json: Json = False,
) -> None:
    """Learn an instrument from a recording: its notes are found and taken apart, and the network learns to play them."""
    from studio.app import instruments
    from studio.errors import StudioError

    kinds = {"auto": None, "held": True, "ringing": False}
    if kind not in kinds:
        raise StudioError(f"There is no kind '{kind}' of instrument.", f"Choose one of: {', '.join(kinds)}.")
    with bar("Listening") as ctx:
        card = instruments.learn_instrument(recording, name, _renderer(), ctx, held=kinds[kind], steps=steps)
    data = card.data[0]
    if json:
        answer({"id": card.id, "title": card.title, "folder": str(card.folder), **data, **card.figures})
        return
    print(f"{card.title} ({card.id}): learned from {data['notes']} notes, keys {', '.join(map(str, data['keys']))}.")
    print(f"Its notes are played {card.figures['fit_db']} dB from the recording's, in the mean over partials and noise.")


@app.command("blend-instruments", epilog='[bold]Example[/bold]: studio blend-instruments Violin Flute --share 0.3 --name "Glass"')
def blend_instruments(
    first: Annotated[str, typer.Argument(help="An instrument's name or id.", show_default=False)],
    second: Annotated[str, typer.Argument(help="Another's.", show_default=False)],
    name: Name,
    share: Annotated[float, typer.Option(help="0 is all the first, 1 all the second.", min=0, max=1)] = 0.5,
    json: Json = False,
) -> None:
    """Make an instrument that lies between two others."""
    from studio.app import instruments

    card = instruments.blend_instruments(first, second, share, name, _renderer())
    _tell(card, "blend", json)


@app.command(
    "draw-hit",
    epilog='[bold]Example[/bold]: studio draw-hit snare --seed 7 --name "Paper snare"; studio draw-hit kick --name Thud',
)
def draw_hit(
    kind: Annotated[str, typer.Argument(help="kick, snare, rim, hat, tom, cymbal or percussion.", show_default=False)],
    name: Name,
    seed: Annotated[int, typer.Option(help="The same seed draws the same drum.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Draw a drum that nobody has struck: an instrument of your own, tuned by the key and with all velocities."""
    from studio.app import instruments

    with bar("Drawing") as ctx:
        card = instruments.draw_hit(kind, seed, name, _renderer(), ctx)
    _tell(card, "drawn", json)


@app.command(
    "vary-kit",
    epilog='[bold]Example[/bold]: studio vary-kit --name Dusty --tune "acoustic snare=-2" --damp "ride=0.5" --use "38=Paper snare" '
    '--blend "bass drum=Floor tom:0.3"',
)
def vary_kit(
    name: Name,
    tune: Annotated[list[str] | None, typer.Option(help="DRUM=SEMITONES.")] = None,
    damp: Annotated[list[str] | None, typer.Option(help="DRUM=SHARE of its ring that is left.")] = None,
    use: Annotated[list[str] | None, typer.Option(help="DRUM=INSTRUMENT in its place, a drawn hit for example.")] = None,
    blend: Annotated[list[str] | None, typer.Option(help="DRUM=OTHER:SHARE, another drum in it: all of it is 1.")] = None,
    json: Json = False,
) -> None:
    """Make a drum kit of your own: tune, damp, exchange and blend drums; render it with --instrument Drums=NAME."""
    from studio.app import kits

    wanted = kits.changes_of(_numbers(tune), _numbers(damp), _pairs(use), _shares(blend))
    card = kits.vary_kit(name, wanted, _renderer())
    if json:
        answer({"id": card.id, "title": card.title, "folder": str(card.folder), "kit": card.hyper["kit"]})
    else:
        print(f"{card.title} ({card.id}): {len(card.hyper['kit'])} drums are changed.")


def _shares(words: list[str] | None) -> dict[str, tuple[str, float]]:
    """OTHER:SHARE by drum; without a share it is a half."""
    from studio.errors import StudioError

    made = {}
    for drum, value in _pairs(words).items():
        other, colon, share = value.rpartition(":")
        try:
            made[drum] = (other.strip(), float(share)) if colon else (value, 0.5)
        except ValueError as error:
            raise StudioError(f"'{share}' is no share.", 'Write it as in --blend "snare=Side stick:0.3".') from error
        if not 0 <= made[drum][1] <= 1:
            raise StudioError(f"{share} is no share.", "It lies between 0 and 1.")
    return made


def _pairs(words: list[str] | None) -> dict[str, str]:
    return {key.strip(): value.strip() for key, _, value in (word.partition("=") for word in words or [])}


def _numbers(words: list[str] | None) -> dict[str, float]:
    from studio.errors import StudioError

    try:
        return {k: float(v) for k, v in _pairs(words).items()}
    except ValueError as error:
        raise StudioError("A drum's change is not a number.", 'Write it as in --tune "snare=-2".') from error


@app.command("instruments")
def list_instruments(json: Json = False) -> None:
    """List the instruments: those that come with the program, and your own."""
    sounds = [s for s, _ in _renderer().rows().values()]
    rows = [{"id": s.id, "title": s.title, "kind": s.kind, "lowest": s.low, "highest": s.high} for s in sounds]
    if json:
        answer(rows)
    else:
        cells = [(s.id, s.title, s.kind, f"{s.low} to {s.high}") for s in sounds]
        table("Instruments", ("id", "title", "kind", "keys"), cells)


@app.command("forget-instrument")
def forget_instrument(instrument: Annotated[str, typer.Argument(help="The id of an instrument of your own.")]) -> None:
    """Remove an instrument of your own."""
    from studio.engines.own_instruments import forget

    forget(instrument)
    say(f"{instrument} is forgotten.")


def _renderer() -> "NeuralInstruments":
    from studio.app.instruments import neural
    from studio.app.shelf import Shelf

    return neural(Shelf("cpu", say).renderer())
