from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from studio.app.session import Session
from studio.engines.api import Quiet
from studio.engines.drum_changes import DrumChange
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.own_names import KIT_PREFIX, own_number, titles
from studio.music.document import Document, Track
from studio.train.instruments_measures import batch_of
from studio.ui.kits import KitDesk
from tests.engines.instruments import tiny_gan, tiny_model


class Jobs:
    """Does what it is given at once."""

    def __init__(self):
        self.cancelled = []

    def start(self, key, title, work, done=lambda result: None):
        done(work(Quiet()))

    def cancel(self, key):
        self.cancelled.append(key)


@pytest.fixture
def hands(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    engine = NeuralInstruments()
    engine.prepare(tiny_model(tmp_path / "tiny"), "cpu")
    tiny_gan(tmp_path / "tiny")
    session = Session(Document(tracks=(Track(1, "Tune"), Track(2, "Drums", drums=True))))
    struck, told = [], []
    playback = SimpleNamespace(end_auditions=lambda: None, audition=lambda *a, **k: struck.append(a))
    studio = SimpleNamespace(
        session=session, jobs=Jobs(), playback=playback, notices=SimpleNamespace(tell=lambda *words: told.append(words)),
        shelf=SimpleNamespace(renderer=lambda: engine),
    )  # fmt: skip
    state = SimpleNamespace(track=session.document.tracks[0])
    window = QWidget()
    qtbot.addWidget(window)  # the page deletes itself when it is closed
    desk = KitDesk(studio, state, window)  # type: ignore[arg-type]
    desk.open()
    yield SimpleNamespace(desk=desk, page=desk.page, engine=engine, session=session, struck=struck, told=told)
    if desk.page is not None:
        desk.page.close()


def test_a_drum_is_heard_as_it_is_set_and_nothing_is_kept(hands):
    hands.page.changes = {38: DrumChange(tune=4.0, other="drums_kick")}
    hands.page.hear()
    hands.page.changes = {}
    hands.page.hear()
    (key, first, _), (_, second, _) = hands.struck
    assert key == 38 and first != second
    one = hands.engine.render(batch_of([(second, 38, 100, 4000)]), 44100, 0, 4000, Quiet())
    assert np.abs(one).max() > 0.001
    assert titles() == {}
    hands.page.close()
    assert hands.desk.page is None
    assert hands.desk._studio.jobs.cancelled == ["kit heard", "kit drawn"]
    assert not [k for k in hands.engine.rows() if "trial" in k]


def test_a_page_that_is_opened_again_tries_kits_under_other_numbers(hands):
    """What sounded of a key is kept by its number: the next page's kit would begin with the last one's sound."""
    for tune in (4.0, -4.0):
        hands.page.changes = {38: DrumChange(tune=tune)}
        hands.page.hear()
        hands.page.close()
        hands.desk.open()
        hands.page = hands.desk.page
    (_, first, _), (_, second, _) = hands.struck
    assert first != second


def test_a_drawn_hit_can_be_used_at_once(hands):
    hands.page.draw_wanted.emit(38, "snare")
    (drum,) = titles()
    assert hands.page.changes == {38: DrumChange(use=drum)}
    assert hands.page.place.currentText().startswith("Snare ")
    assert len(hands.struck) == 1


def test_the_kit_is_kept_and_the_songs_drums_play_it_in_one_step(hands):
    hands.page.tuning.setValue(3)
    hands.page.name.setText("Dusty")
    hands.page.make.click()
    tune, drums = hands.session.committed.tracks
    assert drums.instrument == f"{KIT_PREFIX}dusty" and not tune.instrument
    assert hands.engine.sound_of(own_number(drums.instrument), 38) == "drums_snare"
    assert "Dusty" in hands.told[0][0]
    hands.session.undo()
    assert not hands.session.committed.tracks[1].instrument


def test_the_page_opens_with_the_kit_that_the_drums_play(hands):
    hands.page.tuning.setValue(3)
    hands.page.make.click()
    hands.desk.open()
    hands.page = hands.desk.page
    assert hands.page.changes == {38: DrumChange(tune=1.5)}
    assert hands.page.tuning.value() == 3


def test_a_second_kit_of_the_same_name_gets_a_number(hands):
    for _ in range(2):
        hands.page.tuning.setValue(3)
        hands.page.make.click()
        hands.desk.open()
        hands.page = hands.desk.page
    assert sorted(titles().values()) == ["My kit", "My kit 2"]


def test_opened_twice_it_is_one_page(hands):
    hands.desk.open()
    assert hands.desk.page is hands.page
