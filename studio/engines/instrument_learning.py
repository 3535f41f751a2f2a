"""An instrument from a recording: its notes are found and taken apart, the encoder places them, and its row is fitted.

Works on what :mod:`studio.nn.timbre_encoder` and :mod:`studio.nn.note_analysis` give; knows nothing of windows or files.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines import neural_instruments_laws as laws
from studio.engines import own_instruments
from studio.engines.api import Context
from studio.engines.cards import Card, check_weights, read_card
from studio.engines.neural_instruments_laws import Sound
from studio.engines.note_finding import FoundNote, find_notes
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.nn.note_analysis import Analysis
    from studio.nn.timbre import TimbreNet
    from studio.nn.timbre_encoder import NoteSet, TimbreEncoder

Float = npt.NDArray[np.float64]
RATE = 44100
MOST_S = 120.0  # of a recording that are listened to
LEAST_NOTE_S, SHORT, WORTH_DB = 0.2, 0.3, 30.0
CANCELLED = 1e-3  # of the louder channel's power that is left of the sum
FADES_DB = 12.0  # a second, in the middle of its notes: a sound that falls so fast rings off by itself
RELEASE_S = {True: 0.16, False: 0.25}
ENCODER = "encoder"
FULL_VELOCITY = 100


@dataclass(frozen=True, eq=False)
class Learned:
    """What learning gave: the sound (no row of a table yet), the row, the notes it was fitted to, and how near they are in dB."""

    sound: Sound
    row: "own_instruments.Row"
    notes: "NoteSet"
    keys: tuple[int, ...]
    before_db: float
    after_db: float


def prepared(sound: Float, rate: int) -> Float:
    """Mono, at :data:`RATE`, no longer than :data:`MOST_S`."""
    sound = np.asarray(sound, np.float64)[: round(MOST_S * rate)]
    mono = sound
    if sound.ndim == 2:
        mono, powers = sound.mean(1), (sound**2).mean(0)
        if (mono**2).mean() < CANCELLED * powers.max(initial=0.0):  # one channel turned over: together they are silent
            mono = sound[:, powers.argmax()]
    if rate == RATE:
        return mono
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    return np.asarray(resample_poly(mono, RATE // common, rate // common))


def notes_in(sound: Float) -> list[FoundNote]:
    """The notes at :data:`RATE` that are long and loud enough to learn from.

    Raises:
        StudioError: there are none.
    """
    if len(sound) < RATE // 10 or not np.abs(sound).max() > 1e-4:
        raise StudioError("There is nothing to hear in this recording.", "Choose one with single notes.")
    notes = find_notes(sound, RATE)
    loudest = max((n.level for n in notes), default=0.0)
    usual = float(np.median([n.last - n.first for n in notes] or [0]))
    least = max(LEAST_NOTE_S * RATE, SHORT * usual)  # what is much shorter than the others is a slip of the ear, or a release
    good = [n for n in notes if n.level > loudest - WORTH_DB and n.last - n.first >= least]
    if not good:
        raise StudioError(
            "No single notes were found in this recording.", "Record one note after the other, or a slow melody of one voice."
        )
    return good


def velocity_of(note: FoundNote, loudest: float) -> float:
    """The velocity at which General MIDI would have a note as loud, the loudest being :data:`FULL_VELOCITY`."""
    return float(np.clip(FULL_VELOCITY * 10 ** ((note.level - loudest) / 40), 20, 127))


def rings_off(sound: Float, notes: list[FoundNote]) -> bool:
    """Whether most of the notes fall by themselves."""
    falls = []
    for n in notes:
        part = sound[n.first : n.last]
        step = RATE // 50
        level = 10 * np.log10((part[: len(part) // step * step].reshape(-1, step) ** 2).mean(1) + 1e-12)
        middle = level[len(level) // 4 : max(len(level) * 17 // 20, len(level) // 4 + 3)]
        falls.append(np.polyfit(np.arange(len(middle)) / 50, middle, 1)[0])
    return float(np.median(falls)) < -FADES_DB


def learn(
    sound: Float, rate: int, net: "TimbreNet", encoder: "TimbreEncoder", ctx: Context, *,
    steady: bool | None = None, steps: int = 400,
) -> Learned:  # fmt: skip
    """Learn an instrument from a recording [frames] or [frames, channels] of single notes or of one voice.

    ``steady``: whether its notes are held (None: by ear). ``ctx`` is asked between the steps whether to stop.

    Raises:
        StudioError: no notes were found.
    """
    from studio.nn.timbre_encoder import encoded, fitted

    sound = prepared(sound, rate)
    ctx.progress(0.02, "Looking for notes")
    found = notes_in(sound)
    held = not rings_off(sound, found) if steady is None else steady
    analyses, pitches, velocities = taken_apart(sound, found, held, ctx)
    about = described(analyses, pitches, velocities, held)
    notes = note_set(about, analyses, pitches, velocities)
    start = encoded(encoder, notes)
    before = nearness(net, start, notes)

    def tick(share: float) -> None:
        ctx.progress(0.4 + 0.6 * share, "Fitting the instrument")

    row = fitted(net, start, notes, steps, progress=tick) if steps else start
    numbers = {k: v[0].numpy() for k, v in zip(own_instruments.ROW, row, strict=True)}
    return Learned(about, numbers, notes, tuple(n.key for n in found), before, nearness(net, row, notes))


def taken_apart(
    sound: Float, found: list[FoundNote], held: bool, ctx: Context
) -> tuple[list["Analysis"], list[float], list[float]]:
    """(analyses, pitches in keys as measured, velocities) of notes of a recording at :data:`RATE`."""
    from studio.nn.note_analysis import analyse_note

    loudest = max(n.level for n in found)
    analyses, pitches = [], []
    for k, n in enumerate(found):
        ctx.progress(0.05 + 0.35 * k / len(found), f"Taking note {k + 1} of {len(found)} apart")
        analyses.append(analyse_note(sound[n.first : n.last], RATE, laws.fundamental(n.pitch), not held, held))
        pitches.append(69 + 12 * float(np.log2(analyses[-1].fundamental / 440)))
    return analyses, pitches, [velocity_of(n, loudest) for n in found]


def described(analyses: list["Analysis"], pitches: list[float], velocities: list[float], held: bool) -> Sound:
    """The sound that notes are of, without an id."""
    stiffness = () if held else laws.stiffness_of(pitches, [a.inharmonicity for a in analyses])
    return Sound(
        id="", row=0, title="", program=0, kind="own", steady=held, octave=0, release_s=RELEASE_S[held],
        louder_db=0.0 if held else 2.0, low=round(min(pitches)), high=round(max(pitches)),
        soft=round(min(velocities)), loud=round(max(velocities)), stiffness=stiffness,
    )  # fmt: skip


def note_set(about: Sound, analyses: list["Analysis"], pitches: list[float], velocities: list[float]) -> "NoteSet":
    """Analysed notes as the encoder takes them."""
    from studio.engines.note_targets import target_of
    from studio.nn.runtime import tensor
    from studio.nn.timbre_encoder import NoteSet

    targets = [target_of(a, p, about) for a, p in zip(analyses, pitches, strict=True)]
    names = ("partials", "noise", "partial_weight", "noise_weight", "position")
    columns = [np.stack([getattr(t, name) for t in targets]) for name in names]
    return NoteSet(*(tensor(np.asarray(c, np.float32)) for c in (*columns, np.array(pitches), np.array(velocities))))


def nearness(net: "TimbreNet", row: Any, notes: "NoteSet") -> float:
    """Mean difference in dB between what a row [1] plays and the notes."""
    from studio.nn.runtime import inference, tensor
    from studio.nn.spectral import POINTS
    from studio.nn.timbre import Rows
    from studio.nn.timbre_encoder import differences

    with inference():
        rows = Rows(*(x.expand(len(notes.pitch), -1) for x in row))
        return float(differences(net, rows, notes, tensor(np.arange(POINTS))))


def load_encoder(card: Card, net: "TimbreNet") -> "TimbreEncoder":
    """The encoder that belongs to the instruments of ``card``.

    Raises:
        StudioError: it is missing or damaged, or was trained for other weights.
    """
    from studio.nn.runtime import choose_device, load_weights
    from studio.nn.timbre_encoder import EncoderSize, TimbreEncoder

    own = read_card(card.folder / ENCODER)
    if own.hyper.get("network") != card.sha256:
        raise StudioError("The timbre encoder is not of these instruments.", "Install the models again.")
    made = TimbreEncoder(EncoderSize(**own.hyper["encoder"]), net)
    load_weights(made, check_weights(own), choose_device("cpu"))
    return made


def saved(learned: Learned, name: str, card: Card, about: dict[str, Any], folder: Path | None = None) -> str:
    """Save what was learned as an own instrument for the network of ``card``; returns its id."""
    made = Card(
        own_instruments.id_for(name, folder), own_instruments.ENGINE, name.strip(),
        summary="Learned from a recording by the user.", hyper={"network": card.sha256},
        data=[{"kind": "own recording", "notes": len(learned.keys), "keys": list(learned.keys), **about}],
        figures={"fit_db": round(learned.after_db, 2), "encoder_alone_db": round(learned.before_db, 2)},
    )  # fmt: skip
    notes = {k: v.numpy() for k, v in learned.notes._asdict().items()}
    own_instruments.save(made, replace(learned.sound, title=made.title), learned.row, notes, folder)
    return made.id
