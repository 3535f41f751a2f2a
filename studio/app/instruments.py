"""Instruments of the user's own: learned from recordings, blended of others, listed and forgotten."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.codecs.audiofile import read_audio
from studio.engines import own_instruments
from studio.engines.api import Context, Renderer
from studio.engines.cards import Card, read_card
from studio.engines.drum_kits import find_kits
from studio.engines.instrument_blend import blended
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import OwnInstrument, Row
from studio.errors import StudioError

STEPS = 400  # of the fit


def neural(renderer: Renderer) -> NeuralInstruments:
    """The renderer, which must be the neural instruments.

    Raises:
        StudioError: it is another.
    """
    if not isinstance(renderer, NeuralInstruments):
        raise StudioError("The neural instruments are not installed.", "Install the models again.")
    return renderer


def own_instruments_of(renderer: NeuralInstruments) -> list[OwnInstrument]:
    """The user's instruments that these can play, by id."""
    return own_instruments.find_own(renderer.card.sha256)


def learn_instrument(
    file: Path, name: str, renderer: NeuralInstruments, ctx: Context, *, held: bool | None = None, steps: int = STEPS
) -> Card:
    """Learn an instrument from an audio file of single notes or of one voice, and save it.

    ``held``: whether its notes are held as by breath or bow (None: by ear). The renderer plays it at once.

    Raises:
        StudioError: the file cannot be read, or there are no notes in it; nothing was saved.
    """
    from studio.engines.instrument_learning import MOST_S, learn, load_encoder, saved

    own_instruments.id_for(name)  # a name that will not do is told before the work
    audio, rate = read_audio(file, MOST_S + 1)
    if len(audio) > MOST_S * rate:
        ctx.notice(f"Only the first {MOST_S:.0f} seconds of '{file.name}' are listened to.")
    net = renderer.network()
    learned = learn(np.asarray(audio, np.float64), rate, net, load_encoder(renderer.card, net), ctx, steady=held, steps=steps)
    about = {"name": file.name, "seconds": round(len(audio) / rate, 1)}
    made = saved(learned, name, renderer.card, about)
    renderer.refresh()
    return own_card(made, renderer)


def blend_instruments(first: str, second: str, share: float, name: str, renderer: NeuralInstruments) -> Card:
    """Save the instrument ``share`` (0..1) of the way from ``first`` to ``second``, each an id or a title.

    Raises:
        StudioError: one of them is not there, or cannot be blended.
    """
    one, other = found_instrument(first, renderer), found_instrument(second, renderer)
    own_instruments.id_for(name)
    sound, row = blended(one, other, share)
    card = Card(
        own_instruments.id_for(name), own_instruments.ENGINE, name.strip(),
        summary=f"Blend of {one[0].title} and {other[0].title}.",
        hyper={"network": renderer.card.sha256, "blend": {"of": [one[0].id, other[0].id], "share": share}},
    )  # fmt: skip
    made = own_instruments.save(card, replace(sound, title=card.title), row, {})
    renderer.refresh()
    return made.card


def draw_hit(kind: str, seed: int, name: str, renderer: NeuralInstruments, ctx: Context) -> Card:
    """Save a new drum of a kind, drawn by the GAN beside the instruments; the same seed draws the same drum.

    Raises:
        StudioError: there is no such kind, or the weights are missing.
    """
    from studio.engines import hit_drawing

    made = own_instruments.id_for(name)
    net, generator = renderer.network(), read_card(renderer.card.folder / hit_drawing.GENERATOR)
    gan = hit_drawing.load_generator(generator)
    sound, row = hit_drawing.draw_hit(gan, net, kind, seed, lambda done: ctx.progress(done, "Fitting the instrument"))
    card = Card(
        made, own_instruments.ENGINE, name.strip(), summary=f"A {kind} that nobody has struck, drawn with the seed {seed}.",
        hyper={"network": renderer.card.sha256, "drawn": {"kind": kind, "seed": seed, "generator": generator.sha256}},
    )  # fmt: skip
    own_instruments.save(card, replace(sound, title=card.title), row, {})
    renderer.refresh()
    return own_card(made, renderer)


def forget_instrument(instrument: str, renderer: NeuralInstruments) -> None:
    """Remove an own instrument or kit; the renderer plays it no longer.

    Raises:
        StudioError: a kit has it among its drums, there is none of that id, or it cannot be removed.
    """
    for kit in find_kits():
        if any(piece.piece == instrument for piece in kit.pieces.values()):
            raise StudioError(f"The kit '{kit.card.title}' has this drum in it.", "Remove the kit first.")
    own_instruments.forget(instrument)
    renderer.refresh()


def own_card(wanted: str, renderer: NeuralInstruments) -> Card:
    """The card of an own instrument that these can play.

    Raises:
        StudioError: there is none of that id.
    """
    for own in own_instruments_of(renderer):
        if own.card.id == wanted:
            return own.card
    raise StudioError(f"There is no instrument '{wanted}' of your own.", "See 'studio instruments'.")


def found_instrument(who: str, renderer: NeuralInstruments) -> tuple[Sound, Row]:
    """The sound and row of a trained or own instrument, by id or title.

    Raises:
        StudioError: there is none.
    """
    known = renderer.rows()
    wanted = who.strip().casefold()
    for sound, row in known.values():
        if wanted in (sound.id.casefold(), sound.title.casefold()):
            return sound, row
    raise StudioError(f"There is no instrument '{who}'.", "See 'studio instruments'.")
