from dataclasses import replace

import numpy as np
import pytest

from studio.engines.api import GenerateRequest, Quiet, Wishes
from studio.engines.lstm_writer_styles import Manner
from studio.engines.lstm_writer_wishes import Harmony, Plans, course_of, harmony_of, wished
from studio.engines.note_columns import CLASS, N_TRACK, Bars, metre_class
from studio.engines.note_controls import CONTROLS, NAMES, NO_CHORD, OPEN
from studio.errors import StudioError
from studio.music.document import ChordSpan, Document
from studio.music.pitch import Chord
from tests.writers import song, steered_writer, tiny_writer

BAR = 3840
D, R = NAMES.index("density"), NAMES.index("register")
THREE, FOUR = metre_class(3, 4), metre_class(4, 4)


NOTHING = Wishes()


def plans():
    """Ten songs of one style: song k has density 2 k and register 5; the even ones are a melody, the odd ones a quartet."""
    rows = np.full((1, 10, 8, len(CONTROLS)), 5, np.uint8)
    rows[0, :, :, D] = 2 * np.arange(10)[:, None]
    rows[0, :, 0, R] = 9
    tracks = np.zeros((1, 10, N_TRACK), np.uint8)
    tracks[0, ::2, CLASS["Melody"]] = 1
    tracks[0, 1::2, [CLASS[n] for n in ("Cello", "Viola")]] = 1
    return Plans(rows, tracks, np.full((1, 10), FOUR, np.uint8))


def course(wishes=NOTHING, parts=("Melody",), new=True, take=0, style=0, chords=()):
    request = GenerateRequest(Document(chords=chords), 0, 12 * BAR, wishes=wishes)
    classes = tuple(CLASS[p] for p in parts)
    return course_of(request, plans(), style, Bars(), classes, harmony_of(request, 0), take, new)


def test_a_wish_is_a_place_among_the_songs():
    assert wished(Wishes(density=0.0), plans(), 0) == {D: 0}  # no class below
    assert wished(Wishes(density=1.0), plans(), 0) == {D: 20}  # stretched
    assert wished(Wishes(density=0.75), plans(), 0) == {D: 13.5 + 1}
    assert wished(Wishes(repetition=1.0), plans(), 0) == {NAMES.index("repetition"): 5}
    assert wished(Wishes(density=0.5), plans(), 0) == {D: 9}
    assert wished(Wishes(), plans(), 0) == {}
    assert wished(Wishes(density=0.5), plans(), 7) == {D: 9}  # a style without songs: among all


def test_the_register_is_wished_as_it_sounds():
    low, high = (wished(Wishes(register=0.5), plans(), 0, moved)[R] for moved in (0, 4))
    assert high == low + 2


def test_a_new_piece_follows_a_song_with_the_same_players():
    seen = {int(course(take=k).at(0)[D]) for k in range(30)}
    assert seen <= {2 * k for k in range(10)} and len(seen) > 2
    assert {d % 4 for d in followed(plans().metres)} == {0}  # the even songs


def followed(metres, bars=None, takes=range(30), seed=0):
    """Densities of the songs that takes follow, where every song is there twice and those have such metres."""
    near = Plans(plans().rows.repeat(2, axis=1), plans().tracks.repeat(2, axis=1), metres.repeat(2, axis=1))
    request = GenerateRequest(Document(), 0, BAR, seed=seed)
    courses = [course_of(request, near, 0, bars or Bars(), (CLASS["Melody"],), Harmony(), k, True) for k in takes]
    return [int(c.at(0)[D]) for c in courses]


def test_a_new_piece_follows_a_song_in_its_metre():
    metres = np.where(np.arange(10) < 6, THREE, FOUR).astype(np.uint8)[None]
    assert set(followed(metres, Bars(((0, 72, THREE),)))) == {0, 4, 8}
    assert set(followed(metres)) == {0, 4, 8, 12, 16}  # only two in four: those in three stand near too


def test_neighbouring_takes_and_seeds_are_spread_from_thin_to_dense():
    for made in (followed(plans().metres, takes=range(3, 8)), [followed(plans().metres, takes=[0], seed=s)[0] for s in range(5)]):
        assert len(set(made)) >= 4
        assert 6 <= np.mean(made) <= 10  # of 0, 4, ..., 16


def test_the_last_of_all_seeds_follows_a_song_too():
    last = -pow(0x9E3779B97F4A7C15, -1, 2**64) % 2**64 - 1  # lies nearest to where the densest song ends
    assert followed(plans().metres, takes=[0], seed=last) == [16]


def test_planned_controls_can_lie_higher_and_wished_ones_do_not():
    plain = course().at(0).astype(int)
    made = course().moved({"density": 1.7, "polyphony": 0.3, "repetition": -9.0})
    assert made.at(0)[D] == plain[D] + 2 and made.at(0)[NAMES.index("polyphony")] == plain[NAMES.index("polyphony")]
    assert made.at(0)[NAMES.index("repetition")] == 0
    assert made.goal(0).density == pytest.approx(2 ** ((plain[D] + 1.7 - 8) / 4))
    assert made.goal(0).polyphony == pytest.approx(2 ** (5.3 / 4))
    wished_for = course(Wishes(density=0.5))
    assert wished_for.moved({"density": 2.0}).goal(0) == wished_for.goal(0)
    opened = course(new=False).moved({"density": 2.0})
    assert opened.at(0)[D] == OPEN[D] and opened.goal(0).density is None


def test_what_is_wished_holds_in_every_bar_and_the_rest_goes_there_and_back():
    made = course(Wishes(density=1.0))
    assert {int(made.at(96 * b)[D]) for b in range(12)} == {20}
    assert made.at(0)[R] == 9 and made.at(96)[R] == 5
    short = replace(made, rows=made.rows[:3] * 0 + np.arange(3, dtype=np.uint8)[:, None])
    assert [int(short.at(96 * b)[R]) for b in range(12)] == 2 * [0, 1, 2, 2, 1, 0]
    energy = NAMES.index("energy")
    assert made.at(0)[energy] == OPEN[energy]
    assert course(Wishes(energy=0.5)).at(0)[energy] == 5


def test_going_on_leaves_open_what_is_not_wished():
    made = course(Wishes(density=0.0), new=False)
    assert made.at(0).tolist() == [0, *OPEN[1 : len(CONTROLS)].tolist()]


def test_chords_are_told_where_they_stand():
    chords = (ChordSpan(0, BAR, Chord.parse("C")), ChordSpan(BAR, 2 * BAR, Chord.parse("Am")))
    made = course(chords=chords)
    assert made.chords(0) == (0, 0)
    assert made.chords(60) == (0, 9 * 13 + 1)
    assert made.chords(96 * 2) == (NO_CHORD + 1, NO_CHORD + 1)
    assert harmony_of(GenerateRequest(Document(chords=chords), 0, BAR), 2).classes == (2 * 13,)


@pytest.mark.parametrize("wishes", [Wishes(density=1.1), Wishes(energy=-0.1)])
def test_wishes_are_shares(wishes):
    with pytest.raises(StudioError):
        next(tiny_writer().generate(GenerateRequest(Document(), 0, BAR, style="pop", wishes=wishes), Quiet()))


def test_a_model_that_never_learned_them_says_so():
    with pytest.raises(StudioError, match="not learned"):
        next(tiny_writer().generate(GenerateRequest(Document(), 0, BAR, style="pop", wishes=Wishes(density=0.5)), Quiet()))


def means(wishes, style="folk", takes=2):
    """Notes a beat and mean pitch of what is written."""
    request = GenerateRequest(Document(), 0, 12 * BAR, style=style, seed=4, wishes=wishes, takes=takes)
    pitches = [p for c in steered_writer().generate(request, Quiet()) for _, n in c.notes for p in n.pitch.tolist()]
    return len(pitches) / (takes * 48), float(np.mean(pitches))


def test_even_an_untrained_network_is_kept_on_course():
    sparse, dense = means(Wishes(density=0.0))[0], means(Wishes(density=1.0))[0]
    assert dense > 2.5 * sparse
    low, high = means(Wishes(register=0.0))[1], means(Wishes(register=1.0))[1]
    assert high > low + 8


def test_guided_takes_are_the_same_alone_and_among_others():
    def rows(takes):
        request = GenerateRequest(Document(), 0, 2 * BAR, style="folk", seed=4, wishes=Wishes(energy=0.9), takes=takes)
        chunks = [c for c in steered_writer().generate(request, Quiet()) if c.take == 1]
        return [(p.name, n.start.tolist(), n.pitch.tolist()) for c in chunks for p, n in c.notes]

    assert rows(2) == rows(5) != []


def test_many_requests_in_one_batch_are_each_as_they_are_alone():
    requests = [GenerateRequest(Document(), 0, 2 * BAR, style=s, seed=k) for k, s in enumerate(("folk", "pop", "quartet"))]
    together = list(steered_writer().generate_together(requests, Quiet()))
    for k, request in enumerate(requests):
        alone = list(steered_writer().generate(request, Quiet()))
        mine = [c for number, c in together if number == k]
        assert [c.written_to for c in mine] == [c.written_to for c in alone]
        assert [(p, n) for c in mine for p, n in c.notes] == [(p, n) for c in alone for p, n in c.notes]


def test_the_manner_of_a_style_holds_for_new_pieces_without_wishes():
    writer, before = steered_writer(), steered_writer().manners
    try:
        plain = [writer.course(r) for r in manner_requests()]
        writer.manners = {"folk": Manner(density=1.7, pitch=0.8)}
        new, wished_for, going_on = (writer.course(r) for r in manner_requests())
    finally:
        writer.manners = before
    assert new.goal(0).density == pytest.approx(plain[0].goal(0).density * 2 ** (1.7 / 4))
    assert wished_for.goal(0) == plain[1].goal(0) and going_on.goal(0) == plain[2].goal(0)


def manner_requests():
    """A new folk piece, one that is wished to be low, and a song to go on from."""
    return [
        GenerateRequest(Document(), 0, BAR, style="folk"),
        GenerateRequest(Document(), 0, BAR, style="folk", wishes=Wishes(register=0.1)),
        GenerateRequest(song(), 2 * BAR, BAR, style="folk"),
    ]
