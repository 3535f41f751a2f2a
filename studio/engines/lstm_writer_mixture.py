"""Music between two styles: each has a say by its weight in who plays, how fast, how loud, and in every choice of every note.

The network reads each style in a row of its own, both fed the notes that are written, and their scores are mixed by weight
(a geometric mean of the chances, G. Hinton, Products of Experts, 1999): what is chosen is likely in both. What is no
choice of the network (tempo, temperatures, the chance of minor, the course of a song) is a mean by weight.
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass

import numpy as np

from studio.engines.api import GenerateRequest, Part
from studio.engines.lstm_writer_styles import ANY, STYLES, Manner, Style
from studio.engines.note_columns import CLASS, DRUMS
from studio.errors import StudioError


@dataclass(frozen=True)
class Mixture:
    """One style (empty for any), or two: their names, and weights above 0 that sum to 1.

    A style whose dynamics were played stands first; else they stand by name, so that A with B is the same as B with A.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...] = (1.0,)

    @property
    def styles(self) -> tuple[Style, ...]:
        """What is taken for granted of each."""
        return tuple(STYLES.get(n, ANY) for n in self.names)

    def mean(self, of: Callable[[Style], float]) -> float:
        """A figure of the styles, by their weights."""
        return sum(w * of(s) for w, s in zip(self.weights, self.styles, strict=True))

    def manner(self, manners: Mapping[str, Manner]) -> Manner:
        """How it is drawn, given the ``manners`` of styles."""
        known = [manners.get(n, Manner()) for n in self.names]
        if len(known) == 1:
            return known[0]
        return Manner(*(np.reshape(self.weights, (-1, 1)) * [astuple(m) for m in known]).sum(axis=0).tolist())

    def ensemble(self, draw: np.random.Generator) -> dict[int, Part]:
        """Who plays a new piece, by track class: the players of both styles, as the weightier one has them.

        Who plays how much is the network's choice, by weight. To seat as many of each as is its share left tunes without
        their chords (`studio bench mixture`).
        """
        chosen = [
            (w, s, s.ensembles[int(draw.integers(len(s.ensembles)))]) for w, s in zip(self.weights, self.styles, strict=True)
        ]
        parts: dict[int, Part] = {}
        for _, style, players in sorted(chosen, key=lambda row: row[0]):
            parts |= {CLASS[p]: Part(p, style.program(CLASS[p]), CLASS[p] == DRUMS) for p in players}
        return parts


def mixture_of(request: GenerateRequest, drawn: str = "") -> Mixture:
    """The styles that ``request`` asks for, ``drawn`` where it names none.

    Raises:
        StudioError: there is no such style, or no such share.
    """
    for name in (request.style, request.second_style):
        if name and name not in STYLES:
            raise StudioError(f"The writer does not know the style '{name}'.", f"Choose one of: {', '.join(STYLES)}.")
    first, second, share = request.style, request.second_style, request.second_share
    if not 0 <= share <= 1:
        raise StudioError("The second style's share must lie between 0 and 1.", "At 0.5 both count alike.")
    if second and not first:
        raise StudioError("A second style is mixed with a first one.", "Choose a first style too.")
    if not second or second == first or share == 0:
        return Mixture((first or drawn,))
    if share == 1:
        return Mixture((second,))
    pair = sorted(((first, 1 - share), (second, share)), key=lambda p: (STYLES[p[0]].phrased, p[0]))
    return Mixture((pair[0][0], pair[1][0]), (round(pair[0][1], 6), round(pair[1][1], 6)))
