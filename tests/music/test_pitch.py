import pytest

from studio.music.pitch import SCALES, Chord, Key, frequency, parse_pitch, parse_tonic, pitch_name


@pytest.mark.parametrize(
    ("text", "key"),
    [("D minor", Key(2, "minor")), ("Bb", Key(10)), ("F# dorian", Key(6, "dorian")), ("Am", Key(9, "minor"))]
    + [("e♭ Harmonic-Minor", Key(3, "harmonic minor")), ("Cb", Key(11)), ("CM", Key(0))],
)
def test_keys_as_people_write_them(text, key):
    assert Key.parse(text) == key


@pytest.mark.parametrize("text", ["", "H", "minor", "D wobbly"])
def test_what_is_no_key(text):
    with pytest.raises(ValueError):
        Key.parse(text)


@pytest.mark.parametrize("scale", SCALES)
def test_keys_lead_back_to_themselves(scale):
    for tonic in range(12):
        assert Key.parse(str(Key(tonic, scale))) == Key(tonic, scale)


def test_a_key_knows_its_tones():
    key = Key(2, "minor")
    assert key.pitch_classes == {2, 4, 5, 7, 9, 10, 0}
    assert key.contains(65)
    assert not key.contains(66)
    with pytest.raises(ValueError, match="not a key"):
        Key(12)


def test_names():
    assert pitch_name(60) == "C4"
    assert pitch_name(61, Key(5)) == "Db4"
    assert str(Key(10)) == "Bb major"
    assert parse_tonic("Ebm7") == (3, "m7")


def test_frequency():
    assert frequency(69) == 440.0
    assert frequency(57) == pytest.approx(220.0)


@pytest.mark.parametrize("text", ["Dm7", "C/E", "F#m7b5", "Bsus4", "Gmaj7"])
def test_chords_lead_back_to_themselves(text):
    assert str(Chord.parse(text)) == text


def test_a_chord_knows_its_tones():
    assert Chord.parse("C/D").pitch_classes == {0, 2, 4, 7}
    for wrong in ("", "Cfoo", "X7"):
        with pytest.raises(ValueError):
            Chord.parse(wrong)


def test_chords_are_spelled_with_sharps_or_flats():
    assert Chord.parse("A#m7/D#").named(flats=True) == "Bbm7/Eb"
    assert Chord.parse("Bb").named() == "A#"


def test_pitches_by_name_and_number():
    keys = [None, *(Key(tonic, scale) for tonic in range(12) for scale in SCALES)]
    assert [parse_pitch(text) for text in ("C4", "c4", "F#3", "Eb5", "Cb4", "B#3", "C-1", "G9", "60")] == [
        60, 60, 54, 75, 59, 60, 0, 127, 60,
    ]  # fmt: skip
    assert all(parse_pitch(pitch_name(p, key)) == p for p in range(2, 126) for key in keys)
    for text in ("", "H4", "C", "128", "G#9", "-3", "C99"):
        with pytest.raises(ValueError, match="names no note"):
            parse_pitch(text)


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (Key(2, "minor"), "C C# D Eb E F F# G G# A Bb B"),
        (Key(4), "C C# D D# E F F# G G# A A# B"),
        (Key(0), "C Db D Eb E F F# G Ab A Bb B"),
        (Key(9, "minor"), "C C# D D# E F F# G G# A Bb B"),
        (Key(8), "C Db D Eb E F Gb G Ab A Bb B"),
        (Key(6), "C C# D D# E E# F# G G# A A# B"),
        (None, "C C# D D# E F F# G G# A A# B"),
    ],
)
def test_notes_are_spelled_by_the_key(key, names):
    assert [pitch_name(60 + k, key)[:-1] for k in range(12)] == names.split()


def test_octaves_are_those_of_the_letters():
    assert pitch_name(65, Key(6)) == "E#4" and pitch_name(71, Key(6)) == "B4" and pitch_name(75, Key(2, "minor")) == "Eb5"
