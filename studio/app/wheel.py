"""Steering while a network writes: what a composer wishes for now, on its way to the engine."""

from studio.engines.api import Context, Quiet, Wishes


class Wheel:
    """A :class:`studio.engines.api.Steered` context: what ``ctx`` is, with wishes that may be turned from another thread."""

    def __init__(self, ctx: Context | None = None) -> None:
        self.ctx: Context = ctx or Quiet()
        self.wishes: Wishes | None = None

    def progress(self, fraction: float, message: str = "") -> None:
        """Report ``fraction`` done. Raises Cancelled once the job was cancelled."""
        self.ctx.progress(fraction, message)

    def notice(self, message: str) -> None:
        """Tell the user one sentence."""
        self.ctx.notice(message)
