"""The one table of measurements: ``studio bench NAME`` runs a row, ``studio bench`` lists them.

Each row names a function ``run(argv: list[str]) -> int`` that prints what it measured and returns an exit code. Modules are
named by text and imported when asked for, so that the table costs nothing and the layers below stay unknown to it.
"""

from dataclasses import dataclass
from importlib import import_module

from studio.errors import StudioError


@dataclass(frozen=True)
class Bench:
    """A measurement: where its function stands (``module:function``), and what it measures in one line."""

    function: str
    title: str


BENCHES: dict[str, Bench] = {
    "frames": Bench("studio.ui.benches_frames:run", "What a frame of the editor costs, and what while a model writes"),
    "midi": Bench("studio.app.benches_midi:run", "MIDI files in and out beside symusic, and damaged ones"),
    "nll": Bench("studio.train.benches_writer:nll", "Held-out nats a note: Kneser-Ney 5-gram, with pointers, LSTM"),
    "frames-nll": Bench("studio.train.benches_frames:run", "The piano-roll benchmark: nats a frame beside published figures"),
    "vae": Bench("studio.train.benches_vae:run", "Clip VAEs: held-out clips rebuilt, blends, samples, sliders"),
    "arranger": Bench("studio.train.benches_arranger:run", "Arranger: held-out holes beside the LSTM, attention, accompaniments"),
    "writing": Bench("studio.train.benches_writer:writing", "The writer's first note, speed and cancel"),
    "generation": Bench("studio.train.benches_generation:generation", "Written pieces beside held-out songs'"),
    "form": Bench("studio.train.benches_form:run", "Pieces by a form: how alike sections of one letter and of others are"),
    "overlap": Bench("studio.train.benches_overlap:bench", "200 written pieces: overlapped areas beside training songs'"),
    "limits": Bench("studio.app.benches_limits:run", "Limits that are guaranteed: what was written, and what it broke"),
    "steering": Bench("studio.train.benches_steering:steering", "Density, register, energy, brightness: asked for and written"),
    "mixture": Bench("studio.train.benches_mixture:mixture", "Music between two styles: does it move with the share?"),
    "turning": Bench("studio.train.benches_turning:turning", "Wishes turned up halfway through a piece: does it rise?"),
    "playback": Bench("studio.ui.benches_playback:run", "Click to sound; captured sound while everything is busy"),
    "audition": Bench("studio.ui.benches_audition:run", "A take's key, and a click in Explore, to captured sound; eight takes"),
    "edits": Bench("studio.ui.benches_edits:run", "Edit to sound: notes, instruments, volume, pan and mute while a song plays"),
    "long": Bench("studio.ui.benches_long:run", "Minutes of playback with edits, the sound device lost and back: gaps"),
    "memory": Bench("studio.ui.benches_memory:run", "What all processes take of memory with a long song played and exported"),
    "keys": Bench("studio.ui.benches_keys:run", "Key press to sound, in what a virtual sound card captured"),
    "crash": Bench("studio.app.benches_crash:run", "A run that edits songs killed 200 times: what opens, what is lost"),
    "same": Bench("studio.app.benches_same:run", "The same seed, the same bytes; a song in slices of any size"),
    "timbre": Bench("studio.train.benches_timbre:timbre", "Instruments learned from a few notes, and blends of two"),
    "instruments": Bench(
        "studio.train.benches_instruments:instruments", "Distance to unseen recordings beside FluidR3; pitch, velocity"
    ),
    "expression": Bench(
        "studio.train.benches_expression:run", "Tuning, vibrato, brightness and the like: asked for and measured"
    ),
    "phrasing": Bench("studio.train.benches_phrasing:run", "Late vibrato as it is proposed and heard, beside unseen recordings"),
    "rendering": Bench(
        "studio.train.benches_rendering:run", "Times real time of a 16-voice song, beside FluidSynth; slices to the bit"
    ),
    "takeover": Bench("studio.train.benches_takeover:run", "Instruments taking over from the light voice: the largest step"),
    "startup": Bench("studio.ui.benches_startup:run", "Seconds to the window's first paint, and what packaging/run.py adds"),
}


def run_bench(name: str, argv: list[str]) -> int:
    """Run the measurement ``name`` with its own arguments; returns its exit code.

    Raises:
        StudioError: there is no measurement of that name.
    """
    if name not in BENCHES:
        raise StudioError(f"There is no measurement called '{name}'.", f"Choose one of: {', '.join(sorted(BENCHES))}.")
    module, _, function = BENCHES[name].function.partition(":")
    code: int = getattr(import_module(module), function)(argv)
    return code
