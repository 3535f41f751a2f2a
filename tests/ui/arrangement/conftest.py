"""The roll's song and session, for the arrangement above it."""

from tests.ui.roll.conftest import state

__all__ = ["state"]
