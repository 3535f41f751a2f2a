import pytest

from studio.codecs.texts import decode_text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Für Élise", "utf-8"),
        ("Für Élise, Götterdämmerung", "latin-1"),
        ("Ständchen", "latin-1"),
        ("à la française", "latin-1"),
        ("月亮代表我的心", "gb18030"),
        ("さくらさくら", "shift_jis"),
        ("春の海", "shift_jis"),
        ("Piano", "ascii"),
    ],
)
def test_names_in_the_encodings_that_files_have(text, encoding):
    assert decode_text(text.encode(encoding)) == text


def test_names_are_one_short_line():
    assert decode_text(b"  a\r\nb\0\0 ") == "a b"
    assert len(decode_text(b"x" * 9_999)) == 500


def test_any_bytes_are_some_text():
    for byte in range(256):
        assert isinstance(decode_text(bytes([byte, 0x41, byte, byte])), str)
