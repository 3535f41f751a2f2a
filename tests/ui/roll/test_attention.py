"""What a written note listened to, in the roll."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.engines.arranger_take import Listened
from studio.music import edits
from studio.music.document import Provenance
from tests.ui.roll.conftest import Hands, move

WRITTEN = Provenance("generated", "arranger", "tiny", "0" * 64, "{}", 3, "take 1")
LISTENED = Listened(5760, 62, ((12, 0, 60, 0.5), (11, 3840, 62, 0.2), (13, 960, 38, 0.1), (11, 0, 62, 0.001)))


@pytest.fixture
def told(hands: Hands) -> list[str]:
    """What is said, with a proposed note that listened to four others."""
    heard: list[str] = []
    hands.state.told = heard.append
    hands.state.listened = lambda origin, start, pitch: LISTENED if (origin, start, pitch) == (WRITTEN, 5760, 62) else None
    notes = hands.notes.select(slice(0, 1)).shifted(5760)
    part = Part("Melody", track_id=11)
    hands.session.propose(Proposal(5760, 7680, (ProposedTake(((part, notes),), 7680, WRITTEN),)))
    return heard


def point(hands: Hands, tick: int, pitch: int) -> None:
    move(hands.roll, hands.at(tick, pitch))


SAID = "Listened most to: Bass C4 in bar 1 (50%), Melody D4 in bar 2 (20%), Drums in bar 1 (10%)"


def test_pointing_at_a_written_note_tells_and_rings_what_it_listened_to(hands: Hands, told: list[str]) -> None:
    before = hands.roll.grab().toImage()
    point(hands, 6000, 62)
    assert told == [SAID]
    after = hands.roll.grab().toImage()
    ring = hands.at(0, 60) + QPoint(1, -hands.roll.viewport.key_height // 2 - 2)
    assert abs(after.pixelColor(ring).lightness() - before.pixelColor(ring).lightness()) > 30
    point(hands, 7000, 80)
    assert told[-1] == ""
    assert hands.roll.grab().toImage() == before


def test_a_kept_note_tells_when_it_is_selected(hands: Hands, told: list[str]) -> None:
    notes = hands.session.proposal.take.parts[0][1]
    document = edits.accept_take(hands.session.document, [(Part("Melody", track_id=11), notes)], 5760, 7680, WRITTEN)
    hands.session.propose(None)
    hands.session.commit("Keep take", document)
    kept = hands.notes.starting_between(5760, 7680)
    hands.state.select(kept.id.tolist())
    assert told[-1] == SAID
    hands.session.commit("Move", edits.move_notes(hands.session.document, kept.id.tolist(), 0, 2))
    assert told[-1] == "", "a note that was moved is not the note that listened"


def test_it_can_be_switched_off(hands: Hands, told: list[str]) -> None:
    point(hands, 6000, 62)
    hands.state.toggle_attention()
    assert told == [SAID, ""] and not hands.state.attention


def test_notes_of_other_networks_say_nothing(hands: Hands, told: list[str]) -> None:
    take = replace(hands.session.proposal.take, provenance=Provenance("generated", "lstm-writer"))
    hands.session.propose(replace(hands.session.proposal, takes=(take,)))
    point(hands, 6000, 62)
    assert told == []
