"""Gestures without a widget: previews while they last, one step or none at their end."""

import pytest

from studio.music.document import Clip
from studio.ui.arrangement.gestures import BoxClips, DrawClip, EraseClips, Found, LoopClips, MoveClips, ResizeClips, Spot
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK

BAR = 3840


class Board:
    """A strip of rows 20 pixels high, 100 ticks a pixel, with a grid of bars."""

    theme = DARK

    def __init__(self, state: RollState) -> None:
        self.state = state
        self.selection: frozenset[int] = frozenset()

    def select(self, ids) -> None:
        self.selection = ids

    def snapped(self, tick: float, free: bool) -> int:
        return round(tick) if free else round(tick / BAR) * BAR

    def snapped_down(self, tick: float, free: bool) -> int:
        return int(tick // BAR) * BAR

    def found(self, at: Spot) -> Found | None:
        track = self.state.document.tracks[at.row]
        clip = track.clip_at(int(at.tick))
        return Found(track, clip, "body") if clip else None

    def clips_in(self, left, right, top, bottom) -> frozenset[int]:
        return frozenset([21])


@pytest.fixture
def board(state: RollState) -> Board:
    made = Board(state)
    made.select(frozenset([21]))
    return made


def spot(bars: float, row: int = 0, **keys) -> Spot:
    return Spot(bars * BAR / 100, row * 20 + 10, bars * BAR, row, **keys)


def clip(board: Board) -> Clip:
    return board.state.document.tracks[0].clips[0]


def test_a_move_previews_and_ends_as_one_step(board: Board) -> None:
    gesture = MoveClips(board, spot(1), clip(board))
    for bars in (1.4, 2.2, 3.1):
        gesture.move(spot(bars))
    assert board.state.session.steps == ("Open",)
    assert clip(board).start == 2 * BAR
    gesture.release(spot(3.1))
    assert board.state.session.steps == ("Open", "Move clips")


def test_back_where_it_was_is_no_step(board: Board) -> None:
    before = board.state.document
    gesture = MoveClips(board, spot(1), clip(board))
    gesture.move(spot(4))
    gesture.move(spot(1))
    gesture.release(spot(1))
    assert board.state.document is before and board.state.session.steps == ("Open",)


def test_alt_moves_freely_and_ctrl_copies(board: Board) -> None:
    gesture = MoveClips(board, spot(1), clip(board))
    gesture.move(spot(1.3, alt=True))
    assert 0 < clip(board).start < BAR
    gesture.move(spot(9, ctrl=True))
    gesture.release(spot(9, ctrl=True))
    clips = board.state.document.tracks[0].clips
    assert [c.start // BAR for c in clips] == [0, 8]
    assert board.selection == {clips[1].id}


@pytest.mark.parametrize("left", [True, False])
def test_resize(board: Board, left: bool) -> None:
    gesture = ResizeClips(board, spot(0 if left else 8), clip(board), left)
    gesture.move(spot(2))
    gesture.release(spot(2))
    assert (clip(board).start // BAR, clip(board).end // BAR) == ((2, 8) if left else (0, 2))


def test_loop_draw_and_erase(board: Board) -> None:
    loop = LoopClips(board, spot(8))
    loop.move(spot(20))
    loop.release(spot(20))
    assert [c.start // BAR for c in board.state.document.tracks[0].clips] == [0, 8, 16]
    draw = DrawClip(board, spot(9, 1), board.state.document.tracks[1])
    draw.move(spot(11, 1))
    draw.release(spot(11, 1))
    assert [c.end // BAR for c in board.state.document.tracks[1].clips] == [8, 11]
    erase = EraseClips(board, spot(10, 1))
    erase.move(spot(9, 0))
    erase.release(spot(9, 0))
    assert [len(t.clips) for t in board.state.document.tracks] == [2, 1, 1]
    assert board.state.session.steps[1:] == ("Loop clips", "Draw clip", "Delete clips")


def test_a_box_can_be_cancelled(board: Board) -> None:
    board.select(frozenset([22]))
    clicks: list[int] = []
    box = BoxClips(board, spot(9), lambda: clicks.append(1))
    box.move(spot(4, 1))
    assert board.selection == {21}
    box.cancel()
    assert board.selection == {22}
    BoxClips(board, spot(9), lambda: clicks.append(1)).release(spot(9))
    assert clicks == [1] and board.selection == frozenset()
