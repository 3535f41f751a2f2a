import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from studio.ui.roll.layers.overview import draw_levels, top_levels


def test_notes_cover_what_their_rectangles_would() -> None:
    rng = np.random.default_rng(1)
    row, x0 = rng.integers(0, 10, 200), rng.integers(-20, 120, 200)
    x1, level = x0 + rng.integers(0, 30, 200), rng.integers(0, 16, 200)
    expected = np.zeros((10, 100))
    for r, a, b, v in zip(row, x0, x1, level, strict=True):
        span = slice(max(0, a), max(0, min(100, max(b, a + 1))))
        expected[r, span] = np.maximum(expected[r, span], v + 1)
    assert np.array_equal(top_levels(row, x0, x1, level, 10, 100), expected)


def test_rows_have_their_height_with_air_below() -> None:
    image = QImage(4, 10, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    draw_levels(painter, 1, 2, np.array([[0, 1], [2, 0]]), [QColor("red"), QColor("lime")], 4)
    painter.end()
    assert image.pixelColor(1, 2).alpha() == 0
    assert image.pixelColor(2, 2) == image.pixelColor(2, 4) == QColor("red")
    assert image.pixelColor(2, 5).alpha() == 0
    assert image.pixelColor(1, 6) == QColor("lime")
