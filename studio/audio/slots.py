"""Single sounds that the player adds at once: keys that are played, and what grows while a key is held.

Each slot is a small ring of its own. The window's process writes ahead of the player, may write anew what the player has
not reached yet (when a key comes up, or when the neural sound takes over), and closes the slot when no more will come.
One process writes each number: the player :data:`BEGUN` and :data:`AT`, the window's process all others.
"""

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

SLOTS = 32
SLOT_SECONDS = 2.0
FADE = 256  # frames over which jumps are faded
# Of each slot: how often it was started; frames written; whether more will come; up to which start it was ended; factors left
# and right in 1/65,536 (window). How often it was begun, and where in it the player is (player).
STARTED, FRAMES, OPEN_END, ENDED, LEFT, RIGHT, BEGUN, AT = range(8)
NUMBERS = 8
_ONE = 65_536
_DOWN = (1 - (np.arange(FADE) + 1) / FADE).astype(np.float32)[:, None]


class Slots:
    """The window's side. ``numbers`` [SLOTS, 8] int64 and ``sound`` [SLOTS, frames] lie in shared memory."""

    def __init__(self, numbers: npt.NDArray[np.int64], sound: Sound) -> None:
        self.numbers, self.sound = numbers, sound

    @property
    def size(self) -> int:
        """Frames that a slot holds at a time."""
        return int(self.sound.shape[1])

    def start(self, sound: Sound, gains: tuple[float, float] = (1.0, 1.0), *, more: bool = False) -> tuple[int, int]:
        """Play a mono sound at once, whatever else plays; ``more`` will be written behind it.

        Returns the slot and its start's number, by which :meth:`write` knows whether another sound has taken it since. The
        oldest sound gives way.
        """
        n = self.numbers
        free = np.flatnonzero((n[:, BEGUN] == n[:, STARTED]) & self._over())
        slot = int(free[0]) if len(free) else int(np.argmax(n[:, AT]))
        row = n[slot]
        frames = min(len(sound), self.size)
        self.sound[slot, :frames] = sound[:frames]
        row[FRAMES], row[OPEN_END] = frames, more
        row[LEFT], row[RIGHT] = (round(g * _ONE) for g in gains)
        row[STARTED] += 1
        return slot, int(row[STARTED])

    def _over(self) -> npt.NDArray[np.bool_]:
        n = self.numbers
        return ((n[:, AT] >= n[:, FRAMES]) & (n[:, OPEN_END] == 0)) | (n[:, ENDED] >= n[:, STARTED])

    def alive(self, slot: int, start: int) -> bool:
        """Whether that start's sound still has the slot, and was not ended."""
        n = self.numbers[slot]
        return bool(n[STARTED] == start and n[ENDED] < start)

    def place(self, slot: int, start: int) -> int:
        """How many frames of that start's sound the player has taken."""
        n = self.numbers[slot]
        return int(n[AT]) if n[BEGUN] == start else 0

    def write(self, slot: int, start: int, at: int, sound: Sound, *, more: bool = True) -> None:
        """Write frames from ``at`` on, over what was there; what lies behind them is forgotten. They must fit."""
        if not self.alive(slot, start):
            return
        first = at % self.size
        head = min(len(sound), self.size - first)
        self.sound[slot, first : first + head] = sound[:head]
        self.sound[slot, : len(sound) - head] = sound[head:]
        self.numbers[slot, FRAMES] = at + len(sound)
        self.numbers[slot, OPEN_END] = more

    def end(self, slot: int, start: int) -> None:
        """Fade that start's sound out now."""
        if self.numbers[slot, STARTED] == start:
            self.numbers[slot, ENDED] = start


class SlotReader:
    """The player's side: adds what sounds, and keeps to memory that it already has."""

    def __init__(self, numbers: npt.NDArray[np.int64], sound: Sound) -> None:
        self._numbers, self._sound = numbers, sound
        self._mono = np.zeros((8192, 1), np.float32)
        self._both = np.zeros((8192, 2), np.float32)
        self._gains = np.zeros((1, 2), np.float32)

    def add(self, out: Sound) -> None:
        """Add all that sounds to ``out`` [frames, 2]."""
        n = self._numbers
        for i in np.flatnonzero((n[:, BEGUN] != n[:, STARTED]) | (n[:, AT] < n[:, FRAMES])).tolist():
            self._add(i, n[i], out)

    def _add(self, slot: int, n: npt.NDArray[np.int64], out: Sound) -> None:
        if n[BEGUN] != n[STARTED]:
            n[AT], n[BEGUN] = 0, n[STARTED]
        at = int(n[AT])
        frames = min(int(n[FRAMES]) - at, len(out), len(self._mono))
        ended = n[ENDED] >= n[BEGUN]
        if frames <= 0:
            return
        part, size = self._mono[:frames], self._sound.shape[1]
        first = at % size
        head = min(frames, size - first)
        part[:head, 0] = self._sound[slot, first : first + head]
        part[head:, 0] = self._sound[slot, : frames - head]
        n[AT] = at + frames
        if ended:
            m = min(FADE, frames)
            part[:m] *= _DOWN[:m]
            part[m:] = 0.0
            n[AT] = max(at + frames, int(n[FRAMES]))
        self._gains[0, 0], self._gains[0, 1] = n[LEFT] / _ONE, n[RIGHT] / _ONE
        both = self._both[:frames]
        np.multiply(part, self._gains, out=both)
        out[:frames] += both
