"""The form of a piece: which sections follow each other, how long each is, how much what comes again varies.

It is written as people write it, a word a section: ``A8 A8 B8 A8`` is the song form of 32 bars, ``intro4@0.2 A8 A'8 B8@0.9 A8``
has an introduction, a second A that is varied much, and an energy (0 to 1) for two of its sections. A word is a letter or a
name; then ``'`` where a repeat shall vary much or ``=`` where it shall not at all (else it varies a little); then its bars. A
name without bars is as long as it was the last time, eight bars at first; ``AABA`` is ``A A B A``.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from studio.errors import StudioError
from studio.music.document import Document, Section

EXACT, LIGHT, STRONG = "exact", "light", "strong"
"""How a section that comes again differs from its first appearance."""
MARKS = {EXACT: "=", LIGHT: "", STRONG: "'"}
USUAL_BARS = 8
MOST_SECTIONS = 64
MOST_BARS = 256
_LIKE_THIS = "Write it like this: A8 A8 B8 A8, or intro4 A8 A'8 B8@0.9 A=8."
_WORD = re.compile(r"([^\W\d_]+)(['’′]|=)?(\d+)?(['’′]|=)?(?:@([01]?\.?\d*))?")
_SEVERAL = re.compile(r"[A-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Planned:
    """A section of a form: its name, its bars, how it varies (:data:`EXACT`, ...) where it comes again, its energy 0 to 1 or None."""

    name: str
    bars: int = USUAL_BARS
    vary: str = LIGHT
    energy: float | None = None

    def __str__(self) -> str:
        energy = "" if self.energy is None else f"@{self.energy:g}"
        return f"{self.name}{MARKS[self.vary]}{self.bars}{energy}"

    @property
    def title(self) -> str:
        """What the section is called in the song: a second A that varies much is A'."""
        return self.name + ("'" if self.vary == STRONG else "")


@dataclass(frozen=True)
class Form:
    """Sections in their order; ``str()`` writes what :meth:`parse` reads."""

    sections: tuple[Planned, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Form":
        """The form that ``text`` tells.

        Raises:
            StudioError: it tells none.
        """
        sections: list[Planned] = []
        bars: dict[str, int] = {}
        for word in text.replace(",", " ").split():
            for one in word if _SEVERAL.fullmatch(word) else [word]:
                section = _section(one, bars)
                bars[section.name] = section.bars
                sections.append(section)
        if not sections:
            raise StudioError("The form has no sections.", _LIKE_THIS)
        if len(sections) > MOST_SECTIONS:
            raise StudioError(f"The form has {len(sections)} sections.", f"Use {MOST_SECTIONS} at most.")
        return cls(_unmarked(sections))

    def __str__(self) -> str:
        return " ".join(map(str, self.sections))

    @cached_property
    def bars(self) -> int:
        """Bars of all sections."""
        return sum(s.bars for s in self.sections)

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """For each section the place of the first one of its name: its own where it is new."""
        names = [s.name for s in self.sections]
        return tuple(names.index(n) for n in names)

    @property
    def names(self) -> tuple[str, ...]:
        """The different names, in order of their first appearance."""
        return tuple(dict.fromkeys(s.name for s in self.sections))

    def starts(self) -> tuple[int, ...]:
        """The bar from 0 at which each section begins, and the one after the last."""
        lines = [0]
        for section in self.sections:
            lines.append(lines[-1] + section.bars)
        return tuple(lines)


def _section(word: str, bars: dict[str, int]) -> Planned:
    match = _WORD.fullmatch(word)
    if not match:
        raise StudioError(f"The form cannot be read at '{word}'.", _LIKE_THIS)
    name, before, count, after, energy = match.groups()
    name = name.upper() if len(name) == 1 else name
    length = int(count) if count else bars.get(name, USUAL_BARS)
    if before and after:
        raise StudioError(f"The form cannot be read at '{word}'.", _LIKE_THIS)
    if not 1 <= length <= MOST_BARS:
        raise StudioError(f"A section cannot be {length} bars long.", f"Give {name} 1 to {MOST_BARS} bars.")
    mark = before or after or ""
    try:
        wish = None if energy is None else float(energy)
    except ValueError:
        wish = 2.0
    if wish is not None and not 0 <= wish <= 1:
        raise StudioError(f"The energy in '{word}' is no number from 0 to 1.", _LIKE_THIS)
    return Planned(name, length, EXACT if mark == "=" else STRONG if mark else LIGHT, wish)


def _unmarked(sections: list[Planned]) -> tuple[Planned, ...]:
    """First appearances have nothing to vary."""
    known: set[str] = set()
    made = []
    for s in sections:
        made.append(s if s.name in known else Planned(s.name, s.bars, LIGHT, s.energy))
        known.add(s.name)
    return tuple(made)


def form_in(document: Document) -> tuple[Form, int]:
    """The form that the sections of a song tell, and the tick at which it begins.

    Verse 1 and Verse 2 are two of one name; a stretch between two sections is one of its own.

    Raises:
        StudioError: there are no sections, or one does not begin and end with a bar.
    """
    sections = sorted(document.sections, key=lambda s: s.start)
    if not sections:
        raise StudioError("The song has no sections yet.", "Draw some in the lane of sections, or write the form yourself.")
    meter = document.meter
    made: list[Planned] = []
    at = start = sections[0].start
    for section in sections:
        if meter.bar_ceiling(section.start) != section.start or meter.bar_ceiling(section.end) != section.end:
            raise StudioError(f"The section '{section.name}' does not begin and end with a bar.", "Move its edges to bar lines.")
        if section.start > at:
            made.append(Planned("interlude", meter.bar_of(section.start) - meter.bar_of(at)))
        bars = meter.bar_of(section.end) - meter.bar_of(section.start)
        made.append(Planned(_plain(section), bars, STRONG if section.name.rstrip().endswith(("'", "’", "′")) else LIGHT))
        at = section.end
    return Form.parse(str(Form(tuple(made)))), start


def waiting_at(plan: str, document: Document) -> int | None:
    """Where a song has the sections of ``plan`` laid out without notes in them: the tick at which they begin; None where not."""
    if not plan or not document.sections:
        return None
    try:
        form, start = form_in(document)
    except StudioError:
        return None
    end = max(s.end for s in document.sections)
    empty = not any(len(t.notes.starting_between(start, end)) for t in document.tracks)
    return start if empty and str(form) == str(Form.parse(plan)) else None


def _plain(section: Section) -> str:
    """A section's name as one word: its single letter, as of "Section B", else its letters."""
    words = re.findall(r"[^\W\d_]+", section.name)
    letters = [w for w in words if len(w) == 1]
    name = letters[-1].upper() if letters else "".join(words)
    return name.capitalize() if _SEVERAL.fullmatch(name) else name or "section"
