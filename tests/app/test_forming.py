import json
from dataclasses import replace

import pytest

from studio.app.forming import seed_of, weights_of
from studio.app.generating import Order, compose, request_of, with_take
from studio.app.limits_check import violations
from studio.app.reproducing import reproduce
from studio.engines.api import Chunk, Limits, Part, Quiet, Turn, Wishes
from studio.errors import Cancelled, StudioError
from studio.music.document import Document
from studio.music.notes import Notes
from studio.music.pitch import Key
from tests.arrangers import ArrangerShelf, tiny_arranger
from tests.fakes import OneNoteABar
from tests.writers import song, steered_writer

BAR = 3840


class Shelf(ArrangerShelf):
    """The tiny ones."""

    def __init__(self, **changed):
        self.cards = (steered_writer().card, replace(tiny_arranger().card, **changed))

    def generator(self, model=""):
        return steered_writer()


ORDER = Order("new", "folk", seed=3, takes=2, key=Key.parse("D minor"), form="A2 B2 A'4 A=2")


def made(order=ORDER, document=None, ctx=None):
    return compose(order, document or Document(), steered_writer(), ctx or Quiet(), helpers=Shelf())


def part_of(take, start, end):
    return [(p.name, n.starting_between(start * BAR, end * BAR)) for p, n in take.parts]


def test_a_piece_is_as_long_as_its_form_and_what_shall_be_the_same_is():
    proposal = made()
    assert (proposal.start, proposal.end) == (0, 10 * BAR)
    for take in proposal.takes:
        assert take.written_to == 10 * BAR and all(p.track_id is None for p, _ in take.parts)
        for (_, first), (_, last) in zip(part_of(take, 0, 2), part_of(take, 8, 10), strict=True):
            assert first.shifted(8 * BAR).pitch.tolist() == last.pitch.tolist()
            assert first.shifted(8 * BAR).start.tolist() == last.start.tolist()
    assert proposal.takes[0].parts != proposal.takes[1].parts


def test_all_notes_keep_key_and_limits():
    order = replace(ORDER, limits=Limits(low=50, high=80, polyphony=2), form="A2 A2 B2 A'2")
    request = request_of(order, Document())
    for take in made(order).takes:
        assert take.note_count and not violations(take.parts, request)


def test_a_take_is_the_same_alone_and_is_written_again_from_its_note():
    second = made().takes[1]
    asked = json.loads(second.provenance.request)
    assert asked["form"] == ORDER.form and asked["helpers"] == {"tiny": tiny_arranger().card.sha256} == weights_of(Shelf())
    again = reproduce(second.provenance, None, Shelf(), Quiet(), even_if_changed=False)
    assert again.proposal.take.parts == second.parts and not again.changed
    with pytest.raises(StudioError, match="The model 'tiny', which varies repeats, has other weights"):
        reproduce(second.provenance, None, Shelf(sha256="00"), Quiet(), even_if_changed=False)


def test_going_on_with_a_form_writes_for_the_songs_tracks():
    before = song(4)
    take = made(Order("continue", seed=1, form="A2 A2"), before).take
    assert {p.track_id for p, _ in take.parts} <= {1, 2}
    assert min(int(n.start.min()) for _, n in take.parts if len(n)) >= 4 * BAR


def test_a_kept_take_brings_its_sections():
    document = with_take(Document(), made())
    assert [(s.name, s.start // BAR, s.end // BAR) for s in document.sections] == [
        ("A", 0, 2), ("B", 2, 4), ("A'", 4, 8), ("A", 8, 10),
    ]  # fmt: skip


class Counting(Quiet):
    def __init__(self, stop=1.1):
        self.seen, self.stop = [], stop

    def progress(self, fraction, message=""):
        self.seen.append(fraction)
        if fraction >= self.stop:
            raise Cancelled


def test_progress_goes_on_to_the_end_and_a_form_can_be_cancelled_anywhere():
    ctx = Counting()
    made(ctx=ctx)
    assert ctx.seen[0] == 0 and 0.8 < max(ctx.seen) <= 1
    for share in (0.1, 0.5, 0.7):
        with pytest.raises(Cancelled):
            made(ctx=Counting(share))


class Helm(Quiet):
    """Wishes for something else from so much progress on."""

    def __init__(self, at, wishes):
        self.at, self.later, self.wishes = at, wishes, None

    def progress(self, fraction, message=""):
        if fraction >= self.at:
            self.wishes = self.later


@pytest.mark.parametrize("at", [0.05, 0.3, 0.5, 0.85])
def test_whoever_steers_is_followed_and_the_take_is_written_again_from_its_note(at):
    order = replace(ORDER, form="A2 B4 A'4 C2", wishes=Wishes(energy=0.2, density=0.2))
    wild = Wishes(energy=0.9, density=0.9)
    plain, steered = made(order), made(order, ctx=Helm(at, wild))
    for before, take in zip(plain.takes, steered.takes, strict=True):
        assert not before.turns and [t.wishes for t in take.turns] == [wild] and take.parts != before.parts
        first = take.turns[0].at
        assert 0 < first < 12 * BAR and all(
            n.starting_between(0, first).pitch.tolist() == m.starting_between(0, first).pitch.tolist()
            for (_, n), (_, m) in zip(take.parts, before.parts, strict=True)
        )
        again = reproduce(take.provenance, None, Shelf(), Quiet(), even_if_changed=False)
        assert again.proposal.take.parts == take.parts and again.proposal.take.turns == take.turns


def test_wishes_that_turn_along_a_form_are_those_of_its_sections():
    turns = (Turn(5 * BAR, Wishes(density=1.0)),)
    order = replace(ORDER, takes=1, key=None, form="A4 B4 C4 D4", wishes=Wishes(density=0.0))
    take, before = made(replace(order, turns=turns)).take, made(order).take
    assert take.turns == turns
    counts = [sum(len(n.starting_between(8 * BAR, 16 * BAR)) for _, n in t.parts) for t in (before, take)]
    assert counts[1] > 1.5 * counts[0]


def test_a_repeat_of_more_energy_is_louder():
    found = []
    for energy in ("", "@0.9", "@0.1"):
        take = made(replace(ORDER, takes=1, form=f"A4@0.5 A4{energy}")).take
        found.append([float(Notes.concat(n for _, n in part_of(take, a, a + 4)).velocity.mean()) for a in (0, 4)])
    assert [first for first, _ in found] == [found[0][0]] * 3
    assert found[2][1] < found[0][1] < found[1][1]


def test_a_new_section_hears_the_bars_before_it_unless_most_parts_are_silent_there():
    heard = []

    class Few(OneNoteABar):
        """The first section is the first part's alone."""

        def generate(self, request, ctx):
            heard.append(request.context.note_count)
            tracks = request.context.tracks[: 9 if request.start else 1]
            notes = Notes.of([request.start, request.start + BAR], BAR, 50)
            yield Chunk(0, tuple((Part(t.name, t.program, t.drums, t.id), notes) for t in tracks), request.end)

    order = Order("new", "jazz", form="A2 B2 C2")
    proposal = compose(order, Document(), Few(), Quiet(), helpers=Shelf())
    assert heard == [0, 0, 8] and len(proposal.take.parts) == 4


def test_chords_start_anew_with_each_section():
    request = request_of(replace(ORDER, form="A3 B2 A3", chords="C F"), Document())
    assert [str(c.chord) for c in request.chords] == ["C", "F", "C", "C", "F", "C", "F", "C"]


def test_a_form_that_cannot_be_read_or_kept_is_refused():
    for changed in (dict(form="A8 ?"), dict(limits=Limits(leap=3)), dict(form="A256 B256 C256 D256")):
        with pytest.raises(StudioError):
            made(replace(ORDER, **changed))


def test_seeds_of_sections_and_takes_are_apart():
    seeds = {seed_of(s, n, t) for s in range(3) for n in range(3) for t in range(3)}
    assert len(seeds) == 27 and all(0 <= s < 2**48 for s in seeds)
