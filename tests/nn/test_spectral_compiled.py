"""Blocks of notes by compiled loops: the same sound and the same choice of what is heard as torch's, bits that never change."""

import numpy as np
import pytest
import torch

from studio.nn import spectral_compiled, spectral_kernels, spectral_noise, spectral_torch, voice_kernels
from studio.nn.byte_cache import ByteCache
from studio.nn.spectral import BLOCK, Voice, control_times
from studio.nn.spectral_compiled import Blocks, _bins, _portions
from tests.nn.test_spectral import RATE, VOICES, voice


@pytest.fixture(scope="module")
def blocks() -> Blocks:
    return Blocks(ByteCache(1 << 24), control_times())


@pytest.mark.parametrize("number", range(0, 11, 3))
def test_what_is_heard_is_what_torch_computes(blocks, number):
    note = VOICES[number]
    for block in range(6):
        place = (block, note.held, RATE)
        count, noisy = spectral_kernels.extent(note.levels, note.audible, note.hiss, note.faint, control_times(), place)
        width, hiss = spectral_torch.extent_of(note, block, RATE)
        assert width - 16 < count <= width
        assert count % 8 == 0 or count == len(note.frequency)
        assert noisy == hiss


def make(blocks: Blocks, *pieces: tuple[Voice, range]) -> np.ndarray:
    """The blocks of all pieces, [blocks, BLOCK]."""
    rows = [np.zeros(span.stop * BLOCK, np.float32) for _, span in pieces]
    blocks.make([note for note, _ in pieces], [span for _, span in pieces], rows, RATE, 0)
    return np.concatenate([row[span.start * BLOCK :] for row, (_, span) in zip(rows, pieces, strict=True)]).reshape(-1, BLOCK)


def test_slices_have_the_bits_of_the_whole(blocks):
    note = voice(held=3 * BLOCK, length=3 * BLOCK + 900, noise_db=-50.0)
    whole = np.zeros(note.length, np.float32)
    blocks.make([note], [range(4)], [whole], RATE, 0)
    for first, last in ((0, 5), (17, BLOCK + 3), (2 * BLOCK - 1, 3 * BLOCK + 880), (3 * BLOCK + 800, 3 * BLOCK + 900)):
        row = np.zeros(last - first, np.float32)
        blocks.make([note], [range(first // BLOCK, -(-last // BLOCK))], [row], RATE, first)
        assert row.tobytes() == whole[first:last].tobytes()


def test_memory_of_another_kind_is_refused(blocks):
    with pytest.raises(AssertionError):
        blocks.make([VOICES[0]], [range(1)], [np.zeros(BLOCK)], RATE, 0)
    with pytest.raises(AssertionError):
        blocks.make([VOICES[0]], [range(1)], [np.zeros(2 * BLOCK, np.float32)[::2]], RATE, 0)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_portions_hold_every_block_once(workers):
    spans = [range(3), range(2, 90), range(1), range(5, 6)]
    portions = _portions(spans, workers).tolist()
    assert [(v, b) for v, low, high in portions for b in range(low, high)] == [
        (v, b) for v, span in enumerate(spans) for b in span
    ]
    assert max(high - low for _, low, high in portions) <= 32


@pytest.mark.parametrize("workers", [1, 3])
def test_many_workers_write_what_one_does_and_tell_how_far_they_are(blocks, workers, monkeypatch):
    monkeypatch.setattr(spectral_compiled, "_BETWEEN_LOOKS", 5)
    notes = [voice(held=7 * BLOCK, length=7 * BLOCK, noise_db=-50.0), *VOICES[:4]]
    spans = [range(7), range(0), *(range(-(-v.length // BLOCK)) for v in VOICES[1:4])]
    rows = [np.zeros(v.length, np.float32) for v in notes]
    told = []
    blocks.make(notes, spans, rows, RATE, 0, workers, told.append)
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == 1.0
    assert not rows[1].any()
    for n in (0, 2, 3, 4):
        alone = np.zeros(notes[n].length, np.float32)
        blocks.make([notes[n]], [spans[n]], [alone], RATE, 0)
        assert alone.any()
        assert alone.tobytes() == rows[n].tobytes()

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        blocks.make(notes, spans, rows, RATE, 0, workers, stop)


def test_blocks_made_together_have_the_bits_of_blocks_alone(blocks):
    long = voice(held=9 * BLOCK, length=9 * BLOCK, noise_db=-50.0)
    together = make(blocks, (long, range(8)))
    for block in (7, 0, 3, 1):
        assert make(blocks, (long, range(block, block + 1))).tobytes() == together[block].tobytes()
    company = make(blocks, (VOICES[2], range(2)), (long, range(5, 8)), (VOICES[4], range(1, 2)), (long, range(2)))
    assert company[2:5].tobytes() == together[5:].tobytes()
    assert company[6:].tobytes() == together[:2].tobytes()


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_bins_have_the_weights_of_torch(rate):
    for hop in (spectral_noise.SHORT, spectral_noise.LONG):
        weights, bands = _bins(rate, hop)
        full = spectral_noise._weights(rate, hop, torch.device("cpu")).numpy()[:, ::2]
        made = np.zeros((spectral_noise.BANDS + 1, len(bands)), np.float32)
        made[bands, np.arange(len(bands))] = weights[0]
        made[bands + 1, np.arange(len(bands))] += weights[1]
        assert np.abs(made[:-1] - full).max() < 1e-4 * full.max()
        assert not made[-1].any()


def test_warmed_up_a_note_compiles_nothing_more(blocks) -> None:
    blocks.warm_up()
    loops = (voice_kernels.notes, voice_kernels.fill_tables)
    before = [len(loop.signatures) for loop in loops]
    make(blocks, (VOICES[3], range(3)), (VOICES[5], range(1, 2)))
    assert min(before) > 0
    assert [len(loop.signatures) for loop in loops] == before
