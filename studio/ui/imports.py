"""Imports as Python makes them.

PySide6 puts an ``import`` of its own in the place of Python's, which reads the source of every module that is imported after it,
to see whether that asks for Qt's names in another style, and Python keeps all that was read: 46 MB once torch and numba are there,
and a seventh of the time that they take to be imported. Nobody here asks for such names.
"""

import builtins

import PySide6  # noqa: F401  # it is this that puts it there


def import_plainly() -> None:
    """Import without reading sources from now on, where PySide6 says what to import with."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
