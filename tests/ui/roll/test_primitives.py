import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from studio.ui.roll import primitives


@pytest.mark.parametrize("wraps", [True, False])
def test_wrapped_and_built_rectangles_paint_the_same(qapp, monkeypatch: pytest.MonkeyPatch, wraps: bool) -> None:
    monkeypatch.setattr(primitives, "_WRAPS", wraps and primitives._WRAPS)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    primitives.fill_rects(painter, primitives.boxes([2, 20], 5, [10, 4], 6), QColor("red"))
    primitives.fill_rects(painter, primitives.columns([30], 0, 30), QColor("blue"))
    primitives.frame_rects(painter, primitives.boxes([33], [3], [5], [5]), QPen(QColor("white")))
    primitives.fill_rects(painter, np.zeros((0, 4)), QColor("red"))
    painter.end()
    red = [(x, y) for x in range(40) for y in range(30) if image.pixelColor(x, y).red() and not image.pixelColor(x, y).blue()]
    assert len(red) == 10 * 6 + 4 * 6
    assert image.pixelColor(30, 15) == QColor("blue")
    assert image.pixelColor(33, 3) == image.pixelColor(37, 7) == QColor("white")
    assert image.pixelColor(35, 5) == QColor("black")


def test_qt_can_be_handed_memory_here() -> None:
    assert primitives._WRAPS


@pytest.mark.parametrize("wraps", [True, False])
def test_groups_have_their_colours_and_pieces_their_places(qapp, monkeypatch: pytest.MonkeyPatch, wraps: bool) -> None:
    monkeypatch.setattr(primitives, "_WRAPS", wraps and primitives._WRAPS)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    atlas = QPixmap(8, 4)
    atlas.fill(QColor("lime"))
    painter = QPainter(image)
    rects = primitives.boxes([0, 10, 20], 0, 5, 5)
    primitives.fill_groups(painter, rects, [0, 2, 2, 3], (QColor("red"), QColor("white"), QColor("blue")))
    primitives.draw_pieces(painter, np.array([[3.0, 10], [30, 20]]), np.array([[0.0, 0, 3, 4], [2, 0, 5, 3]]), atlas)
    painter.end()
    assert [image.pixelColor(x, 2).name() for x in (2, 12, 22, 32)] == ["#ff0000", "#ff0000", "#0000ff", "#000000"]
    green = {(x, y) for x in range(40) for y in range(30) if image.pixelColor(x, y) == QColor("lime")}
    assert green == {(3 + x, 10 + y) for x in range(3) for y in range(4)} | {(30 + x, 20 + y) for x in range(5) for y in range(3)}
