"""Where a fader stands for a gain, and the other way round."""

LOWEST_DB, HIGHEST_DB = -60.0, 6.0
UNITY = 750  # the fader's place, of 1000, of 0 dB
_CURVE = 1.8


def gain_of(position: int) -> float:
    """Decibels of a fader's place 0..1000: finer around 0 dB, which lies at 750."""
    if position >= UNITY:
        return HIGHEST_DB * (position - UNITY) / (1000 - UNITY)
    return LOWEST_DB * (1 - position / UNITY) ** _CURVE


def position_of(gain_db: float) -> int:
    """The fader's place of a gain in decibels: the inverse of :func:`gain_of`, held at its ends."""
    gain = min(HIGHEST_DB, max(LOWEST_DB, gain_db))
    if gain >= 0:
        return round(UNITY + gain / HIGHEST_DB * (1000 - UNITY))
    return round(UNITY * (1 - (gain / LOWEST_DB) ** (1 / _CURVE)))
