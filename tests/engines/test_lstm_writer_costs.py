import math

import numpy as np
import pytest

from studio.engines.api import Quiet
from studio.engines.lstm_writer_costs import costs_of, piece_of
from studio.engines.note_columns import FLAT_COST, KEY_COST, VELOCITIES
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.writers import scale_piece, song, tiny_network, tiny_writer


def test_a_piece_pays_for_all_that_it_tells():
    net, piece = tiny_network(), scale_piece(3)
    told = costs_of(net, piece, Quiet(), "pop")
    assert told.nats.shape == (len(piece), 5)
    assert told.whole == pytest.approx(KEY_COST + FLAT_COST)
    found = costs_of(net, piece, Quiet())
    total = {s: costs_of(net, piece, Quiet(), s).nats.sum() for s in (*net.shape.styles, "")}
    # All 48 notes lie within the notes that choose the style: the cost is that of the even mixture.
    mixture = -np.logaddexp.reduce([-v for v in total.values()]) + math.log(len(total))
    assert found.a_note * found.notes == pytest.approx(mixture + KEY_COST + FLAT_COST, rel=1e-5)


def test_flat_velocities_are_told_once():
    costs = tiny_writer().costs(song(), Quiet(), "")
    assert (costs.nats[:, 4] == 0).all()
    assert costs.whole == pytest.approx(KEY_COST + FLAT_COST + math.log(VELOCITIES))


def test_blocks_do_not_matter():
    piece = scale_piece(60)
    costs = costs_of(tiny_network(), piece, Quiet(), "")
    half = costs_of(tiny_network(), scale_piece(60), Quiet(), "")
    assert len(piece) > 300
    assert np.allclose(costs.nats, half.nats)


@pytest.mark.parametrize("drums", [False, True])
def test_one_note_is_enough(drums):
    clip = Clip(1, 0, 960, (Take(Notes.of([7], [3], [60])),))
    costs = tiny_writer().costs(Document(tracks=(Track(2, drums=drums, clips=(clip,)),)), Quiet())
    assert costs.notes == 1
    assert math.isfinite(costs.a_note)


def test_no_notes_are_refused():
    with pytest.raises(StudioError, match="no notes"):
        tiny_writer().costs(Document(), Quiet())


def test_tracks_become_rows():
    piece = piece_of(song())
    assert len(piece) == 32
    assert len(set(piece.track.tolist())) == 2
