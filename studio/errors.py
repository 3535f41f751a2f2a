"""The two exceptions that are part of normal work; everything else is a defect."""


class StudioError(Exception):
    """An expected failure, told to the user as a notice: what went wrong, and what to do next.

    Both texts are whole sentences that a musician understands.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):  # noqa: N818 - a request that was granted, not an error
    """Raised inside a job, from ``progress()``, once somebody asked it to stop."""
