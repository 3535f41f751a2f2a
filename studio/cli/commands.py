"""The commands, one function each: arguments, their meaning, and the service that does the work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio import __version__
from studio.cli.console import guarded

if TYPE_CHECKING:
    from studio.music.pitch import Key

app = typer.Typer(
    name="studio",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="""Partita: neural networks write the music and play it, on your own computer.

Without arguments the window opens; with a song ([bold]studio song.mid[/bold]) it opens there. The commands below do the
same work without a window.""",
    epilog="""[bold]A first round[/bold]: studio compose --out a.mid --wav a.wav --style pop --seed 7  ·  studio inspect a.mid  ·
studio compose --continue a.mid --out b.mid  ·  studio render b.mid b.wav  ·  studio b.mid""",
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout, for programs.")]
Device = Annotated[str, typer.Option(help="Where the network runs: auto, cpu, cuda or mps.")]


def _wish(meaning: str) -> str:
    return f"From 0 to 1: {meaning}; 0.5 is usual, left out it is open."


def run(words: list[str]) -> int:
    """Do what ``words`` (the command line without the program's name) say; returns the exit code."""
    from studio.cli import changes  # noqa: F401 - its commands join the program's

    def work() -> int:
        try:
            app(args=words, prog_name="studio")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        return 0

    return guarded(work, words)


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
The same notes again, to the byte: studio compose --out a.mid --seed 7\n
Calm and bright over chords: studio compose --out a.mid --style folk --energy 0.1 --brightness 0.9 --chords "C Am F G" """
)
def compose(
    out: Annotated[Path, typer.Option(help="The MIDI file to write. With several takes: a.1.mid, a.2.mid, ...")],
    wav: Annotated[Path | None, typer.Option(help="Also play it into this audio file (.wav or .flac).")] = None,
    style: Annotated[str, typer.Option(help="One of the model's styles; empty lets it choose. 'studio models' lists them.")] = "",
    bars: Annotated[int, typer.Option(help="How many bars to write.", min=1, max=1000)] = 16,
    key: Annotated[str, typer.Option(help='Write in this key only, guaranteed: "D minor", Bb, "F# dorian".')] = "",
    continue_: Annotated[
        Path | None, typer.Option("--continue", help="Go on from this song (.mid or .studio) in its key, tempo and metre.")
    ] = None,
    takes: Annotated[int, typer.Option(help="How many alternatives to write at once.", min=1, max=16)] = 1,
    temperature: Annotated[float, typer.Option(help="Lower is safer, higher bolder; 1 is the model's own.", min=0.05, max=5)] = 1,
    top_p: Annotated[float, typer.Option(help="Choose among the likeliest notes with this share.", min=0.01, max=1)] = 0.95,
    seed: Annotated[int | None, typer.Option(help="The same seed writes the same notes; by default it is drawn.", min=0)] = None,
    tempo: Annotated[float | None, typer.Option(help="Beats a minute of a new piece.", min=20, max=400)] = None,
    density: Annotated[float | None, typer.Option(help=_wish("sparse to dense, among the style's songs"), min=0, max=1)] = None,
    register: Annotated[float | None, typer.Option(help=_wish("low to high"), min=0, max=1)] = None,
    energy: Annotated[float | None, typer.Option(help=_wish("calm to driving"), min=0, max=1)] = None,
    brightness: Annotated[float | None, typer.Option(help=_wish("dark to bright"), min=0, max=1)] = None,
    repetition: Annotated[float | None, typer.Option(help=_wish("ever new to repeating itself"), min=0, max=1)] = None,
    chords: Annotated[str, typer.Option(help='A chord a bar, over and over: "C Am7 F,G C" (F and G share a bar).')] = "",
    chord_notes: Annotated[
        str, typer.Option(help="Where notes that start must belong to the chord, guaranteed: guide (nowhere), strong or all.")
    ] = "strong",
    lowest: Annotated[int, typer.Option(help="No pitch below this one, guaranteed; 60 is middle C.", min=0, max=127)] = 0,
    highest: Annotated[int, typer.Option(help="No pitch above this one, guaranteed.", min=0, max=127)] = 127,
    polyphony: Annotated[int, typer.Option(help="Notes of a part that sound at once at most, guaranteed; 0 for any.", min=0)] = 0,
    leap: Annotated[
        int, typer.Option(help="Semitones from a part's onset to its next at most, guaranteed; 0 for any.", min=0)
    ] = 0,
    grid: Annotated[
        int, typer.Option(help="Notes start on this grid only, guaranteed: 4, 8, 16 ... to a whole note.", min=0)
    ] = 0,
    model: Annotated[str, typer.Option(help="Which generator; the first one by default.")] = "",
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Let the network write music: a new piece, or the next bars of a song."""
    from studio.app.generating import Order
    from studio.cli.music import Files, compose_files
    from studio.engines.api import Limits, Wishes
    from studio.music.time import TICKS_PER_QUARTER

    verb = "continue" if continue_ else "new"
    wishes = Wishes(density, register, energy, brightness, repetition)
    kept = chord_notes if chords and chord_notes != "guide" else ""
    limits = Limits(lowest, highest, polyphony, leap, 4 * TICKS_PER_QUARTER // grid if grid else 0, kept)
    seed = -1 if seed is None else seed
    order = Order(verb, style, bars, _key(key), temperature, top_p, seed, takes, wishes, limits, chords)
    compose_files(order, tempo, model, device, Files(continue_, out, wav), json)


def _key(text: str) -> "Key | None":
    from studio.music.pitch import SCALES, Key

    try:
        return Key.parse(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write a tonic and one of {', '.join(SCALES)}.", param_hint="--key") from error


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
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Play a song through the neural instruments into an audio file."""
    from studio.cli.music import render_file

    render_file(song, audio, rate, dry, stems, device, json)


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
