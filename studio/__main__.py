"""``python -m studio``: the window, or one of the commands of :mod:`studio.cli`."""

import sys


def _start() -> int:
    if sys.argv[1:2] == ["--sound-process"]:  # a frozen program starts itself for the processes of the sound
        from studio.audio.child import run_child

        run_child(sys.argv[1:])
        return 0
    from studio.cli import main

    return main()


if __name__ == "__main__":
    raise SystemExit(_start())
