"""The window: all of Qt, and nothing else imports PySide6."""
