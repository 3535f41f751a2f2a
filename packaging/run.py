#!/usr/bin/env python3
"""Sets Partita up where needed and starts it; arguments go through to ``studio`` (try ``packaging/run.py --help``)."""

import os
import subprocess
import sys

if sys.version_info < (3, 8):
    raise SystemExit("Partita needs Python 3.11 or later; this is " + sys.version.split()[0] + ".")

import set_up


def run(argv: list) -> int:  # type: ignore[type-arg]  # old interpreters must be able to read this line
    # -P: a folder that happens to be called studio, where the user stands, is not ours
    command = [str(set_up.ready()), "-P", "-m", "studio", *argv]
    if os.name != "nt":  # there, exec would let go of the terminal
        os.execv(command[0], command)
    return subprocess.call(command)


if __name__ == "__main__":
    raise SystemExit(set_up.main(run))
