from studio.codecs.midi import midi_texts, write_midi
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
    assert [(m.tick, m.name) for m in read_midi(path).document.markers] == [(0, "A"), (3840, "here")]
