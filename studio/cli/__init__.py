"""The command line: what the window does, without one. ``studio --help`` teaches it."""


def main() -> int:
    """Open the window, or do what the arguments say; returns the exit code."""
    raise SystemExit("The command line is being written.")
