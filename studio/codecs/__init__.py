"""Bytes to music and back: MIDI, project files, audio files."""
