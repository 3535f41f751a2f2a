"""The commands, one function each: arguments, their meaning, and the service that does the work."""

from pathlib import Path
from typing import Annotated

import typer

from studio import __version__
from studio.cli import options
from studio.cli.limits import Kept, limited
from studio.cli.program import app, key_of

Json = options.Json
Device = options.Device


def _version(asked: bool) -> None:
    if asked:
        print(f"Partita {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command(
    epilog="""[bold]Examples[/bold]\n
Sixteen bars of pop and their sound: studio compose --out a.mid --wav a.wav --style pop\n
Four ways to go on from a song, in its key: studio compose --continue song.mid --key "D minor" --takes 4 --out next.mid\n
The same notes again, to the byte: studio compose --out a.mid --seed 7, or studio compose --from-provenance a.mid --out b.mid\n
Mostly pop, a little folk: studio compose --out a.mid --style "pop:0.7 folk:0.3"\n
Three minutes with a shape: studio compose --out a.mid --form "intro4 A8 A8 B8 A'8 C8 B8 A8 outro4"\n
From calm to driving, dense from bar 9 on: studio compose --out a.mid --energy "0.1 0.9" --density "1:0.3 8:0.3 9:0.8"\n
Calm and bright over chords: studio compose --out a.mid --style folk --energy 0.1 --brightness 0.9 --chords "C Am F G" """
)
@limited
def compose(
    out: options.Out,
    wav: options.Wav = None,
    style: options.Style = "",
    bars: options.Bars = 16,
    form: options.Form = "",
    key: options.KeyLock = "",
    continue_: options.Continue = None,
    takes: options.Takes = 1,
    temperature: options.Temperature = 1,
    top_p: options.TopP = 0.95,
    seed: options.Seed = None,
    tempo: options.Tempo = None,
    density: options.Density = None,
    register: options.Register = None,
    energy: options.Energy = None,
    brightness: options.Brightness = None,
    repetition: options.Repetition = None,
    kept: Kept = Kept(),
    from_provenance: options.FromProvenance = "",
    take: options.WhichTake = 1,
    even_if_changed: options.EvenIfChanged = False,
    model: options.Model = "",
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Let the network write music: a new piece, or the next bars of a song."""
    from studio.app.generating import Order
    from studio.cli.music import Files, compose_files, reproduce_file

    files = Files(continue_, out, wav)
    if from_provenance:
        reproduce_file(from_provenance, take, even_if_changed, device, files, json)
        return
    verb, seed = "continue" if continue_ else "new", -1 if seed is None else seed
    courses = {"density": density, "register": register, "energy": energy, "brightness": brightness, "repetition": repetition}
    order = Order(
        verb, style, bars, key_of(key), temperature, top_p, seed, takes, limits=kept.limits, chords=kept.chords, form=form
    )
    compose_files(order, tempo, model, device, files, json, courses)


@app.command(
    epilog="""[bold]Examples[/bold]\n
studio render song.mid song.wav\n
One file a track, without room and limiter: studio render song.studio song.wav --stems stems --dry"""
)
def render(
    song: Annotated[Path, typer.Argument(help="A song: .mid or .studio.", show_default=False)],
    audio: Annotated[Path, typer.Argument(help="The audio file to write: .wav or .flac.", show_default=False)],
    rate: Annotated[int, typer.Option(help="Frames a second: 44100 or 48000.")] = 48_000,
    dry: Annotated[bool, typer.Option("--dry", help="No room, no limiter, no effects.")] = False,
    stems: Annotated[Path | None, typer.Option(help="Also write one audio file a track into this folder.")] = None,
    instrument: Annotated[list[str] | None, typer.Option(help="TRACK=NAME: an instrument of your own plays the track.")] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Play a song through the neural instruments into an audio file."""
    from studio.cli.music import render_file

    render_file(song, audio, rate, dry, stems, device, json, tuple(instrument or ()))


@app.command(epilog="[bold]Example[/bold]: studio inspect songs/*.mid --json > songs.json")
def inspect(
    files: Annotated[list[Path], typer.Argument(help="MIDI files.", show_default=False)],
    json: Json = False,
) -> None:
    """Tell what is in MIDI files, a row a file, and what could not be understood; a bad file does not stop the rest."""
    from studio.cli.files import inspect_files

    raise typer.Exit(inspect_files(files, json))


@app.command(epilog="[bold]Example[/bold]: studio evaluate held-out/*.mid --json")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="MIDI files, best ones that the network has not seen.", show_default=False)],
    model: Annotated[str, typer.Option(help="Which generator; the first one by default.")] = "",
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Measure how well the network foresees songs: negative log-likelihood a note in nats (lower is better), a row a file."""
    from studio.cli.files import evaluate_files

    raise typer.Exit(evaluate_files(files, model, device, json))


@app.command()
def models(json: Json = False) -> None:
    """List the models that are installed: what they do, what they learned from, how well they do it."""
    from studio.cli.machine import list_models

    list_models(json)


@app.command()
def devices(json: Json = False) -> None:
    """List what can compute here (CPU, GPU) and what can sound."""
    from studio.cli.machine import list_devices

    list_devices(json)


@app.command(epilog="[bold]Example[/bold]: studio train writer --resume\n\nThe data's folder: STUDIO_DATA, else ../shared/data.")
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, or the path of a .toml file. Empty lists them.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train a model by a recipe; it ends as a folder with weights and a card."""
    from studio.cli.machine import train_recipe

    train_recipe(recipe, resume)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="[bold]Example[/bold]: studio bench startup",
)
def bench(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Which measurement. Empty lists them.")] = "",
) -> None:
    """Measure: every figure that Partita claims comes from one of these. What follows the name goes to the measurement."""
    from studio.cli.machine import run_named_bench

    raise typer.Exit(run_named_bench(name, ctx.args))
