"""What ``--style`` means: one style, or a mixture of two by their shares."""

import re

from studio.engines.api import Generator
from studio.errors import StudioError

_HOW = "Write one style, or two with their shares: pop:0.7 folk:0.3, or pop+folk for half of each."


def styles_of(words: str, generator: Generator) -> tuple[str, str, float]:
    """The first style, the second and the second one's share, as the model spells them; empty and 0 where there is none.

    Raises:
        StudioError: the model has no such style, or the words are none.
    """
    parts = [part.partition(":") for part in re.split(r"[\s+]+", words.strip()) if part]
    if len(parts) > 2:
        raise StudioError("At most two styles can be mixed.", _HOW)
    names = [_known(name, generator) for name, _, _ in parts]
    shares = [_number(share) if colon else None for _, colon, share in parts]
    if len(names) < 2:
        return (names[0] if names else ""), "", 0.0
    first, second = shares
    if first is None:
        first = 1 - second if second is not None and second <= 1 else 1.0
    if second is None:
        second = 1 - first if first < 1 else 1.0
    if first + second <= 0:
        raise StudioError("One of the styles needs a share above 0.", _HOW)
    return names[0], names[1], round(second / (first + second), 6)


def _known(name: str, generator: Generator) -> str:
    known = {style.casefold(): style for style in generator.styles}
    if name.casefold() not in known:
        hint = f"Choose one of: {', '.join(known.values())}."
        raise StudioError(f"The model '{generator.card.title}' has no style '{name}'.", hint)
    return known[name.casefold()]


def _number(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < float("inf"):
        raise StudioError(f"'{text}' is no share of a style.", _HOW)
    return share
