import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.music import edits
from studio.music.notes import Notes
from studio.ui.roll.commands import COMMANDS
from tests.ui.roll.conftest import ALT, CTRL, MELODY, NONE, SHIFT, Hands


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete(hands: Hands, key: Qt.Key) -> None:
    hands.click(hands.at(300, 62))
    hands.key(key)
    assert hands.rows() == MELODY[1:]


@pytest.mark.parametrize(
    ("key", "held", "change"),
    [
        (Qt.Key.Key_Up, NONE, (0, 0, 1)),
        (Qt.Key.Key_Down, NONE, (0, 0, -1)),
        (Qt.Key.Key_Up, SHIFT, (0, 0, 12)),
        (Qt.Key.Key_Down, CTRL, (0, 0, -12)),
        (Qt.Key.Key_Right, NONE, (120, 0, 0)),
        (Qt.Key.Key_Left, NONE, (-120, 0, 0)),
        (Qt.Key.Key_Right, SHIFT, (0, 120, 0)),
        (Qt.Key.Key_Left, SHIFT, (0, -120, 0)),
    ],
)
def test_arrows(hands: Hands, key: Qt.Key, held: Qt.KeyboardModifier, change: tuple[int, int, int]) -> None:
    assert hands.state.grid_ticks() == 120
    hands.click(hands.at(1100, 65))
    hands.key(key, held)
    assert tuple(a + b for a, b in zip((960, 480, 65), change, strict=True)) in hands.rows()
    assert len(hands.session.steps) == 2


def test_copy_paste_cut_duplicate(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.key(Qt.Key.Key_C, CTRL)
    hands.roll.viewport.set_playhead(7680)
    hands.key(Qt.Key.Key_V, CTRL)
    assert (7680, 960, 62) in hands.rows()
    hands.key(Qt.Key.Key_D, CTRL)
    assert (8640, 960, 62) in hands.rows()
    hands.key(Qt.Key.Key_X, CTRL)
    assert (8640, 960, 62) not in hands.rows()
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.rows().count((7680, 960, 62)) == 2


def test_q_quantizes(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 130, 62), keys=ALT)
    hands.key(Qt.Key.Key_Q)
    assert hands.rows()[0] in {(120, 960, 62), (240, 960, 62)}


def test_lock_keeps_notes_from_edits(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.key(Qt.Key.Key_L, CTRL)
    assert hands.notes.locked.tolist() == [True, False, False, False]
    hands.key(Qt.Key.Key_Delete)
    assert hands.rows() == MELODY
    hands.key(Qt.Key.Key_L, CTRL)
    assert not hands.notes.locked.any()


def test_every_command_can_be_run_with_and_without_a_selection(hands: Hands) -> None:
    for name in COMMANDS:
        hands.roll.commands.run(name)
    hands.state.set_track(11)
    for name in COMMANDS:
        hands.state.select(hands.notes.id[:1].tolist())
        hands.roll.commands.run(name)
    hands.session.go_to(0)
    assert hands.rows() == MELODY


def test_no_two_commands_share_a_key() -> None:
    keys = [key for command in COMMANDS.values() for key in command.keys]
    assert len(set(keys)) == len(keys)


def test_a_group_moves_as_a_whole_or_not(hands: Hands) -> None:
    hands.key(Qt.Key.Key_A, CTRL)
    for _ in range(8):
        hands.key(Qt.Key.Key_Up, SHIFT)
    pitches = [p for _, _, p in hands.rows()]
    assert pitches == [62 + 48, 65 + 48, 69 + 48, 62 + 48]


def test_glue_legato_reverse(hands: Hands) -> None:
    hands.state.select([1, 2, 3])
    hands.key(Qt.Key.Key_L, SHIFT)
    assert hands.rows()[:2] == [(0, 960, 62), (960, 960, 65)]
    hands.key(Qt.Key.Key_R, SHIFT)
    assert hands.rows()[:3] == [(0, 960, 69), (960, 960, 65), (1920, 960, 62)]
    hands.state.select([1, 4])
    hands.key(Qt.Key.Key_J, CTRL)
    assert (1920, 2880, 62) in hands.rows()
    assert hands.session.steps[1:] == ("Legato", "Reverse notes", "Glue notes")


def test_humanize_asks_for_playing(hands: Hands) -> None:
    hands.state.humanized = lambda document, ids: edits.change_velocity(document, ids, 7)
    hands.state.select([2])
    hands.key(Qt.Key.Key_H)
    assert hands.notes.velocity.tolist() == [80, 47, 100, 80]
    assert hands.session.steps == ("Open", "Humanize")


def test_free_playing_is_laid_on_the_grid_and_the_tempo_may_follow(hands: Hands) -> None:
    beats = 0.3 + np.arange(17) * 0.55 + 0.02 * np.sin(np.arange(17))
    ticks = np.rint(hands.session.document.tempo.ticks_at_seconds(beats)).astype(int)
    hands.session.commit("played", edits.replace_notes(hands.session.document, 11, 0, 9**9, Notes.of(ticks, 200, 60)))
    hands.roll.commands.run("fit_tempo")
    assert np.abs(hands.notes.start - np.rint(hands.notes.start / 960) * 960).max() <= 2
    sound = hands.session.document.tempo.seconds(hands.notes.start)
    assert np.abs(np.diff(sound) - np.diff(beats)).max() < 0.01
    hands.session.undo()
    hands.roll.commands.run("fit")
    assert len(hands.session.document.tempo.changes) == 1
    assert np.abs(hands.notes.start - np.rint(hands.notes.start / 960) * 960).max() <= 2


def test_the_grid_is_set_by_keys(hands: Hands) -> None:
    state = hands.state
    assert state.grid_ticks() == 120
    hands.key(Qt.Key.Key_BracketLeft)
    assert state.grid_ticks() == 240
    hands.key(Qt.Key.Key_T, SHIFT)
    assert state.grid_ticks() == 160
    hands.key(Qt.Key.Key_BracketRight)
    hands.key(Qt.Key.Key_BracketRight)
    assert state.grid_ticks() == 40
    hands.key(Qt.Key.Key_G, SHIFT)
    assert state.grid.pinned == 0
    hands.key(Qt.Key.Key_G)
    assert state.snapped(1001) == 1001
    for _ in range(9):
        hands.key(Qt.Key.Key_BracketLeft)
    assert state.grid.pinned == 3840
