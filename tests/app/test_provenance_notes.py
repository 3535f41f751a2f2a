import json
from dataclasses import replace

import pytest

from studio.app.changes import Change
from studio.app.generating import Order, compose, with_take
from studio.app.provenance_notes import (
    asked_of,
    document_of,
    lanes_of,
    note_of,
    note_text,
    note_texts,
    notes_hash,
    provenance_in,
    provenances_in,
    provenances_of_midi,
    read_notes,
    revived,
    signed,
    take_name,
    take_number,
)
from studio.app.session import ProposedTake
from studio.app.songs import export_midi
from studio.codecs.project import save_project
from studio.engines.api import Limits, Part, Quiet, Wishes
from studio.errors import StudioError
from studio.music.document import ChordSpan, Document, KeyChange, Provenance
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.music.tempo import TempoMap
from studio.music.time import Meter, TimeSignature
from tests.fakes import OneNoteABar

ORDER = Order(
    "new", "plain", 2, Key(2, "minor"), 0.9, 0.8, 7, 2, Wishes(density=0.2), Limits(48, 72, least=1, chord_notes="all"), "Dm"
)


def kept():
    """A song with a take that was written, and its provenance."""
    proposal = compose(ORDER, Document(title="Here"), OneNoteABar(), Quiet())
    return with_take(Document(title="Here"), proposal, 1), proposal.takes[1].provenance


def test_a_note_says_all_and_comes_back():
    _, provenance = kept()
    note = json.loads(note_text(provenance))
    assert note == note_of(provenance)
    assert (note["engine"], note["model"], note["seed"], note["source"]) == ("one-note", "one", 7, "take 2")
    assert provenance_in(note) == provenance
    asked = note["request"]
    assert revived(Order, asked) == ORDER
    assert asked["context"]["title"] == "Here" and len(asked["notes_sha256"]) == len(asked["context_sha256"]) == 64
    assert take_number(provenance) == 1 and take_name(1) == "take 2" and take_number(Provenance()) == 0


def test_notes_are_found_in_texts_files_and_songs(tmp_path):
    document, provenance = kept()
    text = note_text(provenance)
    assert read_notes(text) == ((provenance,), None)
    (tmp_path / "a.json").write_text(json.dumps([{"written": [note_of(provenance)], "other": 1}]), "utf-8")
    assert read_notes(str(tmp_path / "a.json")) == ((provenance,), None)
    save_project(document, tmp_path / "a.studio")
    assert read_notes(str(tmp_path / "a.studio"))[0] == (provenance,)
    assert read_notes(str(tmp_path / "a.studio"))[1] == document
    export_midi(document, tmp_path / "a.mid", note_texts(document))
    assert read_notes(str(tmp_path / "a.mid")) == ((provenance,), None)
    export_midi(document, tmp_path / "b.mid", ("other text", f'{{"format": "{note_of(provenance)["format"]}"}}'))
    assert provenances_of_midi(tmp_path / "b.mid") == ()
    assert provenances_in(document) == (provenance,)


@pytest.mark.parametrize(
    "words",
    ["{", '{"a": 1}', "[]", "no-such-file.json", '{"format": "partita provenance", "version": 99}',
     '{"format": "partita provenance", "version": 1, "kind": 3}'],
)  # fmt: skip
def test_what_is_no_note_is_refused_with_a_sentence(words):
    with pytest.raises(StudioError) as refused:
        read_notes(words)
    assert refused.value.message.endswith(".") and refused.value.hint.endswith(".")


def test_a_song_that_nobody_wrote_has_no_note(tmp_path):
    save_project(Document(), tmp_path / "a.studio")
    with pytest.raises(StudioError, match="no take"):
        read_notes(str(tmp_path / "a.studio"))


def test_the_hash_of_notes_does_not_ask_in_which_order_parts_came():
    a, b = (Part("A"), Notes.of([0], 10, 60)), (Part("B", 5), Notes.of([5], 10, 62))
    assert notes_hash([a, b]) == notes_hash([b, a, (Part("C"), Notes.empty())])
    assert notes_hash([a]) != notes_hash([(Part("A"), Notes.of([0], 10, 61))])


def test_a_take_is_signed_with_what_came_out():
    provenance = Provenance("generated", request='{"verb": "new"}', source="take 1")
    take = ProposedTake(((Part("A"), Notes.of([0], 10, 60)),), 100, provenance)
    asked = asked_of(signed(take, 200).provenance)
    assert asked["notes_sha256"] == notes_hash(take.parts) and asked["written_to"] == 100
    assert "written_to" not in asked_of(signed(signed(take, 200), 100).provenance)
    assert signed(replace(take, parts=()), 200) == replace(take, parts=())
    assert asked_of(Provenance(request="{")) == asked_of(Provenance(request="3")) == {}


def test_the_lanes_of_a_song_come_back():
    document = Document(
        title="x", tempo=TempoMap.constant(97), meter=Meter((TimeSignature(0, 3, 4), TimeSignature(2880, 6, 8))),
        keys=(KeyChange(0, Key(10, "dorian")),), chords=(ChordSpan(0, 960, Chord.parse("Bbm7/Eb")),),
    )  # fmt: skip
    assert document_of(json.loads(json.dumps(lanes_of(document)))) == document
    with pytest.raises(StudioError, match="damaged"):
        document_of({"title": 1})


def test_changes_come_back_too():
    change = Change("blend", 0, 960, (1, 2), other=(3, 4), places=((0.1, 0.2),), sliders=(("density", 1.0),), key=Key(1))
    asked = json.loads(provenance_request(change))
    assert revived(Change, asked) == change
    with pytest.raises(StudioError, match="damaged"):
        revived(Change, {"verb": "vary"})


def provenance_request(change):
    from studio.app.arranging import provenance_of
    from studio.engines.cards import Card

    return provenance_of(change, Document(), Card("a", "b", "c")).request
