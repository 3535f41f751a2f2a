"""The main job on a machine without a display: sixteen bars, their sound, and a picture of the window with them."""

import os
from pathlib import Path

from studio.cli.console import say
from studio.errors import StudioError

NAME = "first-light"


def without_display(songs: list[str]) -> int:
    """Say that there is no display, and do the same job without one, into the current folder.

    Raises:
        StudioError: a song was to be opened, which needs a display; or the job cannot be done.
    """
    if songs:
        hint = "'studio --help' tells what works without one, 'studio render' plays a song into a file."
        raise StudioError(f"There is no display here to open {songs[0]} on.", hint)
    say("There is no display here, so Partita does its job without a window: it writes sixteen bars, plays and draws them.")
    from studio.app.generating import Order
    from studio.cli.music import Files, compose_files

    midi, wav, picture = (Path.cwd() / f"{NAME}{suffix}" for suffix in (".mid", ".wav", ".png"))
    compose_files(Order("new", bars=16, seed=1), None, "", "auto", Files(None, midi, wav), json=False)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from studio.ui.picture import draw_window

    draw_window(midi, picture)
    print(f"{picture}: the window with them")
    return 0
