"""What is played lies where it was heard; passes of a loop are takes; one step."""

from dataclasses import replace

import pytest

from studio.app.recording import Recorder
from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import SUSTAIN, Notes

BAR, RATE = 3840, 48_000
A_TICK = 25  # frames, at 120 a minute


class Playing:
    """In playback's place: the test says what is heard when."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.looping = False
        self.endless: list[bool] = []
        self.at: dict[int, int] = {}
        self.documents: list[Document] = []

    def heard_frame(self, at_ns: int) -> int | None:
        tick = self.at.get(at_ns, at_ns if at_ns < 1 << 40 else None)
        return None if tick is None else tick * A_TICK

    def tick_of(self, frame: int) -> int:
        return self.session.document.tempo.tick_at_frame(frame, RATE)

    def set_document(self, document: Document) -> None:
        self.documents.append(document)

    def set_endless(self, on: bool) -> None:
        self.endless.append(on)


def song() -> Document:
    notes = Notes.of([0, BAR], 480, [40, 41], id=[3, 4])
    return Document(tracks=(Track(1, "Keys", clips=(Clip(2, 0, 2 * BAR, (Take(notes),)),)),), next_id=5)


class Made:
    def __init__(self) -> None:
        self.session = Session(song())
        self.playing = Playing(self.session)
        self.recorder = Recorder(self.session, self.playing)

    def rows(self) -> list[tuple[int, int, int]]:
        n = self.session.document.tracks[0].notes
        return list(zip(n.start.tolist(), n.duration.tolist(), n.pitch.tolist(), strict=True))


@pytest.fixture
def made() -> Made:
    return Made()


def test_keys_lie_where_they_were_heard_and_are_one_step(made: Made) -> None:
    recorder, before = made.recorder, made.session.document
    recorder.start(1, BAR, overdub=True)
    recorder.note_on(60, 70, BAR + 100)
    recorder.control(SUSTAIN, 127, BAR + 150)
    assert recorder.shown().pitch.tolist() == [60]
    recorder.note_off(60, BAR + 400)
    recorder.note_on(62, 80, BAR + 500)
    assert made.session.document is before
    recorder.note_off(62, BAR + 900)
    assert recorder.finish()
    assert made.rows() == [(0, 480, 40), (BAR, 480, 41), (BAR + 100, 300, 60), (BAR + 500, 400, 62)]
    track = made.session.document.tracks[0]
    assert track.controls.tick.tolist() == [BAR + 150, BAR + 900]
    assert track.controls.value.tolist() == [127, 0], "the pedal comes up with the recording's end"
    assert track.clips[-1].take.provenance.kind == "played"
    assert made.session.steps[1:] == ("Record",)
    made.session.undo()
    assert made.session.document is before
    assert made.playing.endless == [True, False]


def test_replacing(made: Made) -> None:
    made.recorder.start(1, BAR, overdub=False)
    made.recorder.note_on(60, 70, BAR + 100)
    made.recorder.note_off(60, BAR + 400)
    made.recorder.finish()
    assert made.rows() == [(0, 480, 40), (BAR + 100, 300, 60)]


def test_a_key_just_before_the_song_sets_in_is_its_first_and_earlier_ones_are_none(made: Made) -> None:
    made.recorder.start(1, BAR, overdub=True)
    made.recorder.note_on(50, 70, BAR - 2_000)
    made.recorder.note_off(50, BAR - 1_800)
    made.recorder.note_on(60, 70, BAR - 100)
    made.recorder.note_off(60, BAR + 400)
    made.recorder.finish()
    assert (BAR, 400, 60) in made.rows()
    assert not any(p == 50 for _, _, p in made.rows())


def test_each_time_round_a_loop_is_a_take(made: Made) -> None:
    made.session.open(replace(song(), loop=(0, BAR)))
    made.playing.looping = True
    made.recorder.start(1, 0, overdub=False)
    for turn, pitch in enumerate((60, 62, 64)):
        made.playing.at = {10_000 + turn: 960, 20_000 + turn: 1_400, 30_000 + turn: BAR - 200}
        made.recorder.note_on(pitch, 70, 10_000 + turn)
        made.recorder.note_off(pitch, 20_000 + turn)
        made.recorder.note_on(pitch + 12, 70, 30_000 + turn)  # held over the turn
    made.playing.at = {1: 200}
    made.recorder.note_off(76, 1)
    made.recorder.finish()
    clip = made.session.document.tracks[0].clips[0]
    assert [t.provenance.kind for t in clip.takes] == ["drawn", "played", "played", "played"]
    assert [t.notes.pitch.tolist() for t in clip.takes[1:]] == [[60, 72], [62, 74], [64, 76]]
    assert all(t.notes.last_end <= BAR for t in clip.takes[1:])


def test_nothing_played_is_no_step_and_a_track_that_went_is_no_fault(made: Made) -> None:
    made.recorder.start(1, 0, overdub=True)
    assert not made.recorder.finish()
    made.recorder.start(1, 0, overdub=True)
    made.recorder.note_on(60, 70, 100)
    made.session.commit("Remove", replace(song(), tracks=()))
    assert not made.recorder.finish()
    assert made.session.steps == ("Open", "Remove")


def test_while_nothing_is_heard_nothing_is_recorded(made: Made) -> None:
    made.recorder.note_on(60, 70, 100)
    made.recorder.start(1, 0, overdub=True)
    made.recorder.note_on(60, 70, 1 << 41)
    made.recorder.follow()
    assert len(made.recorder.shown()) == 0


def test_with_overdub_the_passes_before_are_heard(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.session.open(replace(song(), loop=(0, BAR)))
    made.playing.looping = True
    made.recorder.start(1, 0, overdub=True)
    for turn, pitch in enumerate((60, 62)):
        made.playing.at = {10 + turn: 960, 20 + turn: 1_400, 30 + turn: BAR - 100}
        made.recorder.note_on(pitch, 70, 10 + turn)
        made.recorder.note_off(pitch, 20 + turn)
        made.recorder.control(1, 5, 30 + turn)
        monkeypatch.setattr("studio.app.recording.perf_counter_ns", lambda: 99)
        made.playing.at = {99: 50}
        for _ in range(3):
            made.recorder.follow()
    heard = [[p for p in d.tracks[0].notes.pitch.tolist() if p >= 60] for d in made.playing.documents]
    assert heard == [[60], [60, 62]]
    assert made.session.steps == ("Open",)
    made.recorder.finish()
    assert [p for _, _, p in made.rows() if p >= 60] == [60, 62]
