"""FluidSynth, where it is installed: the same song on a soundfont, to hold our own instruments against."""

import shutil
import subprocess
from pathlib import Path

from studio.errors import StudioError

SOUNDFONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/soundfonts/FluidR3_GM.sf2")
_PATIENCE_SECONDS = 600


def soundfont() -> Path:
    """The FluidR3 GM soundfont of this computer.

    Raises:
        StudioError: FluidSynth or the soundfont is not installed.
    """
    found = [Path(p) for p in SOUNDFONTS if Path(p).exists()]
    if not found or not shutil.which("fluidsynth"):
        raise StudioError("FluidSynth with FluidR3 GM is not installed.", "On Debian: apt install fluidsynth fluid-soundfont-gm.")
    return found[0]


def synthesise(midi: Path, wav: Path, rate: int = 44100, dry: bool = True) -> None:
    """Render ``midi`` into a 16-bit ``wav`` by FluidSynth with FluidR3 GM; ``dry`` switches reverb and chorus off.

    Raises:
        StudioError: FluidSynth is not installed, or could not.
    """
    effects = ["-R", "0", "-C", "0"] if dry else ["-R", "1", "-C", "1"]
    command = ["fluidsynth", "-ni", *effects, "-g", "0.6", "-r", str(rate), "-F", str(wav), str(soundfont()), str(midi)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise StudioError("FluidSynth did not come to an end with these notes.", "Choose fewer bars.") from None
    if done.returncode or not wav.exists():
        raise StudioError("FluidSynth could not render the notes.", "Try other bars.")
