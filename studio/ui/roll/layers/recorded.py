"""What is being recorded: in the colour of recording, until it is a take."""

from studio.music.notes import Notes
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.layers.notes import note_boxes, visible_of
from studio.ui.roll.primitives import fill_rects
from studio.ui.roll.state import Shown


def paint_recorded(frame: Frame, notes: Notes) -> None:
    """``notes`` counted from the song's start."""
    if len(notes):
        shown = Shown.of(notes)
        fill_rects(frame.painter, note_boxes(frame, shown, visible_of(frame, shown)), frame.theme.color("recording", 0.9))
