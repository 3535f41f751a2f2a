"""The theme: roles, contrast, the style sheet."""

import re

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio.ui.theme import DARK, apply_theme, mixed, stylesheet


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    q = QColor(color)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (q.redF(), q.greenF(), q.blueF())]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", [DARK.ground, DARK.panel, DARK.raised])
def test_text_is_readable_on_every_ground(ground):
    assert contrast(DARK.text, ground) > 7
    assert contrast(DARK.muted, ground) > 4.5


def test_meanings_have_hues_of_their_own():
    meanings = {DARK.proposed, DARK.locked, DARK.recording, DARK.playing}
    assert len(meanings) == 4
    assert not meanings & set(DARK.tracks)
    assert len(set(DARK.tracks)) == 8


def test_stylesheet_has_every_role_filled_in(qtbot):
    sheet = stylesheet(DARK)
    assert "$" not in re.sub(r"/\*.*?\*/", "", sheet)
    assert DARK.proposed in sheet


def test_theme_applies(qtbot):
    app = QApplication.instance()
    apply_theme(app)
    assert app.palette().window().color() == QColor(DARK.panel)
    assert app.font().pixelSize() == 13


def test_track_colours_go_round():
    assert DARK.track(0) == DARK.track(8)
    assert DARK.track(1, 0.5).alphaF() == pytest.approx(0.5, abs=0.01)


def test_mixed_lies_between():
    assert mixed("#000000", "#FFFFFF", 0.5).red() in (127, 128)
