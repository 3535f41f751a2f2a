import pytest

from studio.codecs import midi_read
from studio.codecs.midi_read import read_midi
from studio.errors import StudioError
from studio.music.checks import check
from studio.music.document import KeyChange, Marker
from studio.music.notes import CHANNEL_PRESSURE, SUSTAIN
from studio.music.pitch import Key
from studio.music.time import MAX_TICK
from tests.codecs.midi_bytes import END, NOTE, chunk, event, file, header, meta, off, on


def read(*bodies, **kinds):
    result = read_midi(file(*bodies, **kinds))
    assert check(result.document) == []
    return result


def rows(track):
    n = track.notes
    return list(zip(n.start.tolist(), n.duration.tolist(), n.pitch.tolist(), n.velocity.tolist(), strict=True))


def test_the_conductor():
    conductor = (
        meta(0, 0x03, b"Song")
        + meta(0, 0x51, b"\x09\x27\xc0")
        + meta(0, 0x58, bytes([6, 3, 36, 8]))
        + meta(0, 0x59, b"\xff\x01")
        + meta(240, 0x06, b"Verse")
        + meta(0, 0x05, "là".encode())
        + meta(0, 0x51, b"\x07\xa1\x20")
        + meta(1_200, 0x58, bytes([3, 2, 24, 8]))
        + meta(0, 0x59, b"\x02\x00")
    )
    document = read(conductor, NOTE).document
    assert document.title == "Song"
    assert [(c.tick, c.micros) for c in document.tempo.changes] == [(0, 600_000), (480, 500_000)]
    assert [(s.tick, s.numerator, s.denominator) for s in document.meter.signatures] == [(0, 6, 8), (2_880, 3, 4)]
    assert document.keys == (KeyChange(0, Key(2, "minor")), KeyChange(2_880, Key(2)))
    assert document.markers == (Marker(480, "Verse"), Marker(480, "là"))


def test_of_several_changes_at_one_tick_the_last_holds():
    body = meta(0, 0x51, b"\x09\x27\xc0") + meta(0, 0x51, b"\x07\xa1\x20")
    assert [c.micros for c in read(body).document.tempo.changes] == [500_000]


def test_tracks_are_chunks_and_channels():
    a = meta(0, 0x03, b"Both") + event(0, 0xC0, 5) + event(0, 0xC1, 6) + NOTE + on(0, 50, 70, 1) + off(5, 50, 1)
    b = meta(0, 0x03, b"Kit") + on(0, 36, 100, 9) + off(10, 36, 9)
    tracks = read(b"", a, b).document.tracks
    assert [(t.name, t.program, t.drums, t.channel) for t in tracks] == [
        ("Both", 5, False, 0),
        ("Both", 6, False, 1),
        ("Kit", 0, True, 9),
    ]
    assert [rows(t) for t in tracks] == [[(0, 960, 60, 80)], [(960, 10, 50, 70)], [(0, 20, 36, 100)]]


def test_type_0_is_split_by_channel():
    body = meta(0, 0x03, b"Song") + on(0, 60) + on(0, 61, 80, 3) + off(10, 60) + off(0, 61, 3)
    document = read(body, kind=0).document
    assert document.title == "Song"
    assert [(t.name, t.channel) for t in document.tracks] == [("", 0), ("", 3)]


def test_type_2_plays_one_after_the_other():
    tracks = read(NOTE, meta(0, 0x06, b"2") + NOTE, kind=2)
    assert [rows(t)[0][0] for t in tracks.document.tracks] == [0, 960]
    assert tracks.document.markers[0].tick == 960
    assert tracks.kind == 2


@pytest.mark.parametrize(("division", "end"), [(480, 960), (96, 4_800), (120, 3_840), (384, 1_200), (1_000, 461), (32_767, 14)])
def test_ticks_are_rounded_once(division, end):
    assert rows(read(NOTE, division=division).document.tracks[0]) == [(0, end, 60, 80)]


def test_time_in_seconds():
    result = read(meta(0, 0x51, b"\x09\x27\xc0") + on(1_000, 60) + off(500, 60), division=0xE728)
    assert result.document.seconds() == pytest.approx(2.0)  # 25 frames of 40 ticks a second: a whole bar shown
    assert rows(result.document.tracks[0])[0][:2] == (1_920, 960)
    assert result.resolution == 0
    assert "no meaning" in result.lost[0]


def test_clips_start_and_end_with_bars():
    document = read(meta(0, 0x58, bytes([3, 2, 24, 8])), on(2_000, 60) + off(100, 60)).document
    (clip,) = document.tracks[0].clips
    assert (clip.start, clip.length) == (2_880, 2_880)
    assert clip.take.provenance.kind == "imported"
    assert clip.notes.origin.tolist() == [1]


def test_controls_and_the_channels_program_hold_in_all_chunks():
    setup = event(0, 0xC2, 33) + event(0, 0xB2, SUSTAIN, 127)
    document = read(setup, on(0, 40, 80, 2) + off(9, 40, 2), event(5, 0xD2, 7) + on(0, 41, 80, 2) + off(9, 41, 2)).document
    assert [(t.program, t.controls.number.tolist()) for t in document.tracks] == [
        (33, [SUSTAIN]),
        (33, [SUSTAIN, CHANNEL_PRESSURE]),
    ]


def test_controls_without_any_note_make_a_track():
    (track,) = read(event(0, 0xB2, 7, 100) + event(0, 0xC2, 9)).document.tracks
    assert (track.program, track.clips, len(track.controls)) == (9, (), 1)


def test_broken_conductor_events_are_told():
    body = (
        meta(0, 0x51, b"\x00") + meta(0, 0x51, b"\x00\x00\x00") + meta(0, 0x58, b"\x04\x1f\x18\x08") + meta(0, 0x59, b"\x09\x00")
    )
    assert read(body, NOTE).lost == ("4 changes of tempo, time or key signature could not be understood.",)


def test_nothing_lies_beyond_a_day():
    far = b"\xff\xff\xff\x7f"
    result = read(NOTE + far + b"\x90\x3c\x50" + far + b"\x90\x3c\x50" + meta(0, 0x06, b"far"), division=480)
    assert result.document.note_count == 1
    assert result.document.end < MAX_TICK
    assert result.document.seconds() <= midi_read.MAX_SECONDS
    assert "more than a day" in result.lost[0]
    slow = read(meta(0, 0x51, b"\xff\xff\xff"), on(0, 60) + b"\x83\xff\x7f\x80\x3c\x00")
    assert slow.document.tracks[0].notes.last_end < 86_400 / 16.7 * 960


def test_caps(monkeypatch):
    monkeypatch.setattr(midi_read, "MAX_NOTES", 3)
    result = read(NOTE * 2, NOTE * 2)
    assert result.document.note_count == 3
    assert result.lost == ("Only the first 3 notes were read.",)
    monkeypatch.setattr(midi_read, "MAX_TRACKS", 1)
    assert read(NOTE, NOTE).lost == ("Only the first 1 tracks were read.",)
    monkeypatch.setattr(midi_read, "MAX_CONTROLS", 1)
    assert "too many controllers" in read(event(0, 0xB0, 7, 1) * 2 + NOTE).lost[0]
    monkeypatch.setattr(midi_read, "MAX_BYTES", 10)
    with pytest.raises(StudioError, match="larger than"):
        read_midi(file(NOTE))


def test_from_a_path(tmp_path):
    path = tmp_path / "a.mid"
    path.write_bytes(file(NOTE))
    assert read_midi(path).document == read_midi(str(path)).document == read_midi(path.read_bytes()).document
    for wrong in (tmp_path / "missing.mid", tmp_path):
        with pytest.raises(StudioError) as caught:
            read_midi(wrong)
        assert caught.value.hint


def test_a_header_without_tracks():
    result = read_midi(header(1, 0))
    assert result.document.tracks == ()
    assert read_midi(header(1, 1) + chunk(END)).document.tracks == ()
