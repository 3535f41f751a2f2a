"""The controllers behind the actions."""

from dataclasses import replace
from time import sleep

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Chunk, Part, Turn, Wishes
from studio.music.notes import Notes
from tests.ui.conftest import BAR


def test_sound_starts_with_the_first_written_bar(window, qtbot, monkeypatch):
    played = []
    monkeypatch.setattr(window.studio.playback, "play", lambda: played.append(window.studio.playback.position))
    window.transport.toggle_loop()
    window.write_panel.bars.setValue(2)
    window.write_panel.listen.setChecked(True)
    window.writing.write()
    qtbot.waitUntil(lambda: played == [2 * BAR])
    assert not window.transport.loop_on
    qtbot.waitUntil(lambda: not window.studio.session.proposal.writing)
    assert played == [2 * BAR]


def test_takes_are_stepped_through(window, qtbot, monkeypatch):
    monkeypatch.setattr(window.studio.playback, "play", lambda: None)
    window.write_panel.bars.setValue(1)
    window.write_panel.takes.index = 2
    window.writing.write()
    session = window.studio.session
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing)
    window.writing.step("1")
    assert window.studio.session.proposal.active == 1
    window.writing.step("-1")
    window.writing.step("-1")
    assert window.studio.session.proposal.active == 2
    window.writing.drop()
    assert len(window.studio.session.proposal.takes) == 2
    window.writing.drop_all()
    assert window.studio.session.proposal is None


def test_follow_is_remembered(window):
    before = window.transport.follow
    window.actions_by_id["play.follow"].trigger()
    assert window.transport.follow is not before
    assert window.actions_by_id["play.follow"].isChecked() is not before


def test_play_begins_anew_behind_the_end(window, monkeypatch):
    played = []
    monkeypatch.setattr(window.studio.playback, "play", lambda: played.append(window.studio.playback.position))
    window.transport.seek(5 * BAR)
    window.transport.toggle()
    assert played == [0]


def test_progress_is_told_in_bars(window, qtbot, writer, monkeypatch):
    monkeypatch.setattr(window.studio.playback, "play", lambda: None)
    assert window.writing.told() == "Listening to the song"
    window.write_panel.bars.setValue(4)
    window.writing.write()
    session = window.studio.session
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing)
    assert window.writing.told() == "Writing bar 4 of 4"


def test_playing_waits_for_the_network_where_it_is_slow(window, qtbot, monkeypatch):
    class Player:
        playing, position = True, 2 * BAR

        def pause(self):
            self.playing = False

        def play(self):
            self.playing = True

        seek = close = set_document = set_loop = lambda self, *given, **named: (-60.0, -60.0)

    session, transport, real = window.studio.session, window.transport, window.studio.playback
    window.mirror.rest()
    monkeypatch.setattr(window.studio, "playback", Player())
    player = window.studio.playback
    take = ProposedTake(written_to=2 * BAR + 100)
    session.propose(Proposal(2 * BAR, 6 * BAR, (take,), writing=True))
    transport.wait_for_notes(2 * BAR)
    assert not player.playing
    assert transport.playing
    session.propose(replace(session.proposal, takes=(replace(take, written_to=3 * BAR),)))
    transport.wait_for_notes(2 * BAR)
    assert player.playing
    transport.wait_for_notes(3 * BAR - 100)
    assert not player.playing
    transport.toggle()
    assert not transport.playing
    session.propose(None)
    transport.wait_for_notes(3 * BAR)
    assert not player.playing
    monkeypatch.setattr(window.studio, "playback", real)


def test_an_excerpt_rests_at_its_end_and_begins_anew(window, monkeypatch):
    playback, transport = window.studio.playback, window.transport
    playing = []
    monkeypatch.setattr(type(playback), "playing", property(lambda self: bool(playing)))
    monkeypatch.setattr(playback, "play", lambda *_: playing.append(1))
    monkeypatch.setattr(playback, "pause", playing.clear)
    monkeypatch.setattr(playback, "seek", lambda tick: None)
    transport.set_loop(False)
    transport.play_excerpt(BAR, 2 * BAR)
    transport.wait_for_notes(2 * BAR - 10)
    assert playing
    transport.wait_for_notes(2 * BAR + 5)
    assert not playing and int(window.viewport.playhead) == BAR
    transport.play_excerpt(BAR, 2 * BAR)
    transport.play_from(0)
    transport.wait_for_notes(2 * BAR + 5)
    assert playing, "what is played otherwise goes on"


def test_what_is_proposed_out_of_sight_is_scrolled_to(window):
    view, session = window.viewport, window.studio.session
    view.show_ticks(0, BAR // 2)
    view.show_pitches(30, 40)
    low, high = view.visible_pitches()
    part = Part("High", 73)
    take = ProposedTake(((part, Notes.of([2 * BAR], 480, [120])),), 3 * BAR)
    assert high < 120
    session.propose(Proposal(2 * BAR, 3 * BAR, (take,)))
    first, last = view.visible_ticks()
    low, high = view.visible_pitches()
    assert first <= 2 * BAR < last and low <= 120 <= high
    view.scroll_to(0)
    session.propose(Proposal(2 * BAR, 3 * BAR, (take, take), active=1))
    assert view.visible_ticks()[1] < 2 * BAR, "only once: whoever scrolls away means it"
    session.propose(None)
    kit = ProposedTake(((Part("Kit", drums=True), Notes.of([2 * BAR], 480, [36])),), 3 * BAR)
    view.show_pitches(60, 70)
    before = view.visible_pitches()
    session.propose(Proposal(2 * BAR, 3 * BAR, (kit,)))
    assert view.visible_pitches() == before, "drums do not lie in this roll"
    session.propose(None)
    view.show_ticks(0, 2 * BAR + BAR // 2)  # a sixteenth of it at the edge is as good as nothing
    session.propose(Proposal(2 * BAR, 10 * BAR, (replace(take, written_to=10 * BAR),)))
    assert view.visible_ticks()[1] > 4 * BAR
    session.propose(None)


def test_the_pad_steers_the_network_that_is_writing_and_shows_its_way(window, qtbot, writer):
    heard = []

    def generate(request, ctx):
        part = Part("New")
        for start in range(request.start, request.end, 3840):
            while start > request.start and ctx.wishes is None:
                sleep(0.01)
                ctx.progress(0.1)
            heard.append(ctx.wishes)
            turns = (Turn(960, ctx.wishes),) if ctx.wishes else ()
            yield Chunk(0, ((part, Notes.of([start], 900, 60)),), start + 3840, turns)

    writer.generate = generate
    window.write_panel.takes.index = 0
    window.write_panel.bars.setValue(2)
    window.write_panel.listen.setChecked(False)
    pad = window.write_panel.steering.mood
    pad.mood = (0.1, 0.5)  # nobody is writing
    window.writing.write()
    qtbot.waitUntil(lambda: heard == [None])
    pad.mood = (0.9, 0.8)
    qtbot.waitUntil(lambda: not window.studio.generating.writing and not window.studio.session.proposal.writing)
    assert heard[1] == Wishes(energy=0.9, brightness=0.8)
    qtbot.waitUntil(lambda: pad.course == ((0.1, 0.5), (0.9, 0.8)))
    window.writing.drop_all()
    qtbot.waitUntil(lambda: pad.course == ())
