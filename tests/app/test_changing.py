from studio.app.changes import Change
from studio.app.changing import chunks_of, request_of
from studio.engines.api import Quiet
from studio.music.notes import Notes
from tests.arrangers import ArrangerShelf
from tests.writers import song

BAR = 3840


def test_lines_are_varied_by_their_vae_and_holes_filled_by_the_arranger():
    for verb, model in (("vary", "tiny-lines"), ("fill", "tiny")):
        card, chunks = chunks_of(Change(verb, 0, 2 * BAR, (1,)), song(), ArrangerShelf(), Quiet())
        notes = Notes.concat(n for c in chunks for _, n in c.notes)
        assert card.id == model and len(notes) and notes.last_end <= 2 * BAR


class Elsewhere:
    def generate(self, request, ctx):
        return iter([request])


class Apart(ArrangerShelf):
    """Has a process of its own for changes."""

    def changer(self):
        return Elsewhere()

    def arranger_card(self):
        return self.arranger().card


def test_a_change_goes_to_the_process_that_is_there_for_it():
    change = Change("fill", 0, 2 * BAR, (1,))
    _, requests = chunks_of(change, song(), Apart(), Quiet())
    (request,) = requests
    assert request.change is change and request.context.note_count


def test_the_arranger_spares_what_a_variation_does_not_reach():
    assert request_of(Change("vary", 0, BAR, (1, 2), amount=0.25), song()).spare == 0.75
    assert request_of(Change("fill", 0, BAR, (1,)), song()).spare == 0
