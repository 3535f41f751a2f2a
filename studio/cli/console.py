"""What the commands say, and how: answers on stdout, progress and trouble on stderr, crashes into a report."""

import json
import logging
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio import __version__
from studio.errors import Cancelled, StudioError
from studio.paths import user_state

STOPPED = 130


def say(text: str) -> None:
    """One sentence for the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def answer(value: Any) -> None:
    """The command's answer to a machine, as JSON."""
    print(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[str, ...] = ()) -> None:
    """The command's answer to a person; ``right`` names the columns of figures."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    print(title)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 160).print(shown)


class Bar:
    """A job's context at the terminal: a progress bar, and its notices as sentences. Ctrl+C cancels."""

    def __init__(self, title: str, progress: Any) -> None:
        self._title = title
        self._progress = progress
        self._task = progress.add_task(title, total=1.0)

    def progress(self, fraction: float, message: str = "") -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=fraction, description=message or self._title)

    def notice(self, message: str) -> None:
        """Say one sentence."""
        self._progress.console.print(message, markup=False, highlight=False)


@contextmanager
def bar(title: str) -> Iterator[Bar]:
    """A progress bar on stderr while inside; it is drawn on terminals only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(title, progress)


def guarded(work: Callable[[], int], words: list[str]) -> int:
    """``work()``'s exit code; a failure becomes a sentence, and JSON where the ``words`` of the command line asked for it."""
    try:
        return work()
    except StudioError as error:
        return _failed(error.message, error.hint, words)
    except (Cancelled, KeyboardInterrupt):
        say("Stopped.")
        return STOPPED
    except BrokenPipeError:  # the reader of our answer went away, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:  # noqa: BLE001 - the last line of defence: nobody shall have to read a traceback
        return _failed("Something went wrong that Partita does not understand.", f"The report is in {write_report(words)}", words)


def write_report(words: list[str]) -> str:
    """Write the exception being handled into a crash report; returns the report's path."""
    logging.getLogger(__name__).debug("crash", exc_info=True)
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    facts = f"Partita {__version__}, Python {platform.python_version()}, {platform.platform()}\nstudio {' '.join(words)}\n\n"
    report = facts + traceback.format_exc()
    path = user_state() / name
    try:
        path.write_text(report, "utf-8")
    except OSError:  # perhaps just that is what happened
        path = Path(tempfile.gettempdir()) / name
        path.write_text(report, "utf-8")
    return str(path)


def _failed(message: str, hint: str, words: list[str]) -> int:
    if "--json" in words:
        answer({"error": message, "hint": hint})
    say(f"{message} {hint}".strip())
    return 1
