import pytest
from PySide6.QtGui import QColor

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from tests.ui.roll.conftest import Hands


def violet(color: QColor) -> bool:
    return color.blue() > color.green() + 25 and color.red() > color.green()


@pytest.fixture
def proposal(hands: Hands) -> Proposal:
    own, other, new = Part("Melody", track_id=11), Part("Bass", track_id=12), Part("Flute")
    notes = hands.notes.select(slice(0, 1)).shifted(5760)
    takes = ProposedTake(((own, notes), (other, notes.replace(pitch=66)), (new, notes.replace(pitch=72))), 6720)
    return Proposal(5760, 7680, (takes,), writing=True)


def test_own_notes_are_strong_other_parts_faint(hands: Hands, proposal: Proposal) -> None:
    hands.session.propose(proposal)
    image = hands.roll.grab().toImage()
    own, bass, flute = (image.pixelColor(hands.at(6300, p)) for p in (62, 66, 72))
    assert violet(own)
    assert own.lightness() > bass.lightness() > image.pixelColor(hands.at(6300, 74)).lightness()
    assert bass == flute or abs(bass.lightness() - flute.lightness()) < 12


def test_parts_are_strong_where_none_is_the_edited_tracks(hands: Hands, proposal: Proposal) -> None:
    def flute(proposed: Proposal) -> QColor:
        hands.session.propose(proposed)
        return hands.roll.grab().toImage().pixelColor(hands.at(6300, 72))

    alone = ProposedTake(proposal.take.parts[1:], proposal.take.written_to)
    assert flute(Proposal(5760, 7680, (alone,), writing=True)).lightness() > flute(proposal).lightness() + 8


def test_what_is_being_written_fills_from_the_left(hands: Hands, proposal: Proposal) -> None:
    hands.session.propose(proposal)
    image = hands.roll.grab().toImage()
    written, rest, outside = (image.pixelColor(hands.at(t, 74)) for t in (6000, 7300, 8000))
    assert written.blue() > rest.blue() > outside.blue()
    assert violet(image.pixelColor(hands.at(6720, 74)))
    hands.session.propose(None)
    assert hands.roll.grab().toImage().pixelColor(hands.at(6000, 74)).blue() < written.blue()
