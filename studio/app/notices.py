"""Notices: one sentence on what happened and what to do next, kept in a list that the window shows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from studio.errors import StudioError

log = logging.getLogger(__name__)
KEPT = 100


@dataclass(frozen=True)
class Notice:
    """What the user is told; ``hint`` says what to do next, ``action`` names what the window offers for it (``devices``)."""

    message: str
    hint: str = ""
    action: str = ""


class Notices:
    """The latest notices, oldest first; ``on_notice`` is called with each new one, on the thread that told it."""

    def __init__(self) -> None:
        self.entries: list[Notice] = []
        self.on_notice: Callable[[Notice], None] = lambda notice: None

    def tell(self, message: str, hint: str = "", action: str = "") -> None:
        """Add a notice."""
        notice = Notice(message, hint, action)
        log.info("notice: %s %s", message, hint)
        self.entries.append(notice)
        del self.entries[:-KEPT]
        self.on_notice(notice)

    def tell_error(self, error: StudioError) -> None:
        """Add an expected failure."""
        self.tell(error.message, error.hint)
