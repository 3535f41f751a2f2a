import numpy as np
from PySide6.QtGui import QColor

from studio.ui.roll.layers.overview import image_of, mean_levels


def test_notes_cover_what_their_rectangles_would() -> None:
    rng = np.random.default_rng(1)
    row, x0 = rng.integers(0, 10, 200), rng.integers(-20, 120, 200)
    x1, level = x0 + rng.integers(0, 30, 200), rng.integers(0, 16, 200)
    expected = np.zeros((10, 100))
    count = np.zeros((10, 100))
    for r, a, b, v in zip(row, x0, x1, level, strict=True):
        a, b = max(0, a), max(0, min(100, max(b, a + 1)))
        expected[r, a:b] += v
        count[r, a:b] += 1
    got = mean_levels(row, x0, x1, level, 10, 100)
    assert np.array_equal(got > 0, count > 0)
    inside = count > 0
    assert np.abs(got[inside] - 1 - expected[inside] / count[inside]).max() <= 0.5


def test_image_has_rows_of_their_height_with_air_below() -> None:
    levels = np.array([[0, 1], [2, 0]])
    image = image_of(levels, [QColor("red"), QColor("lime")], 4)
    assert (image.width(), image.height()) == (2, 8)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 2) == QColor("red")
    assert image.pixelColor(1, 3).alpha() == 0
    assert image.pixelColor(0, 4) == QColor("lime")
