"""A position freed from the device's jitter, so that a playhead moves evenly."""

from time import perf_counter

SNAP_SECONDS = 0.03  # a position further off than this is taken as it is, a nearer one is approached


class EvenPosition:
    """Follows a position that is looked at now and then, for as long as sound runs without a jump that was asked for."""

    def __init__(self) -> None:
        self._last: tuple[float, int, float] | None = None  # when, raw and smoothed frame of the last look

    def of(self, raw: int, rate: int) -> int:
        """The even position now, ``raw`` being the frame that the device's clock tells."""
        now, smooth = perf_counter(), float(raw)
        if self._last is not None and raw >= self._last[1]:
            then, last_raw, last = self._last
            expected = last + (now - then) * rate
            near = SNAP_SECONDS * rate
            if raw > last_raw and abs(raw - expected) < near:
                smooth = max(last, expected + 0.1 * (raw - expected))
            elif abs(raw - last) < near:
                smooth = max(last, smooth)
        self._last = (now, raw, smooth)
        return int(smooth)
