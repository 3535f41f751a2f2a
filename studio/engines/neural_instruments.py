"""The renderer: General MIDI notes to sound, by a control network and spectral synthesis."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import DRUM_KIT, Audio, Context, SoundBatch
from studio.engines.cards import Card, check_weights
from studio.engines.drum_blend import foretold_at, together
from studio.engines.drum_kits import Kit, KitPiece, find_kits, usual
from studio.engines.expression import PLAIN, Expression
from studio.engines.gm import DRUMS, sound_for
from studio.engines.instrument_blend import mixed
from studio.engines.neural_instruments_expression import rendered
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import OwnInstrument, Row, find_own
from studio.engines.own_names import own_number
from studio.engines.string_beating import with_twins
from studio.errors import StudioError
from studio.nn.counter import mix64, uniform
from studio.nn.devices import device_for
from studio.nn.spectral import FLOOR_DB, MAX_PARTIALS, NYQUIST_SHARE, band_centres, voices_of

if TYPE_CHECKING:
    from studio.nn.spectral import Rows, Voice
    from studio.nn.timbre import TimbreNet

log = logging.getLogger(__name__)
Float = laws.Float
Key = tuple[int, int, int]  # program, pitch, velocity

RELEASES = 1.15  # a release is followed for so many of its times to -60 dB at 500 Hz (lower partials take longer)
KEPT_NOTES = 1500
BESIDE = 4  # semitones beside its trained keys at which an instrument is still foretold
TOGETHER = 32  # notes that are worked out at once, and rows that are made between two looks at whether to stop


@lru_cache(maxsize=256)
def _phases(seed: int) -> Float:
    """Phases of the partials in cycles, [MAX_PARTIALS]; not to be written to."""
    return uniform(seed, MAX_PARTIALS)


@dataclass(frozen=True, eq=False)
class _Place:
    """What is known of a program's key.

    Its sound, the pitch that this is tuned to, partials in Hz; at medium velocity power less loudness in dB, and seconds to silence;
    of a drum, the share of its ring that is left, and by how many semitones its noise is moved.
    """

    sound: Sound
    pitch: float
    frequency: Float
    offset: float = 0.0
    ring_s: float = 0.0
    short: float = 1.0
    moved: float = 0.0


class NeuralInstruments:
    """Implements :class:`studio.engines.api.Renderer`. One thread at a time renders; lengths can be asked for meanwhile."""

    def __init__(self) -> None:
        self.card = Card("", "neural-instruments", "Neural instruments")
        self._sounds: dict[str, Sound] = {}
        self._programs: dict[str, int] = {}
        self._own: dict[int, str] = {}  # instruments of one's own: ids of their sounds by their numbers
        self._kits: dict[int, dict[int, KitPiece]] = {}  # kits of one's own: pieces by key, by the kits' numbers
        self._places: dict[tuple[int, int], _Place] = {}  # by program and pitch
        self._voices: OrderedDict[tuple[Key, int], Voice] = OrderedDict()  # by key and rate
        self._known = threading.Lock()  # for what is kept of notes: places and voices
        self._tried: tuple[list[OwnInstrument], list[Kit]] = [], []
        self._looking = threading.Lock()

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
        from studio.nn.spectral import Synthesiser
        from studio.nn.timbre_playing import Playing, TimbreSize, warm_up

        device = device_for(wish)
        self._trained = Playing.load(TimbreSize(**self.card.hyper["network"]), self._content)
        # A note's two dozen points cost next to nothing: the network stays here, so that every device plays the same.
        self.refresh()
        self._synth = Synthesiser(device)
        self._synth.warm_up()
        warm_up(self._trained)
        self.device = device

    def refresh(self) -> None:
        """Look again for the instruments of the user's own. Those that were there stay as they are, and so does what is tried."""
        with self._looking:
            self.adopt([*find_own(self.card.sha256), *self._tried[0]], [*find_kits(), *self._tried[1]])

    def try_out(self, found: list[OwnInstrument], kits: list[Kit]) -> None:
        """Play these too, which are not kept, in place of those that were tried before. :meth:`rows` does not tell them."""
        self._tried = found, kits
        self.refresh()

    def adopt(self, found: list[OwnInstrument], kits: Sequence[Kit] = ()) -> None:
        """Play these instruments and kits beside the trained ones, in place of all others of one's own."""
        first = self._trained.size.instruments
        starts = accumulate((len(o.sound.parts) for o in found), initial=first)
        playing = self._trained.with_rows([o.row for o in found]) if found else self._trained
        with self._known:
            self._own = {o.sound.program: o.sound.id for o in found}
            self._kits = {own_number(k.card.id): k.pieces for k in kits}
            self._sounds = {k: v for k, v in self._sounds.items() if v.row < first}
            self._sounds.update((o.sound.id, replace(o.sound, row=k)) for k, o in zip(starts, found, strict=False))
            self._playing = playing
            for pair in [pair for pair in self._places if pair[0] > DRUM_KIT]:
                del self._places[pair]
            for key in [key for key in self._voices if key[0][0] > DRUM_KIT]:
                del self._voices[key]

    def network(self) -> "TimbreNet":
        """The control network as trained, for torch."""
        from studio.nn.timbre import network_of

        return network_of(self._trained)

    def rows(self) -> dict[str, tuple[Sound, Row]]:
        """Sounds with their rows in the network's tables (of a blend: several, [n, width]), own ones included, by id."""
        tables = self._playing.rows()
        tried = {o.sound.id for o in self._tried[0]}
        return {
            k: (s, {name: table[s.row : s.row + len(s.mix)] if s.mix else table[s.row] for name, table in tables.items()})
            for k, s in self._sounds.items()
            if k not in tried
        }

    def put(self, sound: Sound) -> None:
        """Play a sound with other laws than the card's."""
        with self._known:
            self._sounds[sound.id] = sound
        self.forget()

    def forget(self) -> None:
        """Give up what is kept of notes."""
        with self._known:
            self._places.clear()
            self._voices.clear()

    def sound_of(self, program: int, pitch: int) -> str:
        """The id of the sound that plays ``program`` (DRUM_KIT: the piece at ``pitch``; an own one that is lost: the first)."""
        if program == DRUM_KIT or program in self._kits:
            return self._piece(program, pitch).piece
        return self._own.get(program) or sound_for(min(program, DRUM_KIT) % DRUM_KIT, self._programs)

    def lengths(self, batch: SoundBatch, rate: int) -> npt.NDArray[np.int64]:
        """Frames from onset to silence, release included, shape [n]."""
        if not len(batch):
            return np.zeros(0, np.int64)
        where, which = np.unique(batch.program * 1024.0 + batch.pitch, return_index=True, return_inverse=True)[1:]
        pairs = list(zip(batch.program[where].tolist(), batch.pitch[where].tolist(), strict=True))
        places = [place for pair in pairs if (place := self._places.get(pair)) is not None]  # who knows them waits for nobody
        if len(places) < len(pairs):
            with self._known:
                places = self._placed(pairs)
        ring = np.array([p.ring_s for p in places])[which]
        release = (
            RELEASES * np.array([laws.release_s(p.sound, pitch) for p, (_, pitch) in zip(places, pairs, strict=True)])[which]
        )
        damped = np.minimum(batch.held + release * rate, ring * rate)
        return np.rint(np.where(release > 0, damped, ring * rate)).astype(np.int64)

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
        """Mono rows [n, count]: frames ``first`` to ``first + count`` of every note, zeros past its end."""
        rows = np.zeros((len(batch), count), np.float32)
        self._fill(batch, self.lengths(batch, rate), rate, first, rows, ctx)
        return rows

    def whole(self, batch: SoundBatch, rate: int, ctx: Context) -> list[Audio]:
        """Every note from its onset to its end, [frames] each."""
        lengths = self.lengths(batch, rate)
        rows = [np.empty(length, np.float32) for length in lengths.tolist()]
        self._fill(batch, lengths, rate, 0, rows, ctx)
        return rows

    def foretell(self, batch: SoundBatch, rate: int) -> None:
        """Work out the voices of notes that will be asked for, as many as are kept."""
        for part in _parts(len(batch)):
            self._voiced(self._keys(batch.select(part)), rate)

    def _fill(self, batch: SoundBatch, lengths: npt.NDArray[np.int64], rate: int, first: int, rows: "Rows", ctx: Context) -> None:
        """Write frames from ``first`` on of every note into its row."""
        from studio.nn.side_by_side import one_ahead

        keys = self._keys(batch)
        known = [voice for key in keys if (voice := self._voices.get((key, rate))) is not None]
        parts = _parts(len(batch)) if len(known) < len(keys) else [slice(0, len(keys))]
        made = one_ahead(lambda part: self._voiced(keys[part], rate), parts) if len(known) < len(keys) else [known]
        for part, voices in zip(parts, made, strict=True):
            played = [
                v.lasting(held, length)
                for v, held, length in zip(voices, batch.held[part].tolist(), lengths[part].tolist(), strict=True)
            ]
            shapes = batch.expression[part] if batch.expression else (PLAIN,) * len(played)

            def tick(share: float, k: int = part.start, size: int = len(voices)) -> None:
                ctx.progress((k + share * size) / len(batch))

            try:
                self._sound(played, shapes, rate, first, rows[part], tick)
            except RuntimeError as error:
                if self.device == "cpu":
                    raise
                self._fall_back(error, ctx)
                for row in rows[part]:
                    row[:] = 0  # what was written before the failure may be anything
                self._sound(played, shapes, rate, first, rows[part], tick)

    def _sound(
        self, voices: "list[Voice]", shapes: tuple[Expression, ...], rate: int, first: int, rows: "Rows",
        tick: Callable[[float], None],
    ) -> None:  # fmt: skip
        """Plain notes all together, shaped ones one by one."""
        plain = [v if how.plain else v.lasting(v.held, 0) for v, how in zip(voices, shapes, strict=True)]
        self._synth.render(plain, rate, first, rows, tick)
        for voice, how, row in zip(voices, shapes, rows, strict=True):
            if not how.plain:
                rendered(voice, how, rate, first, row, self._synth)
                tick(1.0)

    def _fall_back(self, error: Exception, ctx: Context) -> None:
        log.warning("rendering on %s failed: %s", self.device, error)
        ctx.notice("The graphics processor failed while rendering; the instruments go on with the processor.")
        self._use("cpu")

    @staticmethod
    def _keys(batch: SoundBatch) -> list[Key]:
        columns = (batch.program.tolist(), batch.pitch.tolist(), batch.velocity.tolist())
        return [(p, k, v) for p, k, v in zip(*columns, strict=True)]

    def _placed(self, pairs: Sequence[tuple[int, int]]) -> list[_Place]:
        """What is known of programs' keys."""
        missing = sorted({pair for pair in pairs if pair not in self._places})
        for k in range(0, len(missing), TOGETHER):
            part = missing[k : k + TOGETHER]
            fresh = [self._new_place(program, pitch) for program, pitch in part]
            partials, noise = self._plain([(program, pitch, laws.MEDIUM) for program, pitch in part], fresh)
            loud = laws.loudness(partials, noise, np.stack([p.frequency for p in fresh]))
            ring = np.where([p.sound.steady for p in fresh], np.inf, laws.silence_s(partials, noise))
            for pair, place, off, seconds in zip(part, fresh, laws.power_db(partials, noise) - loud, ring, strict=True):
                self._places[pair] = replace(place, offset=float(off), ring_s=float(seconds))
        return [self._places[pair] for pair in pairs]

    def _new_place(self, program: int, pitch: int) -> _Place:
        """The place of a key, its level not yet known. A drum of the kit is tuned by the drum map, one played by keys by these."""
        sound = self._sounds[self.sound_of(program, pitch)]
        tuned = float(pitch)
        short = moved = 0.0
        if program == DRUM_KIT or program in self._kits:
            piece = self._piece(program, pitch)
            tuned = (sound.key if sound.program < 0 else sound.low) + piece.tuning
            short, moved = piece.short, piece.tuning
        elif sound.program < 0:
            tuned = sound.key + float(np.clip(pitch - 60, -12, 12))
        return _Place(sound, tuned, laws.frequencies(sound, tuned), short=short or 1.0, moved=moved)

    def _piece(self, program: int, pitch: int) -> KitPiece:
        """What sounds at a key of a kit; a drum that is lost is played by the usual one."""
        own = self._kits.get(program, {}).get(min(max(pitch, min(DRUMS)), max(DRUMS)))
        return own if own is not None and own.piece in self._sounds else usual(pitch)

    def _voiced(self, keys: list[Key], rate: int) -> "list[Voice]":
        """Voices of no length, kept for a while."""
        with self._known:
            found = {key: self._voices.get((key, rate)) for key in sorted(set(keys))}
            missing = [key for key, voice in found.items() if voice is None]
            found.update(zip(missing, self._new_voices(missing, rate), strict=True))
            for key, voice in found.items():
                if voice is not None:
                    self._voices[key, rate] = voice
                    self._voices.move_to_end((key, rate))
            while len(self._voices) > KEPT_NOTES:
                self._voices.popitem(last=False)
        return [voice for key in keys if (voice := found[key]) is not None]

    def _plain(self, keys: list[Key], places: list[_Place]) -> tuple[Float, Float]:
        """Partials [n, POINTS + 1, MAX_PARTIALS] and noise as the network and the laws have them, at no particular level: dB."""
        from studio.nn.timbre_playing import band_position, levels_of

        asked = np.array([k[2] for k in keys], np.float64)
        frequency = np.stack([p.frequency for p in places])
        parts = [part for p in places for part in p.sound.parts]
        of = np.repeat(np.arange(len(places)), [len(p.sound.parts) for p in places])
        rows = np.concatenate([p.sound.row + np.arange(len(p.sound.parts)) for p in places])
        pitch = [
            p.sound.key
            if p.sound.program < 0
            else min(max(p.pitch, part.low - BESIDE * (not part.ratios)), part.high + BESIDE * (not part.ratios))
            for part, p in zip(parts, (places[n] for n in of), strict=True)
        ]
        velocity = np.clip(asked[of], [p.soft for p in parts], [p.loud for p in parts])
        partials, noise = levels_of(
            self._playing, rows, np.array(pitch, np.float32), velocity.astype(np.float32),
            band_position(np.maximum(foretold_at(frequency[of], parts, [places[n].pitch for n in of]), 1.0)),
        )  # fmt: skip
        noise = laws.without_rumble(noise, np.array([places[n].sound.sampled for n in of]))
        noise += np.array([p.hiss_db for p in parts], np.float32)[:, None, None]
        excess: Float = (asked[of] - velocity)[:, None]
        if len(of) > len(places):
            partials, noise, excess = _mixed(partials, noise, excess, of, places)
        for n, place in enumerate(places):
            if place.sound.deep or place.short != 1.0 or place.moved:
                partials[n], noise[n] = laws.struck(place.sound, partials[n], noise[n], place.frequency, place.short, place.moved)
        steady = np.array([p.sound.steady for p in places])
        slowest = np.array([laws.SLOWEST_DB[p.sound.release_s > 0] for p in places], np.float32)
        partials, noise = laws.beyond(partials, steady, slowest), laws.beyond(noise, steady, slowest)
        if excess.any():
            partials += laws.tilt(frequency, excess)[:, None]
            noise += laws.tilt(band_centres(), excess)[:, None]
        partials.transpose(0, 2, 1)[frequency <= 0] = FLOOR_DB
        return partials, noise

    def _new_voices(self, keys: list[Key], rate: int) -> "list[Voice]":
        """Voices of no length. Partials near and over the Nyquist frequency are left out."""
        if not keys:
            return []
        places = self._placed([(program, pitch) for program, pitch, _ in keys])
        partials, noise = self._plain(keys, places)
        level = laws.level_db(np.array([k[2] for k in keys], np.float64)) + laws.MEDIUM_DB
        level += [p.sound.louder_db + p.offset for p in places]
        gain = (level - laws.power_db(partials, noise)).astype(np.float32)[:, None, None]
        frequency = np.stack([p.frequency for p in places])
        high = NYQUIST_SHARE * rate
        fade = 20 * np.log10(np.clip((high - frequency) / (0.04 * rate), 1e-8, 1.0))
        used = np.where(frequency < high, frequency, 0.0)
        partials += gain + np.where(used > 0, fade, laws.FAINTEST_DB).astype(np.float32)[:, None]
        # An own instrument's row depends on which others are there; its number does not.
        rows = [(0 if k[0] > DRUM_KIT else p.sound.row) * 1000003 + k[0] for p, k in zip(places, keys, strict=True)]
        seed = mix64(np.array(rows, np.uint64)) >> np.uint64(1)
        with np.errstate(over="ignore"):
            note = np.array([(k[0] * 128 + int(k[1])) * 128 + k[2] for k in keys], np.uint64) + seed // np.uint64(2)
        release = np.array([laws.release_s(p.sound, k[1]) for p, k in zip(places, keys, strict=True)])[:, None]
        starts = [laws.MODE_PHASES if p.sound.corrected_modes else s for p, s in zip(places, seed.tolist(), strict=True)]
        phase = np.stack([_phases(s) for s in starts]).astype(np.float64)
        for n, (place, key) in enumerate(zip(places, keys, strict=True)):
            if place.sound.beating:
                string = int(seed[n]) + int(key[1])
                used[n], partials[n], phase[n] = with_twins(used[n], partials[n], phase[n], place.sound, place.pitch, string)
        return voices_of(
            frequency=used, phase=phase, partials=laws.quiet(partials),
            damping=laws.damping(release, used), noise=laws.quiet(noise + gain), noise_damping=laws.damping(release, band_centres()),
            keys=(mix64(note) >> np.uint64(1)).tolist(),
        )  # fmt: skip


def _parts(count: int) -> list[slice]:
    return [slice(k, min(k + TOGETHER, count)) for k in range(0, count, TOGETHER)]


def _mixed(
    partials: Float, noise: Float, excess: Float, of: npt.NDArray[np.int64], places: Sequence[_Place]
) -> tuple[Float, Float, Float]:
    """Levels a note, and excess velocities still to be heeded, [n, ...], of those a part, which belongs to the note ``of``."""
    found = []
    for n, place in enumerate(places):
        tones, hiss, over = partials[of == n], noise[of == n], excess[of == n]
        if place.sound.mix:
            tones += laws.tilt(place.frequency, over)[:, None].astype(tones.dtype)
            hiss += laws.tilt(band_centres(), over)[:, None].astype(hiss.dtype)
            both = (
                together(tones, hiss, place.sound.mix)
                if place.sound.ratios
                else mixed(tones, hiss, place.frequency, [p.share for p in place.sound.mix])
            )
            found.append((*both, np.zeros(1)))
        else:
            found.append((tones[0], hiss[0], over[0]))
    tones, hiss, over = (np.stack(x) for x in zip(*found, strict=True))
    return tones, hiss, over
