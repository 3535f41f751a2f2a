from fractions import Fraction

import pytest

from studio.codecs.midi_events import MAX_TRACKS, Losses, read_chunks, read_events
from studio.errors import StudioError
from tests.codecs.midi_bytes import END, NOTE, chunk, delta, event, file, header, meta, off, on


def events(body, sound=True):
    losses = Losses()
    raw = read_events(body, losses, sound)
    rows = list(zip(raw.tick.tolist(), raw.status.tolist(), raw.first.tolist(), raw.second.tolist(), strict=True))
    return rows, raw, losses.sentences()


def chunks(data):
    losses = Losses()
    return read_chunks(data, losses), losses.sentences()


def test_running_status_goes_on_across_meta_and_system_events():
    body = on(0, 60) + event(5, 61, 70) + meta(5, 0x7E, b"?") + event(5, 62, 70) + event(0, 0xF0, 1, 0xF7) + event(5, 63, 1)
    rows, _, lost = events(body + END)
    assert rows == [(0, 0x90, 60, 80), (5, 0x90, 61, 70), (15, 0x90, 62, 70), (20, 0x90, 63, 1)]
    assert lost == ()


def test_unknown_meta_events_keep_their_time():
    """mido 1.3.3 loses it, and everything behind moves."""
    rows, _, _ = events(meta(100, 0x60, b"x") + on(5, 60) + END)
    assert rows[0][0] == 105


def test_messages_of_one_data_byte():
    rows, _, _ = events(event(0, 0xC3, 9) + event(1, 0xD3, 8) + event(1, 0xB3, 7, 6) + END)
    assert rows == [(0, 0xC3, 9, 0), (1, 0xD3, 8, 0), (2, 0xB3, 7, 6)]


def test_velocities_that_are_too_large_are_cut_and_pitches_left_out():
    rows, _, lost = events(event(0, 0x90, 60, 200) + event(0, 0x90, 200, 60) + on(0, 62) + END)
    assert [r[2:] for r in rows] == [(60, 127), (62, 80)]
    assert lost == ("1 event could not be understood and was left out.",)


def test_data_without_a_status_is_left_out():
    rows, _, lost = events(event(0, 60) + event(0, 61) + on(0, 62) + END)
    assert len(rows) == 1
    assert lost == ("2 events could not be understood and were left out.",)


def test_rubbish_is_given_up():
    rows, _, lost = events(b"\x01" * 500)
    assert not rows
    assert lost[-1] == "1 track could not be read to the end."


@pytest.mark.parametrize("cut", range(1, 11))
def test_a_track_that_breaks_off_keeps_what_came_before(cut):
    body = NOTE + meta(0, 0x05, b"la") + on(0, 61)
    rows, _, lost = events(body[: len(body) - cut])
    assert len(rows) == 2
    assert len(lost) <= 2
    assert any("broke off" in s or "no end mark" in s for s in lost)


def test_events_behind_the_end_mark():
    rows, _, lost = events(NOTE + END + on(1, 70))
    assert len(rows) == 3
    assert lost == ()
    assert len(events(NOTE + END + on(1, 70), sound=False)[0]) == 2
    assert events(NOTE + END + bytes(50))[2] == ()


def test_delta_times_have_four_bytes_at_most():
    _, raw, _ = events(b"\xff\xff\xff\x7f\x90\x3c\x50" + END)
    assert raw.tick.tolist() == [(1 << 28) - 1]


@pytest.mark.parametrize("length", [0, 1, 5, 400, 0x7FFFFFFF, 0xFFFFFFFF])
def test_wrong_chunk_lengths(length):
    data = header(1, 2) + chunk(NOTE + END, length=length) + chunk(NOTE + off(0, 1) + END)
    file, lost = chunks(data)
    assert [len(t.tick) for t in file.tracks] == [2, 3]
    assert lost == ()


def test_chunks_of_other_kinds_are_passed_over():
    data = header(1, 2) + chunk(b"whatever", b"XFIH") + chunk(NOTE + END) + chunk(b"", b"abcd") + chunk(NOTE + END)
    file, lost = chunks(data)
    assert len(file.tracks) == 2
    assert lost == ()


def test_a_damaged_chunk_name_is_forgiven():
    file, lost = chunks(header() + chunk(NOTE + END, b"MTsk"))
    assert [len(t.tick) for t in file.tracks] == [2]
    assert lost == ()


def test_missing_tracks_are_told():
    _, lost = chunks(header(1, 3) + chunk(NOTE + END))
    assert lost == ("2 tracks that the file's header promises could not be found.",)


def test_no_header():
    file, lost = chunks(chunk(NOTE + END))
    assert len(file.tracks) == 1
    assert lost == ("The file's header is damaged, so 480 ticks a quarter note were assumed.",)


def test_inside_riff():
    file, lost = chunks(b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + header() + chunk(NOTE + END))
    assert len(file.tracks) == 1
    assert lost == ()


def test_a_longer_header():
    head = b"MThd" + (8).to_bytes(4, "big") + bytes([0, 1, 0, 1, 1, 224, 9, 9])
    file, lost = chunks(head + chunk(NOTE + END))
    assert (file.division, len(file.tracks), lost) == (480, 1, ())


@pytest.mark.parametrize(
    ("division", "scale"),
    [
        (480, Fraction(2)),
        (960, Fraction(1)),
        (384, Fraction(5, 2)),
        (0xE728, Fraction(1_920, 1_000)),
        (0xE250, Fraction(1_920, 2_400)),
    ]
    + [(0xE364, Fraction(1_920 * 1_001, 3_000_000)), (0, Fraction(2)), (0x8000, Fraction(2))],
)
def test_resolutions(division, scale):
    assert chunks(header(1, 0, division))[0].scale == scale


def test_other_headers():
    assert chunks(header(9, 0))[0].kind == 1
    assert len(chunks(header(1, 2) + chunk(NOTE + END) * 1_100)[0].tracks) == MAX_TRACKS


@pytest.mark.parametrize("data", [b"", b"MT", b"RIFF", b"\0" * 100, b"# Hello"])
def test_what_is_no_midi_is_refused(data):
    with pytest.raises(StudioError, match="not a MIDI file"):
        chunks(data)


def test_a_flood_of_texts_is_dammed():
    losses = Losses()
    raw = read_events(meta(0, 0x06, b"a") * 9 + meta(0, 0x01, b"free text") + END, losses, room=4)
    assert len(raw.metas) == 4
    assert losses.sentences() == ("There are too many texts and changes of tempo, and 5 of them were left out.",)


def test_sentences_count():
    losses = Losses()
    losses.add("{n} note{s} {was} lost.")
    assert losses.sentences() == ("1 note was lost.",)
    losses.add("{n} note{s} {was} lost.", 1_999)
    losses.add("Never.", 0)
    assert losses.sentences() == ("2,000 notes were lost.",)


def test_delta_helper():
    assert delta(0x4000) == b"\x81\x80\x00"
    assert file(NOTE).startswith(b"MThd")
