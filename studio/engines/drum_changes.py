"""How drums of a kit are changed: what can be said without the networks."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class DrumChange:
    """How a drum of the kit is changed.

    ``tune`` semitones; ``damp`` the share of its ring that is left; ``use`` another instrument in its place and ``other`` one that
    is blended into it by ``share`` (ids or titles; empty: none).
    """

    tune: float = 0.0
    damp: float = 1.0
    use: str = ""
    other: str = ""
    share: float = 0.5

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return bool(self.tune or self.damp != 1 or self.use or self.blends)

    @property
    def blends(self) -> bool:
        """Whether another drum is heard in it."""
        return bool(self.other) and self.share > 0


USUAL = DrumChange()
Changes = Mapping[int, DrumChange]  # by key of the drum map
