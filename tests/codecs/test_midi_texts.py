import mido
import pytest

from studio.codecs.midi import midi_texts, write_midi
from studio.codecs.midi_events import SECTION
from studio.codecs.midi_read import read_midi
from studio.music.document import Document, Marker, Section
from tests.writers import song


def test_texts_come_back_and_the_song_is_as_it_was(tmp_path):
    path = tmp_path / "a.mid"
    path.write_bytes(write_midi(song(), ('{"a": 1}', "second")))
    assert midi_texts(path) == ('{"a": 1}', "second")
    result = read_midi(path)
    assert result.document.note_count == song().note_count
    assert not any("text" in sentence for sentence in result.lost)


def test_files_without_any_or_damaged_have_none(tmp_path):
    path = tmp_path / "a.mid"
    whole = write_midi(song(), ("text",))
    for data in (write_midi(song()), b"", b"MThd", whole[:30], b"RIFF" + whole, whole[:14] + b"MTrk\xff\xff\xff\xff"):
        path.write_bytes(data)
        assert midi_texts(path) == ()
    assert midi_texts(tmp_path / "missing.mid") == ()


def test_sections_are_written_as_markers_where_there_is_none(tmp_path):
    document = Document(sections=(Section(0, 3840, "A"), Section(3840, 7680, "B")), markers=(Marker(3840, "here"),))
    path = tmp_path / "a.mid"
    path.write_bytes(write_midi(document))
    written = [(m.type, m.text) for m in mido.MidiFile(path).tracks[0] if m.type == "marker"]
    assert written == [("marker", "A"), ("marker", "here")]


def test_sections_and_markers_come_back(tmp_path):
    sections = (Section(0, 3840, "A"), Section(3840, 7680, ""), Section(9_000, 9_500, "Brücke 副歌"))
    markers = (Marker(0, "start"), Marker(3840, "here"))
    back = read_midi(write_midi(Document(sections=sections, markers=markers))).document
    assert (back.sections, back.markers) == (sections, markers)


@pytest.mark.parametrize(
    "payload", [b"\x7d", SECTION, SECTION + b"x y", SECTION + b"-5 a", SECTION + b"9999999999 a", b"\x43other"]
)
def test_events_that_are_no_sections_are_passed_over(payload):
    good = write_midi(Document(sections=(Section(0, 10, "A"),)))
    whole = SECTION + b"10 A"
    bad = good.replace(bytes([len(whole)]) + whole, bytes([len(payload)]) + payload)
    size = int.from_bytes(good[18:22], "big") + len(payload) - len(whole)
    back = read_midi(bad[:18] + size.to_bytes(4, "big") + bad[22:]).document
    assert back.sections == ()
    assert back.markers == (Marker(0, "A"),)
