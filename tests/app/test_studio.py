from dataclasses import replace

import pytest

from studio.app.session import Proposal, ProposedTake
from studio.app.settings import load_settings
from studio.app.studio import Studio
from studio.audio.latency import AUTOMATIC
from studio.engines.api import Part
from studio.music.document import Document
from studio.music.notes import Notes


class Player:
    def __init__(self):
        self.heard = []
        self.overview = self
        self.begun = 0

    def begin_anew(self):
        self.begun += 1

    def set_document(self, document, growing=False, *, passing=False):
        self.heard.append((document, growing))


@pytest.fixture
def studio():
    made = Studio()
    player, made.playback = made.playback, Player()
    yield made
    player.close()
    made.jobs.close()


def test_what_is_proposed_sounds_as_if_it_were_kept(studio):
    studio.session.open(Document(title="song"))
    notes = Notes.of([0, 960], 480, [60, 62])
    take = ProposedTake(((Part("Flute", 73), notes),), 3840)
    studio.session.propose(Proposal(0, 3840, (take,), writing=True))
    heard, growing = studio.playback.heard[-1]
    assert heard.note_count == 2 and growing
    studio.session.propose(replace(studio.session.proposal, writing=False))
    assert studio.playback.heard[-1][1] is False
    studio.session.propose(None)
    assert studio.playback.heard[-1][0] is studio.session.document


def test_only_another_song_has_its_picture_begun_anew(studio):
    first = studio.session.open(Document(title="one"))
    begun = studio.playback.begun
    studio.session.commit("Rename", Document(title="two"))
    assert studio.playback.begun == begun
    studio.session.add(Document(title="three"))
    assert studio.playback.begun == begun + 1
    studio.session.switch(first)
    assert studio.playback.begun == begun + 2


def test_a_change_that_cannot_be_heard_is_not_played_anew(studio):
    studio.session.open(Document(title="song"))
    before = len(studio.playback.heard)
    studio.session.saved(studio.session.document, studio.session.path)
    assert len(studio.playback.heard) == before


def test_settings_are_stored_when_they_change(studio, tmp_path):
    studio.change_settings(latency=0.0)
    studio.remember(tmp_path / "song.mid")
    assert load_settings() == studio.settings and studio.settings.latency == 0.0


def test_settings_that_cannot_be_stored_hold_and_are_told_once(studio, home, monkeypatch, tmp_path):
    (home / "file").write_text("")
    monkeypatch.setenv("STUDIO_HOME", str(home / "file"))
    studio.change_settings(theme="light")
    studio.remember(tmp_path / "song.mid")
    assert studio.settings.theme == "light" and len(studio.settings.recent) == 1
    assert [(n.message, n.hint) for n in studio.notices.entries] == [
        ("The settings cannot be stored: Not a directory.", "They hold until Partita ends.")
    ]


def test_what_a_device_needs_is_remembered_until_the_latency_is_chosen_anew(studio):
    studio._remember_latency("Card", 0.05)
    assert load_settings().known_latencies == {"Card": 0.05}
    studio.change_settings(audio_device="Card")
    assert studio.settings.known_latencies == {"Card": 0.05}
    studio.change_settings(latency=0.1)
    studio.change_settings(latency=AUTOMATIC)
    assert load_settings().known_latencies == {}
