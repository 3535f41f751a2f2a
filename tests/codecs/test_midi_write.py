from io import BytesIO

import mido
import pytest

from studio.codecs.midi_write import assign_channels, key_signature_name, write_midi
from studio.errors import StudioError
from studio.music.document import Clip, Document, KeyChange, Marker, Take, Track
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE, SUSTAIN, Controls, Notes
from studio.music.pitch import SCALES, Key
from studio.music.tempo import TempoMap
from studio.music.time import MAX_TICK, Meter, TimeSignature


def track(notes=None, **fields):
    notes = Notes.empty() if notes is None else notes
    length = max(1, notes.last_end)
    return Track(1, clips=(Clip(2, 0, length, (Take(notes.with_ids_from(3)),)),), **fields)


def messages(document, index):
    """What mido reads: (tick, message as text)."""
    file = mido.MidiFile(file=BytesIO(write_midi(document)))
    now, rows = 0, []
    for message in file.tracks[index]:
        now += message.time
        rows.append((now, str(message.copy(time=0)).removesuffix(" time=0")))
    return rows


def test_the_conductor():
    document = Document(
        "Söng",
        TempoMap.constant(100).with_change(960, 90),
        Meter((TimeSignature(0, 6, 8),)),
        (KeyChange(0, Key(2, "minor")),),
        markers=(Marker(480, "Verse"),),
    )
    file = mido.MidiFile(file=BytesIO(write_midi(document)), charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 960, 1)
    rows = [(m.type, m.time) for m in file.tracks[0]]
    assert rows == [
        ("track_name", 0),
        ("time_signature", 0),
        ("key_signature", 0),
        ("set_tempo", 0),
        ("marker", 480),
        ("set_tempo", 480),
        ("end_of_track", 0),
    ]
    assert file.tracks[0].name == "Söng"
    assert file.tracks[0][1].clocks_per_click == 12
    assert file.tracks[0][2].key == "Dm"


def test_at_one_tick_ends_come_before_controls_and_these_before_notes():
    notes = Notes.of([0, 480], 480, 60)
    controls = Controls.of([480, 0, 0, 480], [SUSTAIN, 0, 7, PITCH_BEND], [127, 2, 100, -8192])
    assert messages(Document(tracks=(track(notes, program=9, channel=3, controls=controls),)), 1) == [
        (0, "control_change channel=3 control=0 value=2"),
        (0, "program_change channel=3 program=9"),
        (0, "control_change channel=3 control=7 value=100"),
        (0, "note_on channel=3 note=60 velocity=80"),
        (480, "note_off channel=3 note=60 velocity=0"),
        (480, "control_change channel=3 control=64 value=127"),
        (480, "pitchwheel channel=3 pitch=-8192"),
        (480, "note_on channel=3 note=60 velocity=80"),
        (960, "note_off channel=3 note=60 velocity=0"),
        (960, "MetaMessage('end_of_track')".replace(")", ", time=0)")),
    ]


def test_all_controls():
    controls = Controls.of([5, 6, 7], [PROGRAM_CHANGE, CHANNEL_PRESSURE, PITCH_BEND], [3, 99, 8191])
    rows = messages(Document(tracks=(track(controls=controls, channel=0),)), 1)
    assert [r[1] for r in rows[1:-1]] == [
        "program_change channel=0 program=3",
        "aftertouch channel=0 value=99",
        "pitchwheel channel=0 pitch=8191",
    ]


@pytest.mark.parametrize("start", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, MAX_TICK - 1])
def test_long_pauses(start):
    rows = messages(Document(tracks=(track(Notes.of([start], 1, 60)),)), 1)
    assert [t for t, m in rows if "note_on" in m] == [start]


def test_only_active_takes_are_written():
    clip = Clip(2, 960, 960, (Take(Notes.of([0], 1, 60, id=3)), Take(Notes.of([0], 1, 72, id=4))), active=1)
    rows = messages(Document(tracks=(Track(1, clips=(clip,)),)), 1)
    assert [r for r in rows if "note_on" in r[1]] == [(960, "note_on channel=0 note=72 velocity=80")]


def test_channels():
    def channels(*tracks):
        return assign_channels(tuple(Track(i, **t) for i, t in enumerate(tracks)))

    assert channels({"channel": 4}, {"drums": True, "channel": 4}, {"channel": 9}) == [4, 9, 4]
    assert channels({"program": 1}, {"program": 2}, {"program": 1}) == [0, 1, 0]
    # a channel plays one program at a time
    assert channels({"channel": 0, "program": 1}, {"channel": 0, "program": 2}) == [0, 1]
    many = channels(*({"program": p} for p in range(40)))
    assert set(many) == set(range(16)) - {9}
    assert channels() == []


def test_keys_keep_tonic_and_third():
    assert key_signature_name(Key(2, "dorian")) == "Dm"
    assert key_signature_name(Key(7, "mixolydian")) == "G"
    known = mido.midifiles.meta._key_signature_encode
    for scale in SCALES:
        for tonic in range(12):
            name = key_signature_name(Key(tonic, scale))
            assert name in known
            assert Key.parse(name).tonic == tonic


def test_the_same_song_gives_the_same_bytes():
    document = Document(tracks=(track(Notes.of([0, 0, 5], 10, [60, 64, 60])), track(Notes.of([3], 1, 40), drums=True)))
    assert write_midi(document) == write_midi(document)


def test_a_song_that_is_too_long_is_refused():
    clip = Clip(2, MAX_TICK, 5)
    with pytest.raises(StudioError, match="too long"):
        write_midi(Document(tracks=(Track(1, clips=(clip,)),)))
