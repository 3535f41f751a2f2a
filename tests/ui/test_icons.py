"""Icons: every file draws something, in the colour asked for."""

import pytest
from PySide6.QtGui import QColor

from studio.paths import resources
from studio.ui.icons import app_icon, icon
from studio.ui.theme import DARK

NAMES = sorted(p.stem for p in (resources() / "icons").glob("*.svg") if p.stem != "app")


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_draws(qtbot, name):
    image = icon(name).pixmap(40, 40).toImage()
    drawn = sum(image.pixelColor(x, y).alpha() > 100 for x in range(40) for y in range(40))
    assert 20 < drawn < 1200


def test_icons_are_tinted(qtbot):
    image = icon("stop", "playing").pixmap(40, 40).toImage()
    assert image.pixelColor(20, 20) == QColor(DARK.playing)


def test_app_icon(qtbot):
    assert not app_icon().pixmap(64, 64).isNull()
