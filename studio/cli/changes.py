"""Commands that change bars that are there: fill, accompany, harmonise, vary, blend, groove, drums. A song in, a song out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli import commands  # noqa: F401 - its commands stand before these
from studio.cli.limits import Kept, limited
from studio.cli.options import Device, Json
from studio.cli.program import app, key_of

if TYPE_CHECKING:
    from studio.cli.changing import Asked

Song = Annotated[Path, typer.Argument(help="A song: .mid or .studio.", show_default=False)]
Out = Annotated[Path, typer.Option(help="The MIDI file to write. With several takes: a.1.mid, a.2.mid, ...")]
Bars = Annotated[str, typer.Option(help="Which bars, counted from 1: 5-8, or 5 for one. All of them where left out.")]
Tracks = Annotated[str, typer.Option(help="Names or numbers (from 1) of tracks, with commas between them.")]
Track = Annotated[str, typer.Option(help="Name or number (from 1) of the track.")]
KeyName = Annotated[str, typer.Option("--key", help='Keep to this key, guaranteed: "D minor", Bb, "F# dorian".')]
Takes = Annotated[int, typer.Option(help="How many alternatives.", min=1, max=16)]
Seed = Annotated[int | None, typer.Option(help="The same seed writes the same notes; by default it is drawn.", min=0)]
Style = Annotated[str, typer.Option(help="One of the arranger's styles; empty leaves it open.")]
Temperature = Annotated[float, typer.Option(help="Lower is safer, higher bolder; 1 is the model's own.", min=0.05, max=5)]
Density = Annotated[float, typer.Option(help="Notes a beat to aim for; 0 leaves it open.", min=0, max=16)]
Amount = Annotated[float, typer.Option(help="How far away: 0 the same, 1 anything.", min=0, max=1)]


@app.command(epilog="[bold]Example[/bold]: studio fill song.mid --tracks Piano --bars 9-12 --out filled.mid --takes 4")
@limited
def fill(
    song: Song,
    out: Out,
    tracks: Tracks,
    bars: Bars = "",
    key: KeyName = "",
    style: Style = "",
    density: Density = 0,
    temperature: Temperature = 1,
    takes: Takes = 1,
    seed: Seed = None,
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Write bars of tracks anew, so that they fit what stands before, after and beside them."""
    asked = _change("fill", kept, key=key, style=style, density=density, temperature=temperature, takes=takes, seed=seed)
    _go(asked, song, out, bars, tracks, device, json)


@app.command(epilog='[bold]Example[/bold]: studio accompany melody.mid --with "Bass, Chords, Drums" --out band.mid')
@limited
def accompany(
    song: Song,
    out: Out,
    parts: Annotated[str, typer.Option("--with", help="The parts to add: Drums, Bass, Chords, Piano, Guitar, Strings, ...")],
    bars: Bars = "",
    key: KeyName = "",
    style: Style = "",
    density: Density = 0,
    temperature: Temperature = 1,
    takes: Takes = 1,
    seed: Seed = None,
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Add parts to a song, each hearing those before it."""
    asked = _change(
        "accompany", kept, key=key, style=style, density=density, temperature=temperature, takes=takes, seed=seed, parts=parts
    )
    _go(asked, song, out, bars, "", device, json)


@app.command(epilog="[bold]Example[/bold]: studio harmonise tune.mid --style chorale --out four-parts.mid")
@limited
def harmonise(
    song: Song,
    out: Out,
    bars: Bars = "",
    key: KeyName = "",
    style: Style = "chorale",
    temperature: Temperature = 0.8,
    takes: Takes = 1,
    seed: Seed = None,
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Set a melody in four parts: an alto, a tenor and a bass are added."""
    asked = _change("harmonise", kept, key=key, style=style, temperature=temperature, takes=takes, seed=seed)
    _go(asked, song, out, bars, "", device, json)


@app.command(
    epilog="[bold]Example[/bold]: studio vary song.mid --tracks Melody --bars 5-8 --amount 0.4 --takes 8 --out varied.mid"
)
@limited
def vary(
    song: Song,
    out: Out,
    tracks: Tracks,
    bars: Bars = "",
    amount: Amount = 0.4,
    key: KeyName = "",
    takes: Takes = 1,
    seed: Seed = None,
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Write bars like those that are there: lines (sixteen bars as one phrase) and drums through VAEs, chords by the arranger."""
    _go(_change("vary", kept, key=key, takes=takes, seed=seed, amount=amount), song, out, bars, tracks, device, json)


@app.command(
    epilog="[bold]Example[/bold]: studio blend song.mid --track Melody --bars 1-2 --into 17-18 --steps 5 --out blend.mid"
)
@limited
def blend(
    song: Song,
    out: Out,
    track: Track,
    bars: Annotated[str, typer.Option(help="The bars to start from, counted from 1: 1-2.")],
    into: Annotated[str, typer.Option(help="The bars to arrive at: 17-18, or of another track: Flute:17-18.")],
    steps: Annotated[int, typer.Option(help="How many clips lie between the two.", min=1, max=16)] = 5,
    laid_out: Annotated[bool, typer.Option("--laid-out", help="One song with the clips after the bars, not one a file.")] = False,
    key: KeyName = "",
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Blend bars into others, step by step, through the VAE: each step is nearer to where it leads."""
    _go(_change("blend", kept, key=key, takes=steps, seed=0, laid_out=laid_out, into=into), song, out, bars, track, device, json)


@app.command(epilog="[bold]Example[/bold]: studio groove song.mid --track Drums --out played.mid")
@limited
def groove(
    song: Song,
    out: Out,
    track: Track,
    bars: Bars = "",
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Give stiff drums the velocity and timing of a drummer; the hits stay."""
    _go(_change("groove", kept, seed=0), song, out, bars, track, device, json)


@app.command(epilog="[bold]Example[/bold]: studio drums song.mid --for Guitar --takes 4 --out with-drums.mid")
@limited
def drums(
    song: Song,
    out: Out,
    tracks: Annotated[str, typer.Option("--for", help="The tracks whose rhythm the drums are for, or a tapped one.")],
    bars: Bars = "",
    takes: Takes = 1,
    seed: Seed = None,
    kept: Kept = Kept(),
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Make drums for a rhythm, tapped or another track's, through the VAE."""
    _go(_change("drums", kept, takes=takes, seed=seed), song, out, bars, tracks, device, json)


@app.command(
    epilog="[bold]Example[/bold]: studio humanize song.mid --out played.mid --tracks Violin; studio render played.mid a.wav"
)
def humanize(
    song: Song,
    out: Annotated[Path, typer.Option(help="The MIDI file to write.")],
    tracks: Tracks = "",
    seed: Annotated[int, typer.Option(help="The same seed plays the same.", min=0)] = 1,
    json: Json = False,
) -> None:
    """Play what is written as people do: timing and loudness learned from players, and late vibrato where nobody turned the wheel."""
    from studio.cli.changing import humanize_file

    humanize_file(song, out, tracks, seed, json)


def _change(
    verb: str, kept: Kept, key: str = "", seed: int | None = None, parts: str = "", into: str = "", **fields: object
) -> "Asked":
    from studio.app.changes import Change
    from studio.cli.changing import Asked, names_in

    asked = {"key": key_of(key), "limits": kept.limits, "chords": kept.chords, "seed": -1 if seed is None else seed, **fields}
    return Asked(Change(verb, 0, 0, new_parts=names_in(parts), **asked), into)  # type: ignore[arg-type]


def _go(asked: "Asked", song: Path, out: Path, bars: str, tracks: str, device: str, json: bool) -> None:
    from studio.cli.changing import change_files

    change_files(asked, song, out, bars, tracks, device, json)
