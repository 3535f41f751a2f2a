"""Small things to write with: a tiny untrained writer, and songs made by rule."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import numpy as np
import torch

from studio.engines.cards import Card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import VERSION, Part, encode
from studio.engines.note_controls import OPEN
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.nn.note_lstm import NoteLstm
from studio.train.export import export
from studio.train.symbolic_task import shape_of

BEAT = 960
SMALL = {"units": 24, "width": 16, "layers": 2}


def tiny_network(seed=0):
    torch.manual_seed(seed)
    return NoteLstm(shape_of(**SMALL)).eval()


def _written_by(name, network):
    """A writer of a network's, by way of a model folder."""
    with TemporaryDirectory() as folder:
        card = Card(name, "lstm-writer", f"{name.capitalize()} writer", hyper={**network.shape.as_dict(), "version": VERSION})
        writer = LstmWriter()
        writer.prepare(export(network.state_dict(), card, Path(folder)), "cpu")
    return writer


@lru_cache(maxsize=1)
def tiny_writer():
    """An untrained writer: it writes nonsense within all limits."""
    return _written_by("tiny", tiny_network())


@lru_cache(maxsize=1)
def remembering_writer():
    """An untrained writer with a cache that it believes where anything is alike."""
    torch.manual_seed(2)
    network = NoteLstm(shape_of(**SMALL, cache=8))
    network.cache.maps.normal_()
    network.cache.gates[:, 2:5, 1:] = 1.0
    return _written_by("remembering", network)


@lru_cache(maxsize=1)
def steered_writer():
    """An untrained writer with plans: wishes are held to by the lean alone."""
    torch.manual_seed(1)
    network = NoteLstm(shape_of(**SMALL, plans=4))
    network.plans[:] = torch.from_numpy(OPEN[: network.plans.shape[-1]])
    network.plans[..., 0] = torch.tensor([6, 10, 14, 18], dtype=torch.uint8)[None, :, None]  # 0.7 to 5.7 notes a beat
    network.plans[..., 2] = torch.tensor([8, 11, 14, 17], dtype=torch.uint8)[None, :, None]  # 52 to 70
    network.plan_tracks[:] = 1
    return _written_by("steered", network)


def part(name="", program=0, drums=False, rows=((0, 24, 60, 80),)):
    """A part on the grid of 24 a beat from (start, length, pitch, velocity) rows."""
    return Part(name, program, drums, *(np.array(c, np.int64) for c in zip(*rows, strict=True)))


def scale_piece(bars=8, key=0, seed=0):
    """A tune over held chords, in a major key."""
    draw = np.random.default_rng(seed)
    steps = np.array([0, 2, 4, 5, 7, 9, 11])
    tune = [(24 * k, 24, int(60 + key + steps[draw.integers(7)]), 60 + 4 * (k % 4)) for k in range(4 * bars)]
    chords = [(96 * k, 96, 48 + key + p, 50) for k in range(bars) for p in ((0, 4, 7), (5, 9, 12), (7, 11, 14))[k % 3]]
    return encode([part("Melody", 73, rows=tune), part("Chords", 24, rows=chords)], [(0, 4, 4)], 24)


def song(bars=4):
    """A document with a melody and drums."""
    tune = Notes.of(np.arange(4 * bars) * BEAT, BEAT, 60 + np.arange(4 * bars) % 5 * 2)
    beat = Notes.of(np.arange(4 * bars) * BEAT, BEAT // 4, np.where(np.arange(4 * bars) % 2, 38, 36))
    length = bars * 4 * BEAT
    tracks = (
        Track(1, "Melody", program=73, clips=(Clip(3, 0, length, (Take(tune),)),)),
        Track(2, "Kit", drums=True, clips=(Clip(4, 0, length, (Take(beat),)),)),
    )
    return Document(tracks=tracks, next_id=9)


def write_tune(path, pitches=(60, 64, 67, 72), velocities=(80,), programs=(0,), repeats=16):
    """A MIDI file of one track a program with quarter notes."""
    file = mido.MidiFile(ticks_per_beat=480)
    for channel, program in enumerate(programs):
        track = mido.MidiTrack(
            [mido.MetaMessage("track_name", name=f"T{channel}"), mido.Message("program_change", channel=channel, program=program)]
        )
        for k in range(repeats * len(pitches)):
            note, velocity = pitches[k % len(pitches)] + 7 * channel, velocities[k % len(velocities)]
            track.append(mido.Message("note_on", channel=channel, note=note, velocity=velocity, time=0))
            track.append(mido.Message("note_off", channel=channel, note=note, velocity=0, time=480))
        file.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)
