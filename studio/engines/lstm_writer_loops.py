"""Short figures that go on and on: a writer that hears its own repeats grows ever surer of them, and may not get out again.

So a style can say for how many notes a figure may be repeated exactly; the note that would go on for longer is not drawn. The
longest stretch that a written quartet shared with one it learned from was such a figure (three parts' repeated chord), no theme.
"""

from collections import deque
from collections.abc import Sequence

FIGURE = 8
"""Notes of the longest figure that is watched."""


def most_of(limits: Sequence[int]) -> int:
    """For how many notes a mixture of styles may go on: as the freest of them, 0 for any."""
    return max(limits) if all(limits) else 0


class Loops:
    """The latest notes of a take, which may go on exactly for at most ``most`` notes (more than FIGURE); 0 for any."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._notes: deque[tuple[int, int, int]] = deque(maxlen=FIGURE)
        self._runs = list(range(1, FIGURE + 1))

    def exhausted(self, shift: int, track: int) -> list[int]:
        """Pitches with which a note of these classes would carry a figure on for too long."""
        if not self._most:
            return []
        return [
            note[2]
            for note, run in zip(reversed(self._notes), self._runs, strict=False)
            if note[:2] == (shift, track) and run >= self._most
        ]

    def push(self, shift: int, track: int, pitch: int) -> None:
        """A note was written."""
        note = (shift, track, pitch)
        if self._most:
            for back, before in enumerate(reversed(self._notes)):
                self._runs[back] = self._runs[back] + 1 if before == note else back + 1
            self._notes.append(note)
