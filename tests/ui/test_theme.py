"""The theme: roles, contrast, the style sheet."""

import re

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio.ui.theme import DARK, LIGHT, apply_theme, look, mixed, stylesheet


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    q = QColor(color)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (q.redF(), q.greenF(), q.blueF())]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_text_is_readable_on_every_ground(theme):
    for ground in (theme.ground, theme.panel, theme.raised):
        assert contrast(theme.text, ground) > 7
        assert contrast(theme.muted, ground) > 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_meanings_and_tracks_stand_out_from_the_ground(theme):
    for color in (theme.proposed, theme.locked, theme.recording, theme.playing, *theme.tracks):
        assert contrast(color, theme.ground) > 4
        assert contrast(color, theme.panel) > 3


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_meanings_have_hues_of_their_own(theme):
    meanings = {theme.proposed, theme.locked, theme.recording, theme.playing}
    assert len(meanings) == 4
    assert not meanings & set(theme.tracks)
    assert len(set(theme.tracks)) == 8


def test_stylesheet_has_every_role_filled_in(qtbot):
    sheet = stylesheet(DARK)
    assert "$" not in re.sub(r"/\*.*?\*/", "", sheet)
    assert DARK.proposed in sheet


def test_theme_applies(qtbot):
    app = QApplication.instance()
    apply_theme(app)
    assert app.palette().window().color() == QColor(DARK.panel)
    assert app.font().pixelSize() == 13


def test_the_theme_in_use_is_the_applied_one(qtbot):
    app = QApplication.instance()
    apply_theme(app, LIGHT)
    assert look() is LIGHT and app.palette().window().color() == QColor(LIGHT.panel)
    apply_theme(app)
    assert look() is DARK


def test_track_colours_go_round():
    assert DARK.track(0) == DARK.track(8)
    assert DARK.track(1, 0.5).alphaF() == pytest.approx(0.5, abs=0.01)


def test_mixed_lies_between():
    assert mixed("#000000", "#FFFFFF", 0.5).red() in (127, 128)
