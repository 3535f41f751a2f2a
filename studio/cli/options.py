"""The options of ``studio compose``: what each means, and what it may be."""

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.courses import WishCourse, read_course


def _wish(meaning: str) -> typer.models.OptionInfo:
    said = f"From 0 to 1: {meaning}; 0.5 is usual, left out it is open. Two numbers lead from the first bar to the last."
    return typer.Option(help=said, parser=read_course, metavar="COURSE")  # type: ignore[no-any-return]


Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout, for programs.")]
Device = Annotated[str, typer.Option(help="Where the network runs: auto, cpu, cuda or mps.")]
Out = Annotated[Path, typer.Option(help="The MIDI file to write. With several takes: a.1.mid, a.2.mid, ...")]
Wav = Annotated[Path | None, typer.Option(help="Also play it into this audio file (.wav or .flac).")]
Style = Annotated[
    str,
    typer.Option(
        help="One of the model's styles, or a mixture of two with their shares: 'pop:0.7 folk:0.3', or pop+folk for half of each. "
        "Empty lets it choose. 'studio models' lists them."
    ),
]
Form = Annotated[
    str,
    typer.Option(
        help='Sections that follow each other, instead of --bars: "A8 A8 B8 A8", a name and its bars each. What comes again '
        "varies a little, with ' behind its name (A'8) a lot, with = (A=8) not at all; @0.9 behind the bars is a section's energy, "
        "of a repeat too: it is louder and busier, or with = played louder."
    ),
]
Bars = Annotated[int, typer.Option(help="How many bars to write.", min=1, max=1000)]
KeyLock = Annotated[str, typer.Option("--key", help='Write in this key only, guaranteed: "D minor", Bb, "F# dorian".')]
Continue = Annotated[
    Path | None, typer.Option("--continue", help="Go on from this song (.mid or .studio) in its key, tempo and metre.")
]
Takes = Annotated[int, typer.Option(help="How many alternatives to write at once.", min=1, max=16)]
Temperature = Annotated[float, typer.Option(help="Lower is safer, higher bolder; 1 is the model's own.", min=0.05, max=5)]
TopP = Annotated[float, typer.Option(help="Choose among the likeliest notes with this share.", min=0.01, max=1)]
Seed = Annotated[int | None, typer.Option(help="The same seed writes the same notes; by default it is drawn.", min=0)]
Tempo = Annotated[float | None, typer.Option(help="Beats a minute of a new piece.", min=20, max=400)]
Density = Annotated[WishCourse | None, _wish("sparse to dense, among the style's songs")]
Register = Annotated[WishCourse | None, _wish("low to high")]
Energy = Annotated[WishCourse | None, _wish("calm to driving")]
Brightness = Annotated[WishCourse | None, _wish("dark to bright")]
Repetition = Annotated[WishCourse | None, _wish("ever new to repeating itself")]
Model = Annotated[str, typer.Option(help="Which generator; the first one by default.")]
FromProvenance = Annotated[
    str,
    typer.Option(
        help="Write a take again from its note: the note itself (window: copy; 'studio inspect --json'), a file with it, "
        "or a song with the take. All else but --out, --wav, --continue and --take comes from the note."
    ),
]
WhichTake = Annotated[int, typer.Option("--take", help="Which, where there are several notes, from 1.", min=1)]
EvenIfChanged = Annotated[
    bool, typer.Option("--even-if-changed", help="Write it though model, engine or song have changed since, and say so.")
]
