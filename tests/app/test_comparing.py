"""The same bars by other means: equally long, equally loud, one heard at a time, and votes that are counted fairly."""

import numpy as np
import pytest

from studio.app import comparing
from studio.app.comparing import Ballot, ComparePlayer, Version, versions_of
from studio.engines.api import Quiet
from studio.engines.sine_tones import SineTones
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Take, Track
from studio.music.effects import Effect
from studio.music.notes import Notes

RATE = 48_000
BAR = 3_840


def song() -> Document:
    notes = Notes.of(np.arange(16) * 960, 900, 57 + np.arange(16) % 12, 90)
    return edits.add_track(Document("Song"), Track(0, "A", clips=(Clip(0, 0, 4 * BAR, (Take(notes),)),)))


class Noted(Quiet):
    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, message: str) -> None:
        self.notices.append(message)


class Louder(SineTones):
    def render(self, batch, rate, first, count, ctx):
        return 3 * super().render(batch, rate, first, count, ctx)


@pytest.fixture
def alone(monkeypatch):
    """No FluidSynth here."""

    def missing():
        raise StudioError("no")

    monkeypatch.setattr(comparing, "soundfont", missing)


def test_versions_are_equally_long_and_loud(alone):
    noted = Noted()
    ours, tones = versions_of(song(), BAR, 3 * BAR, Louder(), RATE, noted)
    assert [ours.name, tones.name] == ["Neural instruments", "Sine tones"]
    assert ours.sound.shape == tones.sound.shape
    assert np.sqrt(np.mean(ours.sound**2)) == pytest.approx(np.sqrt(np.mean(tones.sound**2)), rel=0.05)
    assert max(np.abs(v.sound).max() for v in (ours, tones)) <= 0.9
    assert "FluidSynth is not installed" in noted.notices[0]


def test_fluidsynth_stands_beside_where_it_is(monkeypatch):
    def fake(midi, wav, rate, dry):
        assert midi.read_bytes().startswith(b"MThd") and not dry
        from studio.codecs.audiofile import write_audio

        write_audio(wav, np.full((rate, 2), 0.1, np.float32) * np.sin(np.arange(rate) / 20)[:, None].astype(np.float32), rate)

    monkeypatch.setattr(comparing, "soundfont", lambda: None)
    monkeypatch.setattr(comparing, "synthesise", fake)
    names = [v.name for v in versions_of(song(), 0, BAR, SineTones(), RATE, Noted())]
    assert names == ["Neural instruments", "FluidSynth with FluidR3", "Sine tones"]


def test_own_effects_are_ours_only(alone):
    document = edits.set_track(song(), 1, effects=(Effect("drive", values=(("drive_db", 30.0),)),))
    ours, tones = versions_of(document, 0, BAR, SineTones(), RATE, Noted())
    assert not np.allclose(ours.sound, tones.sound, atol=0.01)


def test_what_cannot_be_compared(alone):
    with pytest.raises(StudioError, match="no notes"):
        versions_of(song(), 40 * BAR, 44 * BAR, SineTones(), RATE, Noted())
    slow = edits.set_tempo(song(), 0, 4)
    with pytest.raises(StudioError, match="more than 120 seconds"):
        versions_of(slow, 0, 4 * BAR, SineTones(), RATE, Noted())


def test_votes_go_to_what_was_heard_and_letters_are_dealt_anew():
    ballot = Ballot(3, seed=1)
    orders = set()
    for _ in range(20):
        orders.add(ballot.order)
        ballot.vote(ballot.order.index(2))
    assert ballot.votes == {2: 20}
    assert len(orders) > 3
    assert ballot.chance() == pytest.approx(3 * 3.0**-20)
    assert Ballot(2).chance() == 1.0


def test_going_from_one_to_another_starts_nothing_anew():
    told: list[str] = []
    half = RATE // 2
    versions = tuple(Version(str(k), np.full((half, 2), 0.1 * (k + 1), np.float32)) for k in range(2))
    player = ComparePlayer(versions, RATE, told.append)
    try:
        sent = []
        player._output.tell_desk = lambda message, arrays=(): sent.append(message)
        player.play()
        player.hear(1)
        assert [m["do"] for m in sent if m["do"] in ("play", "halt")] == ["play"]
        gains = [s["gain"] for s in sent[-1]["strips"]]
        assert gains == [0.0, 0.0, 1.0, 1.0]
        player.stop()
        assert player.place == 0.0
    finally:
        player.close()
