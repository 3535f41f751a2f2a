"""What the window says, in the language of the user. English is the source; a catalogue says it in another language.

Two ways in. The window's own words: ``t("Mute {name}", name=title)``, the text a literal, so that the tests find it.
Words that come from below (errors, notices, names of steps and of work), where nothing knows languages: ``told(text)``,
which finds them again, their values filled in, by the catalogue's patterns. A table of texts stays English and is passed
through ``t`` where it is shown; ``noted("...")`` marks a literal that ``t`` gets later.

A catalogue is ``resources/languages/<code>.json``: English to translation, fields in braces by name (``t``) or empty (``told``,
numbered in the translation where their order changes).
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from studio.paths import resources

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_FIELD = re.compile(r"\{(\w*)\}")


class _Chosen:
    """The language in use: one for the whole window, as Qt's own translators are."""

    def __init__(self) -> None:
        self.code = "en"
        self.texts: Mapping[str, str] = {}
        self.patterns: list[tuple[re.Pattern[str], str]] = []


_chosen = _Chosen()


def language() -> str:
    """The code of the language in use."""
    return _chosen.code


def use_language(code: str) -> None:
    """Say everything in ``code`` from now on: one of :data:`LANGUAGES`, anything else is English."""
    _chosen.code = code if code in LANGUAGES else "en"
    _chosen.texts = catalogue(_chosen.code)
    # The most literal text decides where several patterns fit: "Import {}" before "{} {}".
    wanted = sorted((k for k in _chosen.texts if "{}" in k), key=lambda k: -len(k.replace("{}", "")))
    _chosen.patterns = [(_pattern(key), _chosen.texts[key]) for key in wanted]
    _told.cache_clear()


def system_language(name: str) -> str:
    """The language for a locale's name such as ``zh_CN`` or ``de_DE``: Chinese for any Chinese locale, else English."""
    return "zh_CN" if name.replace("-", "_").startswith("zh") else "en"


@lru_cache(maxsize=8)
def catalogue(code: str) -> dict[str, str]:
    """English to ``code``, empty for English."""
    if code == "en":
        return {}
    texts: dict[str, str] = json.loads((resources() / "languages" / f"{code}.json").read_text("utf-8"))
    return texts


def t(text: str, /, **values: Any) -> str:
    """``text`` in the language in use, its fields filled in. What is not translated stays English."""
    said = _chosen.texts.get(text, text)
    return said.format(**values) if values else said


def verbatim(text: str) -> str:
    """A name for a menu, button or tab, where a plain & would mark the letter after it as a key."""
    return text.replace("&", "&&")


def noted(text: str) -> str:
    """``text`` itself: a literal that will be shown through :func:`t`."""
    return text


def told(text: str) -> str:
    """``text`` of the layers below (English, its values filled in) in the language in use."""
    return _told(text) if _chosen.texts and text else text


@lru_cache(maxsize=1024)
def _told(text: str) -> str:
    if text in _chosen.texts:
        return _chosen.texts[text]
    for pattern, said in _chosen.patterns:
        if found := pattern.fullmatch(text):
            return said.format(*(_chosen.texts.get(value, value) for value in found.groups()))
    return text


SYSTEM_REASONS = (
    noted("Permission denied"),
    noted("Operation not permitted"),
    noted("Read-only file system"),
    noted("Is a directory"),
    noted("Not a directory"),
    noted("No such file or directory"),
    noted("File name too long"),
    noted("Input/output error"),
    noted("Invalid argument"),
    noted("Device or resource busy"),
    noted("File exists"),
    noted("File too large"),
    noted("Too many open files"),
)
"""Why the system refuses a file, as it stands in errors: a value of a told sentence, translated with it."""


def fields(text: str) -> list[str]:
    """The names of the fields of ``text``, sorted."""
    return sorted(_FIELD.findall(text))


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(re.escape(part) for part in key.split("{}")), re.DOTALL)
