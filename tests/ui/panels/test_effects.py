"""The page of effects: cards, their values, their order."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.music.effects import KINDS, PLUGIN, Effect, Parameter
from studio.ui.panels.effects import TITLES, EffectsPage, place_of, value_of, value_text

LEFT = Qt.MouseButton.LeftButton
GAIN = Parameter("gain", "Gain", 0, 1, 0.5)


class Shown:
    """A page that shows at once what it asks for."""

    def __init__(self, qtbot) -> None:
        self.edits: list[tuple[str, tuple[Effect, ...], bool]] = []
        self.page = EffectsPage(None, self.edit, lambda: [("Thing", "/a/Thing.vst3")], lambda path: (GAIN,))
        qtbot.addWidget(self.page)
        self.page.show_effects("Melody", ())
        self.page.show()

    def edit(self, name, effects, final) -> None:
        self.edits.append((name, effects, final))
        self.page.show_effects("Melody", effects)

    def names(self) -> list[str]:
        return [card.effect.kind for card in self.page.cards]


@pytest.fixture
def shown(qtbot):
    return Shown(qtbot)


@pytest.mark.parametrize("parameter", [p for kind in KINDS.values() for p in kind.parameters], ids=lambda p: p.title)
def test_places_and_values_agree(parameter):
    assert value_of(parameter, 0) == pytest.approx(parameter.least)
    assert value_of(parameter, 1_000) == pytest.approx(parameter.most)
    assert value_of(parameter, place_of(parameter, parameter.default)) == pytest.approx(parameter.default, rel=0.01, abs=0.05)
    assert parameter.title in TITLES


def test_values_are_told_with_their_units():
    said = [value_text(p, p.default) for p in KINDS["compressor"].parameters]
    assert said == ["-18.0 dB", "3 : 1", "10 ms", "120 ms", "+0.0 dB"]
    assert value_text(KINDS["delay"].parameters[2], 0.25) == "25 %"
    assert value_text(KINDS["equalizer"].parameters[2], 7_999.6) == "8000 Hz"


def test_effects_are_added_moved_and_removed(shown):
    texts = [a.text() for a in shown.page.menu().actions() if a.text()]
    assert texts == ["Equalizer", "Compressor", "Drive", "Delay", "Reverb", "Limiter", "Thing", "VST3 plug-in from a file..."]
    for text in ("Delay", "Equalizer"):
        next(a for a in shown.page.menu().actions() if a.text() == text).trigger()
    assert shown.names() == ["delay", "equalizer"]
    QTest.mouseClick(shown.page.cards[1].up, LEFT)
    assert shown.names() == ["equalizer", "delay"]
    assert not shown.page.cards[0].up.isEnabled()
    QTest.mouseClick(shown.page.cards[0].remove, LEFT)
    assert shown.names() == ["delay"]
    assert [name for name, _, _ in shown.edits] == ["Add effect", "Add effect", "Move effect", "Remove effect"]


def test_a_drag_comes_many_times_and_ends_once(shown):
    shown.page.put(Effect("compressor"))
    fader = shown.page.cards[0].faders["threshold_db"]
    QTest.mousePress(fader, LEFT, pos=QPoint(20, 12))
    for x in range(30, 90, 10):
        QTest.mouseMove(fader, QPoint(x, 12))
    QTest.mouseRelease(fader, LEFT, pos=QPoint(80, 12))
    told = [final for name, _, final in shown.edits if name == "Effect"]
    assert told[-1] and not any(told[:-1]) and len(told) > 2
    assert shown.page.cards[0].effect.get("threshold_db") < -18


def test_an_effect_is_passed_by(shown):
    shown.page.put(Effect("reverb"))
    QTest.mouseClick(shown.page.cards[0].on, LEFT, pos=QPoint(8, shown.page.cards[0].on.height() // 2))
    assert not shown.page.cards[0].effect.on


def test_plugins_are_asked_for_and_opened(shown, qtbot):
    with qtbot.waitSignal(shown.page.plugin_picked) as picked:
        next(a for a in shown.page.menu().actions() if a.text() == "Thing").trigger()
    assert picked.args == ["/a/Thing.vst3"]
    shown.page.put(Effect(PLUGIN, plugin="/a/Thing.vst3", title="Thing"))
    assert list(shown.page.cards[0].faders) == ["gain"]
    QTest.keyClick(shown.page.cards[0].faders["gain"], Qt.Key.Key_Right)
    assert dict(shown.page.cards[0].effect.values) == {"gain": 0.501}


def test_a_plugin_that_is_not_there_says_so(shown, tmp_path):
    there = tmp_path / "Thing.vst3"
    there.touch()
    for path, missing in ((there, False), (tmp_path / "Lost.vst3", True)):
        shown.page.show_effects("Melody", (Effect(PLUGIN, plugin=str(path), title="Thing"),))
        (card,) = shown.page.cards
        assert any("not on this computer" in x.text() for x in card.findChildren(QLabel)) is missing
