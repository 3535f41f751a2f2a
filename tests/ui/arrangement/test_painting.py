"""How clips look: selected ones have an edge, names and takes are told where there is room."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from studio.music.document import Sound, Take
from studio.music.edits_sound import add_sound
from studio.music.notes import Notes
from studio.ui.arrangement.painting import NAMED, RADIUS, ClipPainter, Row, fill_rounded
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK


@pytest.fixture
def paint(qapp, state: RollState):
    painter_of = ClipPainter(state, DARK, qapp.font())

    def painted(height: int, selected: bool = False, **changes) -> QImage:
        image = QImage(1_000, 60, QImage.Format.Format_RGB32)
        image.fill(DARK.ground)
        painter = QPainter(image)
        track = state.document.tracks[0]
        clip = replace(track.clips[0], **changes)
        painter_of.paint(painter, QRect(0, 0, 1_000, 60), track, clip, Row(4, height), selected)
        painter.end()
        return image

    return painted


def test_a_selected_clip_has_an_edge(paint) -> None:
    assert paint(24) != paint(24, selected=True)


def test_names_and_takes_are_told_where_there_is_room(paint) -> None:
    assert paint(NAMED) != paint(NAMED, name="Theme")
    assert paint(NAMED - 1) == paint(NAMED - 1, name="Theme")
    assert paint(NAMED) != paint(NAMED, takes=(Take(), Take()))


def test_edges_that_hide_notes_are_marked(paint) -> None:
    hidden = Notes.of([9_000], 5, 60)
    plain, marked = (
        paint(24, takes=(Take(),), start=960, length=1_920),
        paint(24, takes=(Take(after=hidden),), start=960, length=1_920),
    )
    changed = [x for x in range(1_000) if any(plain.pixelColor(x, y) != marked.pixelColor(x, y) for y in range(60))]
    assert len(changed) == 4
    assert max(changed) > 200


def test_a_sound_is_seen_where_it_is_loud(qapp, state: RollState) -> None:
    peaks = np.zeros(1_000, np.uint8)
    peaks[500:] = 255
    sound = Sound("a" * 64, "Voice", 8_000, 80_000, np.zeros(1, np.uint8), peaks)
    document = add_sound(state.document, sound, 0)
    state.session.commit("Import", document)
    state.viewport.show_exactly(0, 5 * 3840)
    image = QImage(1_000, 60, QImage.Format.Format_RGB32)
    image.fill(DARK.ground)
    painter = QPainter(image)
    track = document.tracks[-1]
    ClipPainter(state, DARK, qapp.font()).paint(painter, QRect(0, 0, 1_000, 60), track, track.clips[0], Row(4, 40), False)
    painter.end()
    body, middle = image.pixelColor(300, 8), round(float(state.viewport.x_of(2.5 * 3840)))
    inked = [sum(image.pixelColor(x, y) != body for y in range(8, 40)) for x in (middle - 60, middle + 60)]
    assert inked[0] <= 2 and inked[1] >= 20


def test_it_lies_in_its_row(paint) -> None:
    image = paint(24)
    ground = image.pixelColor(500, 1)
    assert image.pixelColor(500, 50) == ground != image.pixelColor(500, 16)


def test_a_wide_box_is_rounded_as_a_narrow_one(qapp) -> None:
    box, images = QRectF(3, 2, 200, 20), []
    for fill in (lambda p: fill_rounded(p, box, QColor("red")), lambda p: p.drawRoundedRect(box, RADIUS, RADIUS)):
        image = QImage(210, 30, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("red"))
        fill(painter)
        painter.end()
        images.append(image)
    assert images[0] == images[1]
