"""The words of the window in the user's language."""

import errno
import os
import sys
from collections.abc import Iterator

import pytest

from studio.codecs.files import write_whole
from studio.errors import StudioError
from studio.ui import texts
from studio.ui.texts import LANGUAGES, SYSTEM_REASONS, fields, language, noted, system_language, t, told, use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of a few words."""
    found = {
        "Open": "打开",
        "Mute {name}": "静音 {name}",
        "Import {}": "导入 {}",
        "{} of {} bars": "共 {1} 小节中的 {0}",
        "Tempo": "速度",
        "Undo {}": "撤销{}",
    }
    monkeypatch.setattr(texts, "catalogue", lambda code: found if code != "en" else {})
    use_language("zh_CN")


def test_english_is_the_source():
    assert t("Mute {name}", name="Flute") == "Mute Flute"
    assert told("Import a.mid") == "Import a.mid"
    assert noted("Open") == "Open"


def test_own_words_are_said_in_the_language_in_use(small: None):
    assert t("Open") == "打开"
    assert t("Mute {name}", name="{x}") == "静音 {x}"
    assert t("Nobody translated this") == "Nobody translated this"


def test_words_from_below_are_found_again_with_their_values(small: None):
    assert told("Import my {song}.mid") == "导入 my {song}.mid"
    assert told("3 of 8 bars") == "共 8 小节中的 3"
    assert told("Undo Tempo") == "撤销速度"
    assert told("") == "" and told("Unknown") == "Unknown"


def test_the_language_can_be_changed_while_running(small: None):
    assert language() == "zh_CN"
    use_language("en")
    assert t("Open") == "Open" and told("Import a") == "Import a"
    use_language("tlh")
    assert language() == "en"


def test_a_locale_gives_a_language():
    assert [system_language(name) for name in ("zh_CN", "zh-Hans-CN", "zh_TW", "de_DE", "C")] == [
        "zh_CN", "zh_CN", "zh_CN", "en", "en",
    ]  # fmt: skip


def test_each_language_has_a_catalogue_that_can_be_read():
    for code in LANGUAGES:
        use_language(code)
        assert language() == code


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says it in its own language")
def test_the_systems_reasons_are_translated_too(tmp_path):
    use_language("zh_CN")
    with pytest.raises(StudioError) as caught:
        write_whole(tmp_path / ("long" * 100 + ".wav"), b"")
    assert told(caught.value.message).endswith("：文件名过长。")
    for number in (errno.EACCES, errno.EROFS, errno.EISDIR, errno.ENOENT):
        assert os.strerror(number) in SYSTEM_REASONS


def test_fields_are_found():
    assert fields("a {b} c {} {a}") == ["", "a", "b"]
