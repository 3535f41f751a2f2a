import inspect

import pytest
import typer

from studio.cli import changing, main
from studio.cli.limits import Kept, grid_of, limited, pitch_of
from studio.engines.api import Limits
from tests.cli.test_changes import go, tune  # noqa: F401 - a fixture

PLAIN = Kept()


def test_grids_and_pitches():
    assert [grid_of(text) for text in ("0", "1", "4", "16", "8t", "16T")] == [0, 3840, 960, 240, 320, 160]
    assert [pitch_of(text) for text in ("C4", "60", "Eb3")] == [60, 60, 51]
    for read, text in ((grid_of, "7"), (grid_of, "x"), (grid_of, "0t"), (pitch_of, "H2")):
        with pytest.raises(typer.BadParameter):
            read(text)


def test_chords_are_kept_to_on_strong_beats_unless_said_otherwise():
    assert Kept().limits == Limits() and Kept(chords="C").limits == Limits(chord_notes="strong")
    assert Kept(chords="C", chord_notes="guide").limits == Limits() and Kept(chord_notes="all").limits == Limits(
        chord_notes="all"
    )
    with pytest.raises(typer.BadParameter):
        _ = Kept(chord_notes="some").limits


def test_a_command_gets_the_options_where_its_parameter_stands():
    told = []

    @limited
    def command(first: int, kept: Kept = PLAIN, last: str = "") -> None:
        told.append((first, kept, last))

    names = list(inspect.signature(command).parameters)
    assert names[0] == "first" and names[-1] == "last" and "kept" not in names and "leap" in names
    defaults = {n: p.default for n, p in inspect.signature(command).parameters.items() if n not in ("first", "last")}
    command(first=1, last="x", **{**defaults, "leap": 4})
    assert told == [(1, Kept(leap=4), "x")]


@pytest.mark.parametrize(
    "words",
    [
        ("fill", "--tracks", "Melody", "--bars", "3-4"),
        ("accompany", "--with", "Bass", "--bars", "1-2"),
        ("harmonise", "--bars", "1-2"),
        ("vary", "--tracks", "1", "--bars", "1-2"),
        ("blend", "--track", "melody", "--bars", "1-2", "--into", "5-6", "--steps", "1"),
    ],
)
def test_every_verb_takes_them(tune, words, monkeypatch):  # noqa: F811
    asked = []
    monkeypatch.setattr(changing, "change_files", lambda change, *rest: asked.append(change.change))
    assert go(tune, *words, "--lowest", "C3", "--leap", "9", "--grid", "8", "--chords", "C F", "--most-notes", "6") == 0
    assert asked[0].limits == Limits(48, leap=9, grid=480, chord_notes="strong", most=6) and asked[0].chords == "C F"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("drums", "--for", "Melody", "--bars", "1-4", "--highest", "60"), "no pitch"),
        (("groove", "--track", "Kit", "--grid", "8"), "keeps the hits"),
        (("vary", "--tracks", "1", "--grid", "4", "--least-notes", "9"), "do not fit"),
    ],
)
def test_what_cannot_be_kept_is_refused(tune, words, told, capsys):  # noqa: F811
    assert go(tune, *words) == 1
    assert told in capsys.readouterr().err


def test_help_teaches_them(capsys):
    assert main(["vary", "--help"]) == 0
    said = capsys.readouterr().out
    assert "--lowest" in said and "--chord-notes" in said and "guaranteed" in said
