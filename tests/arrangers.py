"""Tiny untrained arrangers and clip VAEs: what they write is nonsense within all limits."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from studio.engines import arranger_features, clip_grid
from studio.engines.arranger import ArrangerEngine
from studio.engines.cards import Card
from studio.engines.clip_vae import ClipVae
from studio.nn.arranger import Arranger
from studio.nn.drum_vae import DrumVae
from studio.nn.melody_vae import MelodyVae
from studio.nn.phrase_vae import PhraseShape, PhraseVae
from studio.nn.vae import VaeShape
from studio.train import symbolic_task
from studio.train.arranger_task import shape_of
from studio.train.export import export
from tests import writers

SMALL = {"width": 16, "encoder": 12, "units": 16, "heads": 2, "attention": 16}
SMALL_VAE = {"latent": 16, "hidden": 16, "layers": 1, "plan": 12, "units": 16}


def tiny_network(seed=0):
    torch.manual_seed(seed)
    return Arranger(shape_of(symbolic_task.shape_of(**writers.SMALL), **SMALL)).eval()


def tiny_vae(kind, seed=0):
    torch.manual_seed(seed)
    if kind == "phrases":
        small = {**SMALL_VAE, "latent": 16}
        model = PhraseVae(PhraseShape(**small, attributes=4, clip=16, width=12, depth=1)).eval()
    else:
        lines = kind == "lines"
        model = (MelodyVae if lines else DrumVae)(VaeShape(**SMALL_VAE, attributes=4 if lines else 2)).eval()
    draw = np.random.default_rng(1)
    model.spread.fill_(1)
    model.root.copy_(torch.eye(16))
    model.axes.copy_(torch.from_numpy(draw.normal(size=(2, 16))))
    model.sliders.copy_(torch.from_numpy(draw.normal(size=model.sliders.shape)))
    return model


def _prepared(engine, network, card):
    with TemporaryDirectory() as folder:
        engine.prepare(export(network.state_dict(), card, Path(folder)), "cpu")
    return engine


@lru_cache(maxsize=1)
def tiny_arranger():
    network = tiny_network()
    card = Card("tiny", "arranger", "Tiny arranger", hyper={**network.shape.as_dict(), "version": arranger_features.VERSION})
    return _prepared(ArrangerEngine(), network, card)


@lru_cache(maxsize=3)
def tiny_clips(kind):
    network = tiny_vae(kind)
    hyper = {**network.shape.as_dict(), "kind": kind, "version": clip_grid.VERSION}
    return _prepared(ClipVae(), network, Card(f"tiny-{kind}", "clip-vae", "Tiny VAE", hyper=hyper))


class ArrangerShelf:
    """A shelf with them."""

    def arranger(self, model=""):
        return tiny_arranger()

    def clips(self, kind):
        return tiny_clips(kind)

    def changer(self):
        return None
