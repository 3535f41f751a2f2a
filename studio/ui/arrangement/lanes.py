"""What lies along the song, as lanes of things with a place and a text: how each is read, added, moved, typed and taken away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from studio.music import edits
from studio.music.document import ChordSpan, Document
from studio.music.pitch import Chord, Key
from studio.ui.texts import noted, t

NEVER = 1 << 30  # the roll shows chords already, so their lane is for who edits them


@dataclass(frozen=True)
class Item:
    """A thing in a lane: from ``start`` to ``end`` (None: a change that holds from there on), its text, and what it stands for."""

    start: int
    end: int | None
    text: str
    value: Any = None
    fixed: bool = False  # the song's first, which cannot be moved or taken away


class Wrong(Exception):  # noqa: N818 - what was typed, not a fault
    """What was typed means nothing; its text tells what would."""


@dataclass(frozen=True)
class Lane:
    """A lane. Functions return new documents; ``typed`` raises :class:`Wrong`. From ``many`` items on it is shown unasked."""

    id: str
    title: str
    spans: bool
    many: int
    items: Callable[[Document], Sequence[Item]]
    add: Callable[[Document, int, int, str], Document]
    default: Callable[[Document, int], str]
    move: Callable[[Document, Item, int, int], Document]
    typed: Callable[[Document, Item, str], Document]
    remove: Callable[[Document, Item], Document]
    step: str  # the history's name of a change


def _parsed(read: Callable[[str], Any], text: str, wrong: str) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise Wrong(wrong) from error


def _bpm(text: str) -> float:
    bpm = float(text.replace(",", ".").removesuffix("bpm").strip())
    if not 10 <= bpm <= 400:
        raise ValueError(text)
    return bpm


def _signature(text: str) -> tuple[int, int]:
    over, _, under = text.partition("/")
    numbers = int(over), int(under)
    if not (1 <= numbers[0] <= 32 and numbers[1] in (1, 2, 4, 8, 16, 32)):
        raise ValueError(text)
    return numbers


def _key(text: str) -> Key:
    return Key.parse(text)


def read_tempo(text: str) -> float:
    """Quarter notes a minute. Raises Wrong."""
    return float(_parsed(_bpm, text, t("A tempo is a number from 10 to 400, such as 96.")))


def read_signature(text: str) -> tuple[int, int]:
    """Numerator and denominator. Raises Wrong."""
    found: tuple[int, int] = _parsed(_signature, text, t("A time signature is written like 3/4 or 6/8."))
    return found


def read_key(text: str) -> Key:
    """A key. Raises Wrong."""
    key: Key = _parsed(_key, text, t("A key is written like D minor, Bb major or F# dorian."))
    return key


def read_chord(text: str) -> Chord:
    """A chord. Raises Wrong."""
    chord: Chord = _parsed(Chord.parse, text, t("A chord is written like C, Dm7, G7, F#dim or C/E."))
    return chord


def _sections(document: Document) -> list[Item]:
    spans = [Item(s.start, s.end, s.name, s) for s in document.sections]
    return [*spans, *(Item(m.tick, None, m.name, m) for m in document.markers)]


def _move_section(document: Document, item: Item, start: int, end: int) -> Document:
    if item.end is None:
        return edits.change_marker(document, item.value, start)
    return edits.change_section(document, item.value, start, end)


def _type_section(document: Document, item: Item, text: str) -> Document:
    if item.end is None:
        return edits.change_marker(document, item.value, item.start, text)
    return edits.change_section(document, item.value, item.start, item.end, text)


def _remove_section(document: Document, item: Item) -> Document:
    remove: Callable[[Document, Any], Document] = edits.remove_marker if item.end is None else edits.remove_section
    return remove(document, item.value)


def _tempo_text(bpm: float) -> str:
    return f"{bpm:.2f}".rstrip("0").rstrip(".")


def _chord_name(document: Document, span: ChordSpan) -> str:
    key = document.key_at(span.start)
    return span.chord.named(flats=key is not None and key.flats)


def _tonic_chord(key: Key | None) -> str:
    """The chord that a new one is at first: the key's own."""
    if key is None:
        return "C"
    minor = not key.contains(key.tonic + 4) and key.contains(key.tonic + 3)
    return Chord(key.tonic, "m" if minor else "").named(flats=key.flats)


SECTIONS = Lane(
    "sections", noted("Sections"), True, 0, _sections,
    lambda d, a, b, text: edits.add_section(d, a, b, text) if b > a else edits.add_marker(d, a, text),
    lambda d, at: t("Section {letter}", letter=chr(ord("A") + len(d.sections) % 26)),
    _move_section, _type_section, _remove_section, noted("Sections"),
)  # fmt: skip
CHORDS = Lane(
    "chords", noted("Chords"), True, NEVER, lambda d: [Item(c.start, c.end, _chord_name(d, c), c) for c in d.chords],
    lambda d, a, b, text: edits.set_chord(d, a, b, read_chord(text)),
    lambda d, at: _tonic_chord(d.key_at(at)),
    lambda d, i, a, b: edits.change_chord(d, i.value, a, b),
    lambda d, i, text: edits.change_chord(d, i.value, i.value.start, i.value.end, read_chord(text)),
    lambda d, i: edits.remove_chord(d, i.value), noted("Chords"),
)  # fmt: skip
TEMPO = Lane(
    "tempo", noted("Tempo"), False, 2, lambda d: [Item(c.tick, None, _tempo_text(c.bpm), c, c.tick == 0) for c in d.tempo.changes],
    lambda d, a, b, text: edits.set_tempo(d, a, read_tempo(text)),
    lambda d, at: _tempo_text(d.tempo.at(at).bpm),
    lambda d, i, a, b: edits.move_tempo(d, i.start, a),
    lambda d, i, text: edits.set_tempo(d, i.start, read_tempo(text)),
    lambda d, i: edits.remove_tempo(d, i.start), noted("Tempo"),
)  # fmt: skip
METER = Lane(
    "meter", noted("Time"), False, 2,
    lambda d: [Item(s.tick, None, f"{s.numerator}/{s.denominator}", s, s.tick == 0) for s in d.meter.signatures],
    lambda d, a, b, text: edits.set_meter(d, a, *read_signature(text)),
    lambda d, at: f"{d.meter.at(at).numerator}/{d.meter.at(at).denominator}",
    lambda d, i, a, b: edits.move_meter(d, i.start, a),
    lambda d, i, text: edits.set_meter(d, i.start, *read_signature(text)),
    lambda d, i: edits.remove_meter(d, i.start), noted("Time signature"),
)  # fmt: skip
KEYS = Lane(
    "keys", noted("Key"), False, 2, lambda d: [Item(k.tick, None, str(k.key), k) for k in d.keys],
    lambda d, a, b, text: edits.set_key(d, a, read_key(text)),
    lambda d, at: str(d.key_at(at) or Key()),
    lambda d, i, a, b: edits.move_key(d, i.start, a),
    lambda d, i, text: edits.set_key(d, i.start, read_key(text)),
    lambda d, i: edits.set_key(d, i.start, None), noted("Key"),
)  # fmt: skip

LANES = (SECTIONS, TEMPO, METER, KEYS, CHORDS)
