"""A tiny model of instruments, untrained but well-formed, for tests."""

from pathlib import Path
from typing import Any

import torch

from studio.engines.cards import Card
from studio.engines.gm import DRUMS
from studio.engines.instrument_learning import ENCODER
from studio.nn.hit_gan import HitGenerator, HitSize
from studio.nn.timbre import TimbreNet
from studio.nn.timbre_encoder import EncoderSize, TimbreEncoder
from studio.nn.timbre_playing import TimbreSize
from studio.train.export import export

SOUNDS: list[dict[str, Any]] = [
    {
        "id": "piano",
        "program": 0,
        "steady": False,
        "release_s": 0.2,
        "low": 21,
        "high": 108,
        "soft": 20,
        "loud": 110,
        "stiffness": [0.4, 1.4, -8.0],
    },
    {"id": "flute", "program": 73, "steady": True, "release_s": 0.1, "low": 60, "high": 96, "soft": 80, "loud": 80},
    {
        "id": "glockenspiel",
        "program": 9,
        "steady": False,
        "release_s": 0.0,
        "low": 79,
        "high": 108,
        "soft": 90,
        "loud": 90,
        "ratios": [1.0, 2.7, 5.3],
    },
    {
        "id": "drums_kick",
        "program": -1,
        "steady": False,
        "release_s": 0.0,
        "low": 36,
        "high": 36,
        "soft": 13,
        "loud": 115,
        "ratios": [52.0, 74.0],
        "key": 36,
    },
    {
        "id": "drums_snare",
        "program": -1,
        "steady": False,
        "release_s": 0.0,
        "low": 38,
        "high": 38,
        "soft": 13,
        "loud": 115,
        "ratios": [176.0, 216.0],
        "key": 38,
    },
]


def sound(values: dict[str, Any], row: int) -> dict[str, Any]:
    return {"row": row, "title": values["id"], "kind": "recorded", "octave": 0, "louder_db": 0.0, **values}


def tiny_model(folder: Path) -> Card:
    """Five sounds whose levels fall over the partials and, for those that ring, over time."""
    torch.manual_seed(1)
    pieces = sorted({key.piece for key in DRUMS.values()} - {v["id"] for v in SOUNDS})
    table = SOUNDS + [{**SOUNDS[-1], "id": name, "key": 40 + k} for k, name in enumerate(pieces)]
    size = TimbreSize(len(table), embedding=4, hidden=16, layers=2)
    net = TimbreNet(size)
    with torch.no_grad():
        net.out.weight.mul_(0.3)
        net.base.weight[:, :96] = 1.5 - torch.arange(96) * 0.05
        for row, values in enumerate(table):
            if not values["steady"]:
                net.out.bias.zero_()
            net.base.weight[row, 96 + 48 :] = -1.5
    entries = [sound(values, row) for row, values in enumerate(table)]
    card = Card(folder.name, "neural-instruments", "Tiny", hyper={"network": size.as_dict(), "sounds": entries})
    return export(net.state_dict(), card, folder)


def tiny_encoder(card: Card) -> Card:
    """An untrained encoder beside the tiny model: the notes' mean levels are what it goes by."""
    torch.manual_seed(2)
    net = TimbreNet(TimbreSize(**card.hyper["network"]))
    size = EncoderSize(hidden=12, latent=4)
    encoder = TimbreEncoder(size, net)
    with torch.no_grad():
        encoder.out.weight.mul_(0.1)
    own = Card(ENCODER, "timbre-encoder", "Tiny encoder", hyper={"encoder": size.as_dict(), "network": card.sha256})
    return export(encoder.state_dict(), own, card.folder / ENCODER)


def tiny_gan(folder: Path) -> Card:
    """An untrained generator of hits beside the tiny model in ``folder``."""
    size = HitSize(components=4, latent=3, hidden=8)
    return export(HitGenerator(size).state_dict(), Card("hit-gan", "hit-gan", "Hits", hyper=size.as_dict()), folder / "hit-gan")
