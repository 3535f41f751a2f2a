import json
from dataclasses import replace

import pytest

from studio.app.arranging import arrange
from studio.app.changes import Change
from studio.app.generating import Order, closed, compose, with_take
from studio.app.provenance_notes import asked_of
from studio.app.reproducing import reproduce
from studio.app.session import ProposedTake
from studio.engines.api import Limits, Quiet, Wishes
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.pitch import Key
from tests.arrangers import ArrangerShelf, tiny_arranger
from tests.writers import song, steered_writer

BAR = 3840


class Shelf(ArrangerShelf):
    """The tiny ones."""

    def __init__(self, **changed):
        self.writer = steered_writer()
        self.cards = tuple(replace(c, **changed) for c in (self.writer.card, tiny_arranger().card))

    def generator(self, model=""):
        return self.writer


ORDER = Order(
    "new", "folk", 4, Key(0), 1.1, 0.9, 5, 3, Wishes(density=0.7, energy=0.4), Limits(50, 80, 2, 9, 480, "strong"), "C F"
)


def same(a, b):
    return [p for p, _ in a.parts] == [p for p, _ in b.parts] and all(
        x == y for (_, x), (_, y) in zip(a.parts, b.parts, strict=True)
    )


def again(provenance, document=None, even_if_changed=False, shelf=None):
    return reproduce(provenance, document, shelf or Shelf(), Quiet(), even_if_changed=even_if_changed)


def test_a_new_piece_is_written_again_from_its_note_alone():
    take = compose(ORDER, Document(title="t"), steered_writer(), Quiet()).takes[2]
    made = again(take.provenance)
    assert same(made.proposal.take, take) and made.changed == () and len(made.proposal.takes) == 1
    assert made.context.title == "t" and made.proposal.take.provenance == take.provenance


def test_a_mixture_of_styles_is_written_again_and_notes_of_before_there_were_any_are_read():
    order = replace(ORDER, second_style="jazz", second_share=0.35, takes=1)
    take = compose(order, Document(), steered_writer(), Quiet()).take
    assert same(again(take.provenance).proposal.take, take)
    old = compose(replace(ORDER, takes=1), Document(), steered_writer(), Quiet()).take
    asked = {k: v for k, v in json.loads(old.provenance.request).items() if not k.startswith("second")}
    older = replace(old.provenance, request=json.dumps(asked))
    assert same(again(older).proposal.take, old) and not same(take, old)


def test_a_take_that_was_steered_while_it_was_written_is_written_again():
    class Hand(Quiet):
        wishes = None

        def progress(self, fraction, message=""):
            if fraction > 0.2:
                self.wishes = Wishes(density=0.1 if fraction < 0.6 else 0.9)

    order = replace(ORDER, seed=3, bars=8, wishes=Wishes(), chords="", limits=Limits())  # no take is over before it is steered
    proposal = compose(order, Document(), steered_writer(), Hand())
    for take in proposal.takes:
        turns = json.loads(take.provenance.request)["turns"]
        assert len(turns) == 2 and turns[1]["wishes"]["density"] == 0.9
        assert same(again(take.provenance).proposal.take, take)
    assert len({take.turns for take in proposal.takes}) > 1  # each where it had got to


def test_going_on_needs_the_song_and_hears_only_what_was_heard():
    order = replace(ORDER, verb="continue", style="", bars=2, takes=1, chords="", limits=Limits())
    proposal = compose(order, song(), steered_writer(), Quiet())
    take = proposal.take
    with pytest.raises(StudioError, match="needed too"):
        again(take.provenance)
    assert same(again(take.provenance, song()).proposal.take, take)
    kept = with_take(song(), proposal)  # the song as it is with the take in it
    assert same(again(take.provenance, kept).proposal.take, take)
    with pytest.raises(StudioError, match="not the one"):
        again(take.provenance, song(3))
    made = again(take.provenance, song(3), even_if_changed=True)
    assert "not the one" in made.changed[0] and made.proposal.take.note_count


def test_changes_of_bars_are_made_again():
    change = Change("fill", 0, BAR, (1,), seed=3, takes=2)
    take = arrange(change, song(), Shelf(), Quiet()).takes[1]
    assert same(again(take.provenance, song()).proposal.take, take)
    with pytest.raises(StudioError, match="not the one"):
        again(take.provenance, song(5))


def test_a_changed_model_or_engine_is_told_and_not_passed_over():
    take = compose(replace(ORDER, takes=1), Document(), steered_writer(), Quiet()).take
    for changed, sentence in ((dict(sha256="ff" * 32), "other weights"), (dict(engine="other"), "another engine")):
        with pytest.raises(StudioError, match=sentence):
            again(take.provenance, shelf=Shelf(**changed))
        made = again(take.provenance, shelf=Shelf(**changed), even_if_changed=True)
        assert sentence in made.changed[0] and made.proposal.take.note_count
    with pytest.raises(StudioError, match="not installed"):
        again(replace(take.provenance, model="gone"), even_if_changed=True)
    other = replace(take.provenance, request=take.provenance.request.replace(asked_of(take.provenance)["notes_sha256"], "0" * 64))
    with pytest.raises(StudioError, match="engine has changed"):
        again(other)
    assert "engine has changed" in again(other, even_if_changed=True).changed[0]


def test_a_take_that_was_stopped_is_written_as_far_as_it_was():
    order = replace(ORDER, takes=1)
    whole = compose(order, Document(), steered_writer(), Quiet())
    half = ProposedTake(tuple((p, n.starting_between(0, 2 * BAR)) for p, n in whole.take.parts), 2 * BAR, whole.take.provenance)
    half = closed(replace(whole, takes=(half,))).take
    assert same(again(half.provenance).proposal.take, half)


def test_what_was_drawn_cannot_be_written_again():
    from studio.music.document import Provenance

    with pytest.raises(StudioError, match="not written by a network"):
        again(Provenance("drawn"))
