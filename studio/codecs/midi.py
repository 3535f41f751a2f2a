"""Standard MIDI files: what the rest of the studio calls."""

from studio.codecs.midi_read import ImportResult, read_midi
from studio.codecs.midi_texts import midi_texts
from studio.codecs.midi_write import write_midi

__all__ = ["ImportResult", "midi_texts", "read_midi", "write_midi"]
