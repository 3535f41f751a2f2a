"""The program that the commands join, and what several of them read alike."""

from typing import TYPE_CHECKING

import typer

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


def key_of(text: str) -> "Key | None":
    """The key that was typed, None for none. Raises BadParameter where it is no key."""
    from studio.music.pitch import SCALES, Key

    try:
        return Key.parse(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write a tonic and one of {', '.join(SCALES)}.", param_hint="--key") from error
