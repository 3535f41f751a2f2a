"""What keeps the songs safe."""

from studio.app.recovery import lost_songs, read_lost
from studio.app.session import Proposal, ProposedTake
from studio.ui.autosave import INTERVAL_MS


def test_songs_are_stored_every_half_minute_and_after_each_generation(window, monkeypatch):
    assert window.autosave._timer.interval() == INTERVAL_MS == 30_000 and window.autosave._timer.isActive()
    stored = []
    monkeypatch.setattr(window.studio.recovery, "sync", lambda wait=0.0: stored.append(wait))
    session, takes = window.studio.session, (ProposedTake(written_to=3840),)
    session.propose(Proposal(0, 3840, takes, writing=True, id=1))
    assert stored == []
    session.propose(Proposal(0, 3840, takes))
    assert stored == [0.0]
    session.propose(None)
    assert stored == [0.0]


def test_recovering_brings_histories_back_beside_what_is_open(make_window, qtbot):
    first = make_window()
    session = first.studio.session
    first.files.open_demo()
    first.actions_by_id["track.add"].trigger()
    first.files.new()
    first.actions_by_id["track.add"].trigger()
    first.autosave.rest()
    first.studio.recovery.close()
    second = make_window()
    assert second.autosave.left_behind and len(lost_songs()) == 2
    second.actions_by_id["track.add"].trigger()
    second.actions_by_id["file.recover"].trigger()
    qtbot.waitUntil(lambda: len(second.studio.session.songs) == 3)
    names = [[step.name for step in song.steps] for song in second.studio.session.songs]
    assert names == [["Open", "Add track"]] * 3
    assert [s.committed for s in second.studio.session.songs[1:]] == [s.committed for s in session.songs]
    qtbot.waitUntil(lambda: lost_songs() == [])


def test_a_damaged_copy_is_told_and_the_others_are_opened(make_window, qtbot):
    first = make_window()
    first.files.open_demo()
    for _ in range(2):
        first.actions_by_id["track.add"].trigger()
        first.files.new()
    first.actions_by_id["track.add"].trigger()
    first.autosave.rest()
    first.studio.recovery.close()
    second = make_window()
    lost_songs()[0].write_bytes(b"rubbish")
    assert len(read_lost(lost_songs()[1])[0].steps) == 2
    second.autosave.recover()
    qtbot.waitUntil(lambda: any("damaged" in n.message for n in second.studio.notices.entries))
    qtbot.waitUntil(lambda: len(second.studio.session.songs) == 2 and second.studio.session.can_undo)


def test_nothing_left_behind_is_a_sentence(window, qtbot):
    window.autosave.recover()
    qtbot.waitUntil(lambda: [n.message for n in window.studio.notices.entries] == ["There are no songs of last time."])
