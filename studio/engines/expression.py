"""How a single note is shaped: tuning, bend, glide, vibrato, dynamics, brightness, breath, attack. The defaults change nothing."""

from dataclasses import dataclass

Curve = tuple[tuple[int, float], ...]
"""Breakpoints (frames after the onset, value), in order; straight between them, held outside."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The shape of a note.

    ``tuning`` cents; ``bend`` a curve of cents; ``glide`` cents from which the pitch comes at the onset. ``vibrato`` depth in
    cents to either side, fading in after the attack, ``vibrato_hz`` times a second; ``swell`` a curve of how much of it there is
    (0 to 1), in place of the fading in. ``dynamics`` a curve of decibels.
    ``brightness``, ``breath`` (the noise of bow, reed or hammer) and ``attack`` (soft to hard) from -1 to 1.
    """

    tuning: float = 0.0
    bend: Curve = ()
    glide: float = 0.0
    vibrato: float = 0.0
    vibrato_hz: float = 5.5
    swell: Curve = ()
    dynamics: Curve = ()
    brightness: float = 0.0
    breath: float = 0.0
    attack: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether the pitch differs from the key's at any time."""
        return bool(self.tuning or self.glide or self.vibrato or any(cents for _, cents in self.bend))

    @property
    def plain(self) -> bool:
        """Whether it changes nothing."""
        colour = self.brightness or self.breath or self.attack or any(db for _, db in self.dynamics)
        return not (self.moves or colour)


VIBRATO_FROM_S, VIBRATO_FULL_S = 0.15, 0.5  # seconds after the onset between which it fades in
PLAIN = Expression()
