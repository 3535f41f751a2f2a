"""The command line: what the window does, without one. ``studio --help`` teaches it.

Answers go to stdout, everything else (progress, notices, errors) to stderr. Exit codes: 0 done, 1 it could not be done,
2 the command was not understood, 130 stopped by the user.
"""

import os
import sys
from pathlib import Path

SONGS = frozenset({".mid", ".midi", ".kar", ".studio"})


def main(argv: list[str] | None = None) -> int:
    """Open the window (with a song, if one is named), or do what the arguments say; returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if not words or Path(words[0]).suffix.lower() in SONGS:
        from studio.cli.console import guarded

        return guarded(lambda: open_window(words), words)
    return run(words)


def run(words: list[str]) -> int:
    """Do what ``words`` (the command line without the program's name) say; returns the exit code."""
    from studio.cli import instruments  # noqa: F401 - it and those that it names join the program
    from studio.cli.console import guarded
    from studio.cli.program import app

    def work() -> int:
        try:
            app(args=words, prog_name="studio")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        return 0

    return guarded(work, words)


def open_window(songs: list[str]) -> int:
    """Show the window until it is closed; on a machine without a display, do the same job without one.

    Raises:
        StudioError: a song was to be opened, and there is no display.
    """
    if has_display():
        from studio.ui.main import run

        return run(songs)
    from studio.cli.first_light import without_display

    return without_display(songs)


def has_display() -> bool:
    """Whether a window can appear here. Naming one of Qt's platforms (``QT_QPA_PLATFORM``) counts as knowing better."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
