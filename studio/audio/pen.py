"""Where the desk writes in the ring: behind what is written, or over an old mix that nobody has heard yet."""

import numpy as np

from studio.audio.ring import WRITTEN, Ring, Sound

GUARD = 512  # frames ahead of the player that are left as they are: it may take them meanwhile
OVER = 768  # frames over which an old mix goes over into a new one


class Pen:
    """``cursor`` is the frame of the ring that is written next. Behind it may lie an old mix, which sounds should nothing follow."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self.cursor = 0
        self._joint: int | None = None  # where the new mix sets in, below 0 while that is not known

    @property
    def ahead(self) -> float:
        """Seconds of the newest mix that lie before the player."""
        return (self.cursor - self._ring.reading) / self._ring.rate

    def begin(self) -> int:
        """Go on behind all that is written; returns the frame."""
        self.cursor, self._joint = int(self._ring.numbers[WRITTEN]), None
        return self.cursor

    @property
    def soonest(self) -> int:
        """The first frame at which another mix may set in."""
        return self._ring.reading + GUARD

    @property
    def can_go_back(self) -> bool:
        """Whether enough lies before the player to go over from it."""
        return int(self._ring.numbers[WRITTEN]) >= self.soonest + OVER

    def back(self, cursor: int) -> None:
        """Write from there on once more: what follows sets in a moment ahead of the player, without a click."""
        self.cursor, self._joint = cursor, -1

    def write(self, sound: Sound) -> None:
        """Write the next frames [n, 2]."""
        at, self.cursor = self.cursor, self.cursor + len(sound)
        if self._joint is None:
            self._ring.write(sound, at)
            return
        begin = max(at, self.soonest) if self._joint < 0 else at
        if begin >= self.cursor:
            return  # the player has got there
        if self._joint < 0:
            self._joint = begin
        sound = sound[begin - at :].copy()
        share = (np.arange(begin, min(self.cursor, self._joint + OVER)) + 1 - self._joint).astype(np.float32) / OVER
        old = self._ring.written(begin, len(share))
        sound[: len(share)] = old + (sound[: len(share)] - old) * share[:, None]
        self._ring.write(sound, begin)
        if self.cursor >= self._joint + OVER:
            self._joint = None

    def end(self) -> None:
        """Nothing follows: let go of what lies behind of an old mix."""
        self._ring.numbers[WRITTEN] = self.cursor
