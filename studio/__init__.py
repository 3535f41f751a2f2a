"""Partita: a desktop studio in which neural networks write the music and play it."""

__version__ = "0.1.0"
