"""The window: all of Qt, and nothing else imports PySide6."""

from studio.ui.imports import import_plainly

import_plainly()
