"""The arrangement above the roll, on its time axis: tracks and clips over time, and the lanes of the song.

:mod:`.strip` shows the clips, :mod:`.gestures` is what the mouse does to them, :mod:`.commands` what keys and menus do.
:mod:`.lanes` says what lies along the song (sections, chords, tempo, ...), :mod:`.lanes_view` shows and edits it.
"""
