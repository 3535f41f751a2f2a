"""What a composer asks for, as the writer reads it: controls by what describes their classes, so that neighbours are alike."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.music.pitch import CHORDS


def control_basis(name: str, classes: int) -> Tensor:
    """What a control's classes are described by, [classes, features]; the last class, open, by zeros.

    Steps on a scale by their place on it (so that neighbours are alike): whether told, linear, squared and six bumps. Chords,
    ``quality + 13 * root``, by their tones and root, and no chord by a feature of its own.
    """
    made = torch.zeros(classes, 25 if name.startswith("chord") else 9)
    if name.startswith("chord"):
        qualities = list(CHORDS.values())
        for root in range(12):
            for k, steps in enumerate(qualities):
                made[len(qualities) * root + k, [(root + s) % 12 for s in steps]] = 1
                made[len(qualities) * root + k, 12 + root] = 1
        made[-2, -1] = 1
        return made
    place = torch.linspace(-1, 1, classes - 1)
    made[:-1, 0], made[:-1, 1], made[:-1, 2] = 1, place, place**2
    made[:-1, 3:] = torch.exp(-8 * (place[:, None] - torch.linspace(-1, 1, 6)) ** 2)
    return made


QUICKLY = 4.0
"""Under Adam, features scaled so learn so many times faster than the rest, which has learned much already."""


class Asked(nn.Module):
    """What is asked for, as a sum of one vector a control.

    It adds nothing at first, so that a network trained without goes on unharmed, and never anything for what is left open.
    """

    where: Tensor
    offset: Tensor
    basis: Tensor

    def __init__(self, controls: Sequence[tuple[str, int]], every: list[str], names: list[str], width: int) -> None:
        """``controls`` are names and classes of all there are, ``every`` the columns that are read, ``names`` those meant here."""
        super().__init__()
        sizes = dict(controls)
        self.register_buffer("where", torch.tensor([every.index(n) for n in names]), persistent=False)
        counts = [sizes[n] for n in names]
        self.register_buffer("offset", torch.tensor([0, *counts[:-1]]).cumsum(0), persistent=False)
        blocks = [control_basis(n, sizes[n]) for n in names]
        self.register_buffer("basis", QUICKLY * torch.block_diag(*blocks), persistent=False)
        self.weight = nn.Parameter(torch.zeros(self.basis.shape[1], width))

    @property
    def table(self) -> Tensor:
        """The vector of every class of every control, [classes, width]."""
        return self.basis @ self.weight

    def forward(self, ints: Tensor) -> Tensor:
        """``ints`` [n, columns] to [n, width]."""
        return F.embedding_bag(ints[:, self.where] + self.offset, self.table, mode="sum")
