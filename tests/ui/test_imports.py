"""Imports as Python makes them."""

import os
import subprocess
import sys

PROGRAM = """
import linecache, sys
import {first}
from PySide6.QtWidgets import QLabel
import cmd
print(sum(name == cmd.__file__ for name in linecache.cache), QLabel.__name__)
"""


def kept_sources(first: str) -> str:
    """How many times the source of a module is kept that was imported after PySide6 and ``first``."""
    program = PROGRAM.format(first=first)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=True
    ).stdout


def test_sources_of_what_is_imported_beside_qt_are_not_kept():
    assert kept_sources("PySide6.QtWidgets") == "1 QLabel\n"
    assert kept_sources("studio.ui.texts") == "0 QLabel\n"
