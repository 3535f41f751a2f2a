"""``python -m studio``: the window, or one of the commands of :mod:`studio.cli`."""

from studio.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
