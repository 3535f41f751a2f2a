"""New drum hits as instruments of one's own: the GAN draws a drum, a row of the neural instruments is fitted to play it.

The drum is struck softly and hard from one code, so that its velocity layers are one curve. It is tuned by the key: as drawn
at :data:`KEY`, higher and lower around it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from studio.engines import neural_instruments_laws as laws
from studio.engines.cards import Card, check_weights
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import Row
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.nn.hit_gan import HitGenerator
    from studio.nn.timbre import TimbreNet

GENERATOR = "hit-gan"  # the folder beside the instruments
KEY = 60
VELOCITIES = (24.0, 48.0, 72.0, 96.0, 120.0)
STEPS = 400
FAINT_DB = -85.0  # modes that never come over it are left out
BETWEEN_HZ = 18.0  # modes nearer to each other are one


def load_generator(card: Card) -> "HitGenerator":
    """The generator of a card.

    Raises:
        StudioError: its weights are missing or damaged.
    """
    from studio.nn.hit_gan import HitGenerator, HitSize
    from studio.nn.runtime import choose_device, load_weights

    made = HitGenerator(HitSize(**card.hyper))
    load_weights(made, check_weights(card), choose_device("cpu"))
    return made


def kinds() -> tuple[str, ...]:
    """The kinds of drums that can be drawn."""
    from studio.nn.hit_gan import KINDS

    return KINDS


def draw_hit(
    generator: "HitGenerator", net: "TimbreNet", kind: str, seed: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[Sound, Row]:
    """A new drum of a kind and the row that plays it; the same seed draws the same drum. ``progress`` may raise to stop it.

    Raises:
        StudioError: there is no such kind.
    """
    from studio.nn.hit_gan import drawn
    from studio.nn.runtime import tensor
    from studio.nn.timbre import Rows
    from studio.nn.timbre_encoder import NoteSet, fitted, mean_levels

    if kind not in kinds():
        raise StudioError(f"There is no kind '{kind}' of drum.", f"Choose one of: {', '.join(kinds())}.")
    noise, modes, frequency = (x.numpy() for x in drawn(generator, kind, seed, list(VELOCITIES)))
    used = np.flatnonzero((modes.max((0, 1)) > FAINT_DB) & (np.diff(frequency, prepend=-1e3) > BETWEEN_HZ))
    if not len(used):
        used = np.array([int(modes.max((0, 1)).argmax())])
    sound = Sound(
        id="", row=0, title="", program=0, kind="own", steady=False, octave=0, release_s=0.0, louder_db=0.0, low=KEY, high=KEY,
        soft=round(VELOCITIES[0]), loud=round(VELOCITIES[-1]),
        ratios=tuple(float(f) / laws.fundamental(KEY) for f in frequency[used]),
    )  # fmt: skip
    count, points = noise.shape[:2]
    where = laws.frequencies(sound, KEY)
    partials = np.full((count, points, len(where)), -110.0)
    partials[:, :, : len(used)] = modes[:, :, used]
    weight = np.broadcast_to(where > 0, partials.shape)
    notes = NoteSet(
        *(
            tensor(np.ascontiguousarray(x, np.float32))
            for x in (
                partials, noise, weight, np.ones_like(noise), np.repeat(_position(where)[None], count, 0),
                np.full(count, KEY), np.array(VELOCITIES),
            )
        )
    )  # fmt: skip
    group = tensor(np.zeros(count, np.int64))
    tables = net.rows()
    start = Rows(tables.embedding.mean(0, keepdim=True), tables.film.mean(0, keepdim=True), mean_levels(notes, group, 1))
    row = fitted(net, start, notes, STEPS, tie=0.0, jitter=0.0, progress=progress)
    return sound, {k: v[0].numpy() for k, v in row._asdict().items()}


def _position(frequency: laws.Float) -> laws.Float:
    from studio.nn.timbre_playing import band_position

    return band_position(np.maximum(np.asarray(frequency, np.float64), 1.0))
