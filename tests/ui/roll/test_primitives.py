import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPen

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
