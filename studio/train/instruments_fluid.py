"""Single dry notes by FluidSynth: training notes where a family lacks a sound, and what instruments are compared with."""

import tempfile
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soundfile

from studio.app.fluidsynth import synthesise

Float = npt.NDArray[np.float64]
TICKS_A_SECOND = 1000
DRUM_CHANNEL = 9
GAP_S = 1.5


def single_notes(
    program: int, notes: list[tuple[int, int, float]], rate: int = 44100, cents: list[float] | None = None
) -> list[Float]:
    """Mono sound of single notes (pitch, velocity, seconds held), each with its release, tuned by ``cents``.

    ``program`` is one of General MIDI's, or -1 less the program of a drum kit (-1: the standard kit).
    """
    channel = DRUM_CHANNEL if program < 0 else 0
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS_A_SECOND // 2)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.Message("program_change", channel=channel, program=program if program >= 0 else -1 - program, time=0))
    wait = 0.0
    starts, now = [], 0.0
    for k, (pitch, velocity, held) in enumerate(notes):
        bend = round((cents[k] if cents else 0.0) / 200 * 8192)  # General MIDI's range is two semitones
        track.append(mido.Message("pitchwheel", channel=channel, pitch=bend, time=round(wait * TICKS_A_SECOND)))
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=0))
        track.append(mido.Message("note_off", channel=channel, note=pitch, velocity=0, time=round(held * TICKS_A_SECOND)))
        starts.append(now + wait)
        now += wait + held
        wait = GAP_S
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "notes.mid", Path(folder) / "notes.wav"
        file.save(midi)
        synthesise(midi, wav, rate)
        sound, _ = soundfile.read(wav, always_2d=True)
    mono = np.concatenate([sound.mean(1), np.zeros(10 * rate)])
    return [mono[round(s * rate) : round((s + n[2] + GAP_S * 0.9) * rate)] for s, n in zip(starts, notes, strict=True)]
