"""Names inside MIDI files: no file says how its text is encoded, so the likely encodings are tried."""

import re

_LONGEST = 500
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_KANA_OR_KANJI = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")


def decode_text(data: bytes) -> str:
    """``data`` as UTF-8, else GB 18030 or Shift-JIS where it can hardly be anything else, else Latin-1; one line."""
    return _CONTROL.sub(" ", _decode(data)).strip()[:_LONGEST]


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    runs = _HIGH_RUNS.findall(data)
    # Accented Latin letters stand alone between plain ones; Chinese characters are pairs of high bytes.
    if all(len(run) % 2 == 0 for run in runs) and sum(map(len, runs)) >= 4:
        try:
            data.decode("gb2312")
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    try:
        text = data.decode("shift_jis")
    except UnicodeDecodeError:
        return data.decode("latin-1")
    if len(_KANA_OR_KANJI.findall(text)) >= 2 and not _HALF_WIDTH.search(text):
        return text
    return data.decode("latin-1")
