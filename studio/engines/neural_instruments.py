"""The renderer: General MIDI notes to sound, by a control network and spectral synthesis."""

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import DRUM_KIT, Audio, Context, SoundBatch
from studio.engines.cards import Card, check_weights
from studio.engines.gm import drum_key, sound_for
from studio.engines.neural_instruments_laws import Sound
from studio.errors import StudioError
from studio.nn.spectral import FLOOR_DB, band_centres

if TYPE_CHECKING:
    from studio.nn.spectral import Voice

log = logging.getLogger(__name__)
Float = npt.NDArray[np.float64]
Key = tuple[int, int, int]  # program, pitch, velocity

AUDIBLE_DB = -92.0  # partials that never come within this of the note's strongest are left to the noise
RELEASES = 1.15  # a release is followed for so many of its times to -60 dB at 500 Hz (lower partials take longer)
KEPT_NOTES = 1500
VOICES_AT_ONCE = 64  # rows that are made between two looks at whether to stop


class NeuralInstruments:
    """Implements :class:`studio.engines.api.Renderer`. One instance serves one thread at a time."""

    def __init__(self) -> None:
        self.card = Card("", "neural-instruments", "Neural instruments")
        self._sounds: dict[str, Sound] = {}
        self._programs: dict[str, int] = {}
        self._levels: OrderedDict[Key, tuple[Sound, Float, Float, Float, float]] = OrderedDict()
        self._offsets: dict[tuple[int, int], float] = {}  # by program and pitch: power less loudness, at medium velocity
        self._voices: dict[tuple[Key, int], Voice] = {}

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights and warm up on ``device`` (auto, cpu, cuda or mps).

        Raises:
            StudioError: the weights do not fit the card or the network, or the device is not there.
        """
        self._content = check_weights(card)
        try:
            self._sounds = {v["id"]: Sound.of(v) for v in card.hyper["sounds"]}
        except (KeyError, TypeError) as error:
            raise StudioError("The instruments' card does not list its sounds.", "Install the model again.") from error
        self._programs = {s.id: s.program for s in self._sounds.values()}
        self.card = card
        self._use(device)

    def _use(self, wish: str) -> None:
        """Build the network and the synthesiser on a device: auto, cpu, cuda or mps."""
        from studio.nn.runtime import choose_device, load_weights
        from studio.nn.spectral import Synthesiser
        from studio.nn.timbre import TimbreNet, TimbreSize

        device = choose_device(wish)
        net = TimbreNet(TimbreSize(**self.card.hyper["network"]))
        load_weights(net, self._content, choose_device("cpu"))
        # A note's two dozen points cost next to nothing: the network stays here, so that every device plays the same.
        self._net = net
        self._synth = Synthesiser(device)
        self.device = str(device)

    def sound_of(self, program: int, pitch: int) -> str:
        """The id of the trained sound that plays ``program`` (DRUM_KIT: the piece at ``pitch``)."""
        return drum_key(pitch).piece if program == DRUM_KIT else sound_for(program, self._programs)

    def lengths(self, batch: SoundBatch, rate: int) -> npt.NDArray[np.int64]:
        """Frames from onset to silence, release included, shape [n]."""
        keys = self._keys(batch)
        self._ensure(keys)
        return np.array([self._length(k, int(held), rate) for k, held in zip(keys, batch.held, strict=True)], np.int64)

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
        """Mono rows [n, count]: frames ``first`` to ``first + count`` of every note, zeros past its end."""
        keys = self._keys(batch)
        self._ensure(keys)
        rows = np.zeros((len(batch), count), np.float32)
        for k in range(0, len(batch), VOICES_AT_ONCE):
            part = range(k, min(k + VOICES_AT_ONCE, len(batch)))
            voices = [self._voice(keys[n], int(batch.held[n]), rate) for n in part]

            def tick(share: float, k: int = k, size: int = len(part)) -> None:
                ctx.progress((k + share * size) / len(batch))

            try:
                self._synth.render(voices, rate, first, rows[k : part.stop], tick)
            except RuntimeError as error:
                if self.device == "cpu":
                    raise
                self._fall_back(error, ctx)
                rows[k : part.stop] = 0  # what was written before the failure may be anything
                self._synth.render(voices, rate, first, rows[k : part.stop], tick)
        return rows

    def _fall_back(self, error: Exception, ctx: Context) -> None:
        log.warning("rendering on %s failed: %s", self.device, error)
        ctx.notice("The graphics processor failed while rendering; the instruments go on with the processor.")
        self._use("cpu")

    @staticmethod
    def _keys(batch: SoundBatch) -> list[Key]:
        columns = (batch.program.tolist(), batch.pitch.tolist(), batch.velocity.tolist())
        return [(p, k, v) for p, k, v in zip(*columns, strict=True)]

    def _length(self, key: Key, held: int, rate: int) -> int:
        sound, _, _, _, ring = self._levels[key]
        release = RELEASES * sound.release_s * (1.0 if sound.steady else 2 ** (np.clip(60 - key[1], -36, 36) / 36))
        if sound.release_s <= 0 or not laws.damping(sound, key[1], np.array([500.0])).any():
            return round(ring * rate)
        return round(min(held + release * rate, ring * rate) if np.isfinite(ring) else held + release * rate)

    def _ensure(self, keys: list[Key]) -> None:
        """Have the levels of all ``keys`` at hand."""
        missing = sorted(set(keys) - self._levels.keys())
        while len(self._levels) + len(missing) > max(KEPT_NOTES, len(set(keys))) and self._levels:
            oldest = next(iter(self._levels))
            del self._levels[oldest]
            if oldest in keys:
                missing.append(oldest)
        if missing:
            self._predict(missing)

    def _predict(self, keys: list[Key]) -> None:
        """Ask the network for the levels of ``keys``, and set their level by the laws."""
        places = sorted({(program, pitch) for program, pitch, _ in keys} - self._offsets.keys())
        for (program, pitch), (_, partials, noise, frequency) in zip(
            places, self._plain([(program, pitch, laws.MEDIUM) for program, pitch in places]), strict=True
        ):
            self._offsets[program, pitch] = laws.power_db(partials, noise) - laws.loudness(partials, noise, frequency)
        for key, (sound, partials, noise, frequency) in zip(keys, self._plain(keys), strict=True):
            gain = (
                laws.MEDIUM_DB
                + sound.louder_db
                + laws.level_db(key[2])
                + self._offsets[key[0], key[1]]
                - laws.power_db(partials, noise)
            )
            ring = laws.silence_s(partials, noise) if not sound.steady else float("inf")
            self._levels[key] = (sound, laws.quiet(partials + gain), laws.quiet(noise + gain), frequency, ring)

    def _plain(self, keys: list[Key]) -> list[tuple[Sound, Float, Float, Float]]:
        """(sound, partials, noise, frequencies) of each key as the network has them, at no particular level."""
        from studio.nn.timbre import band_position, predict

        if not keys:
            return []
        sounds = [self._sounds[self.sound_of(program, pitch)] for program, pitch, _ in keys]
        tunings = [self._tuned_pitch(s, k) for s, k in zip(sounds, keys, strict=True)]
        frequency = np.stack([laws.frequencies(s, p) for s, p in zip(sounds, tunings, strict=True)])
        velocity = np.array([np.clip(k[2], s.soft, s.loud) for s, k in zip(sounds, keys, strict=True)], np.float32)
        pitch = np.array(
            [s.key if s.program < 0 else np.clip(p, s.low - 4, s.high + 4) for s, p in zip(sounds, tunings, strict=True)],
            np.float32,
        )
        rows = np.array([s.row for s in sounds])
        partials, noise = predict(self._net, rows, pitch, velocity, band_position(np.maximum(frequency, 1.0)))
        return [
            (s, *self._finished(s, k, partials[n], noise[n], frequency[n], k[2] - float(velocity[n])), frequency[n])
            for n, (s, k) in enumerate(zip(sounds, keys, strict=True))
        ]

    @staticmethod
    def _tuned_pitch(sound: Sound, key: Key) -> float:
        """The pitch a sound is tuned to for a key: a drum of the kit by the drum map, a drum played as an instrument by keys."""
        program, pitch, _ = key
        if program == DRUM_KIT:
            return sound.key + drum_key(pitch).tuning
        return sound.key + float(np.clip(pitch - 60, -12, 12)) if sound.program < 0 else float(pitch)

    @staticmethod
    def _finished(sound: Sound, key: Key, partials: Float, noise: Float, frequency: Float, excess: float) -> tuple[Float, Float]:
        """Partials and noise with the far end, brightness for a velocity ``excess`` past the trained ones, drums tuned and cut."""
        if key[0] == DRUM_KIT and key[1] != sound.key:
            place = drum_key(key[1])
            partials, noise = laws.shortened(partials, place.short), laws.shortened(noise, place.short)
            noise = laws.moved(noise, place.tuning)
        partials, noise = laws.beyond(partials, sound), laws.beyond(noise, sound)
        partials = partials + laws.tilt(frequency, excess)
        noise = noise + laws.tilt(band_centres(), excess)
        return np.where(frequency > 0, partials, FLOOR_DB), noise

    def _voice(self, key: Key, held: int, rate: int) -> "Voice":
        """The synthesiser's voice for a note."""
        if (key, rate) not in self._voices:
            if len(self._voices) >= KEPT_NOTES:
                self._voices.clear()
            self._voices[key, rate] = self._new_voice(key, rate)
        return replace(self._voices[key, rate], held=held, length=self._length(key, held, rate))

    def _new_voice(self, key: Key, rate: int) -> "Voice":
        """A voice of no length. Partials near and over the Nyquist frequency, and those that nobody can hear, are left out."""
        from studio.nn.spectral import NYQUIST_SHARE, bucket_of, mix64, uniform, voice_of

        sound, partials, noise, frequency, _ = self._levels[key]
        high = NYQUIST_SHARE * rate
        fade = 20 * np.log10(np.clip((high - frequency) / (0.04 * rate), 1e-8, 1.0))
        partials = partials + fade
        wanted = (frequency > 0) & (frequency < high) & (partials.max(0) > partials.max() + AUDIBLE_DB)
        count = int(np.flatnonzero(wanted)[-1]) + 1 if wanted.any() else 1
        width = bucket_of(count)
        seed = int(mix64(np.array([sound.row * 1000003 + key[0]], np.uint64))[0] >> np.uint64(1))
        note = int(mix64(np.array([(key[0] * 128 + key[1]) * 128 + key[2] + seed // 2], np.uint64))[0] >> np.uint64(1))
        used = np.where(wanted[:width], frequency[:width], 0.0)
        levels = np.where(used > 0, partials[:, :width], FLOOR_DB)
        return voice_of(
            frequency=used, phase=2 * np.pi * uniform(seed, width), partials=laws.quiet(levels),
            damping=laws.damping(sound, key[1], used),
            noise=noise, noise_damping=laws.damping(sound, key[1], band_centres()), held=0, length=0, key=note,
        )  # fmt: skip
