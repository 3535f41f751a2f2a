"""Planning: what did not change stays, only the newest counts."""

import threading
import time
from dataclasses import replace

import pytest

from studio.app.metronome import METRONOME
from studio.app.planning import Plan, Planner
from studio.app.rendering_ahead import RenderingAhead
from studio.app.sounding import light_lengths
from studio.audio.rows import RowStore
from studio.music import edits
from studio.music.document import Document
from studio.music.tempo import TempoMap
from tests.app.sines import Sines, make_song

RATE = 48_000


class Made:
    def __init__(self) -> None:
        self.store = RowStore(1 << 20)
        self.rendering = RenderingAhead(self.store, RATE)
        self.plans: list[Plan] = []
        self.came = threading.Event()
        self.planner = Planner(self.rendering, RATE, self._planned)

    def _planned(self, plan: Plan) -> None:
        self.plans.append(plan)
        self.came.set()

    def plan(self, document: Document, growing: bool = False) -> Plan:
        self.came.clear()
        self.planner.plan(document, growing)
        assert self.came.wait(20)
        return self.plans[-1]

    def close(self) -> None:
        self.planner.close()
        self.rendering.close()
        self.store.close()


@pytest.fixture
def made():
    it = Made()
    yield it
    it.close()


def test_tracks_that_did_not_change_keep_their_notes(made: Made) -> None:
    song = make_song()
    first = made.plan(song)
    louder = made.plan(song.with_track(replace(song.track(1), gain_db=-3, pan=0.2, mute=True)))
    assert all(a.events is b.events for a, b in zip(first.song.strips, louder.song.strips, strict=True))
    assert louder.song.strips[0].gain == 0
    piano = made.plan(song.with_track(replace(song.track(2), program=40)))
    same = [a.events is b.events for a, b in zip(first.song.strips, piano.song.strips, strict=True)]
    assert same == [True, False, True]
    slower = made.plan(replace(song, tempo=TempoMap.constant(60)))
    assert slower.song.end > 1.8 * first.song.end


def test_it_is_behind_until_the_newest_mix_was_told(made: Made) -> None:
    behind: list[bool] = []
    made.planner._planned = lambda plan: (behind.append(made.planner.behind), made._planned(plan))
    assert not made.planner.behind
    made.plan(make_song())
    end = time.monotonic() + 20
    while made.planner.behind or not made.planner.idle:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert behind[0]


def test_a_mix_that_is_asked_for_while_one_is_told_is_on_its_way(made: Made) -> None:
    class Watched(threading.Event):
        """Somebody edits the song right after the planning thread has looked whether somebody did."""

        edited = False

        def is_set(self) -> bool:
            was = super().is_set()
            if threading.current_thread().name == "planning" and not self.edited:
                self.edited = True
                made.planner.again()
            return was

    behind: list[bool] = []
    made.planner._new = Watched()
    made.planner._planned = lambda plan: (behind.append(made.planner.behind), made._planned(plan))
    made.plan(make_song())
    made.plan(make_song())
    assert all(behind) and len(behind) > 1


def test_a_growing_song_has_no_end(made: Made) -> None:
    plan = made.plan(make_song(), growing=True)
    assert plan.scene.end > 1 << 40
    assert plan.song.end < 10 * RATE
    assert made.plan(make_song()).scene.end < 10 * RATE


def test_of_many_only_the_last_matters(made: Made) -> None:
    songs = [make_song(bars=k + 1) for k in range(50)]
    for song in songs:
        made.planner.plan(song)
    done = threading.Event()
    made.planner.later(done.set)
    assert done.wait(20)
    assert made.plans[-1].song.end == made.plan(songs[-1]).song.end
    while not made.planner.idle:
        time.sleep(0.005)


def test_a_task_that_fails_stops_nothing(made: Made) -> None:
    made.planner.later(lambda: 1 / 0)
    assert made.plan(make_song()).song.strips


def test_the_metronome_is_played_and_not_part_of_the_song(made: Made) -> None:
    made.planner.metronome = True
    plan = made.plan(make_song())
    assert [s.id for s in plan.scene.strips] == [1, 2, 3, METRONOME]
    assert [s.id for s in plan.song.strips] == [1, 2, 3]
    again = made.plan(replace(make_song(), title="x"))
    assert again.scene.strips[-1].events is plan.scene.strips[-1].events
    made.planner.metronome, made.planner.endless = False, True
    plan = made.plan(make_song())
    assert len(plan.scene.strips) == 3 and plan.scene.end > 1 << 40


def test_notes_that_are_dragged_are_planned_now_and_then_and_the_last_of_them_for_certain(made: Made) -> None:
    song = make_song()
    made.plan(song)
    before = len(made.plans)
    clip = song.track(1).clips[0]
    for by in range(1, 61):
        moved = replace(clip, takes=(replace(clip.take, notes=clip.notes.shifted(by)),))
        made.planner.plan(song.with_track(replace(song.track(1), clips=(moved,))), passing=True)
        time.sleep(0.005)
    while not made.planner.idle:
        time.sleep(0.005)
    assert len(made.plans) - before < 10
    assert made.plans[-1].song.strips[0].events.start[0] == int(song.tempo.frames(60, RATE))


def test_a_fader_that_is_dragged_is_heard_at_once(made: Made) -> None:
    song = make_song()
    made.plan(song)
    before = len(made.plans)
    made.planner._hurry.wait = lambda seconds: pytest.fail("it waited") if not made.planner._hurry.is_set() else True
    made.came.clear()
    made.planner.plan(song.with_track(replace(song.track(1), gain_db=-9.0)), passing=True)
    assert made.came.wait(20) and len(made.plans) == before + 1


def test_asked_from_many_threads_at_once_it_has_one_thread_and_can_be_closed():
    """A thread that was made but not started yet cannot be joined."""
    for _ in range(30):
        planner = Planner(RenderingAhead(RowStore(0), 48_000), 48_000, lambda plan: None)
        ready = threading.Barrier(5)

        def ask(planner=planner, ready=ready):
            ready.wait()
            planner.plan(Document())

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        ready.wait()
        for asker in askers:
            asker.join()
        assert sum(t.name == "planning" for t in threading.enumerate()) == 1
        planner.close()


def test_a_plan_does_not_wait_for_the_instruments_to_tell_lengths(made: Made) -> None:
    """First with the light voice's lengths, then with those about the playhead, then with all of them."""
    sines, asked = Sines(), []
    lengths = sines.lengths
    sines.lengths = lambda batch, rate: (asked.append((len(batch), len(made.plans))), lengths(batch, rate))[1]
    made.rendering.set_renderer(sines)
    song = make_song(bars=8)
    song = edits.move_notes(song, song.track(1).notes.id[-8:].tolist(), semitones=1)  # else every bar is like the first
    made.planner.plan(song)
    wait(made)
    assert [p.rough for p in made.plans] == [True, True, False]
    assert [plans for _, plans in asked] == [1, 2]
    held, exact = (made.plans[k].song.strips[0].events for k in (0, 2))
    assert (held.length == light_lengths(made.planner._tracks[1].sounding.batch, RATE)).all()
    assert (exact.length == exact.held + RATE).all()
    asked.clear()
    again = edits.move_notes(song, [int(song.track(1).notes.id[3])], semitones=2)
    made.planner.plan(again)
    wait(made)
    assert [p.rough for p in made.plans[3:]] == [True, False]
    assert [count for count, _ in asked] == [1]


def wait(made: Made) -> None:
    while not made.planner.idle:
        time.sleep(0.005)
