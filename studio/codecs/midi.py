"""Standard MIDI files: what the rest of the studio calls."""

from studio.codecs.midi_read import ImportResult, read_midi
from studio.codecs.midi_write import write_midi

__all__ = ["ImportResult", "read_midi", "write_midi"]
