"""Effects in the mix, by pedalboard (Sobot 2021, zenodo.org/record/7817838), which also runs the user's own VST3 plug-ins.

They work on the mixer's blocks. All but reverb and delay forget what was half a second ago to the bit; those fade, and a jump
warms them up unheard (:func:`memory_seconds`), so that playing from anywhere sounds as the whole song does. A chain that is not
ready yet (a plug-in takes a while to load) is passed by, and faded in once it is; so is one that fails, for good.
"""

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from math import log10
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.music.effects import KINDS, PLUGIN, Effect, Effects

log = logging.getLogger(__name__)

Block = npt.NDArray[np.float32]
Came = dict[int, tuple[tuple[int, Block | None], ...]]
"""By strip, the blocks that came in lately and where they begin, without a gap."""

LIVE_MEMORY_SECONDS = 1.5  # of the past that effects get to know after a jump while playing: somebody waits for it
_FADES_BY_DB = 100.0
_LONGEST_SECONDS = 12.0
_REVERB_SECONDS = 5.0  # until a reverb of any size has faded by that much, measured
_STEPS = 32  # of a block, in which values move
_TRIAL_RATE = 48_000
_LOOK_AHEAD_MS = 1.5  # by which the limiter's track comes late


def memory_seconds(effects: Effects) -> float:
    """Seconds of the past that what the effects make depends on, and that they sound on after their input ends."""
    return min(_LONGEST_SECONDS, sum(_memory(e) for e in effects if e.on))


def _memory(effect: Effect) -> float:
    if effect.kind == "delay":
        echoes = _FADES_BY_DB / max(-20 * log10(max(effect.get("feedback"), 1e-3)), 0.1)
        return effect.get("seconds") * (1 + echoes)
    if effect.kind in ("compressor", "limiter"):
        return 0.3 + 12 * effect.get("release_ms") / 1000
    return {"equalizer": 0.5, "drive": 0.0, "reverb": _REVERB_SECONDS, PLUGIN: _REVERB_SECONDS}[effect.kind]


def _shape(effects: Effects) -> tuple[tuple[str, str, str], ...]:
    """What a chain is made anew for; other changes are set while it runs."""
    return tuple((e.kind, e.plugin, e.state) for e in effects if e.on)


class Plugin:
    """A VST3 plug-in for two channels: itself, or one of it for each where it has but one. To be made on the main thread.

    Raises whatever pedalboard has to say when it cannot be loaded.
    """

    def __init__(self, effect: Effect) -> None:
        self._each = [self._loaded(effect)]
        try:
            self._each[0].process(np.zeros((2, 64), np.float32), _TRIAL_RATE, buffer_size=64, reset=False)
        except ValueError:
            self._each.append(self._loaded(effect))

    @staticmethod
    def _loaded(effect: Effect) -> Any:
        import pedalboard

        plugin: Any = pedalboard.VST3Plugin(effect.plugin)
        if not plugin.is_effect:
            raise ValueError(f"{plugin.name} is an instrument")
        if effect.state:
            plugin.raw_state = base64.b64decode(effect.state)
        return plugin

    def set(self, values: tuple[tuple[str, float], ...]) -> None:
        """Set parameters, 0..1 each; those that it does not have are left."""
        for plugin in self._each:
            known = plugin.parameters
            for name, value in values:
                if name in known:
                    known[name].raw_value = min(1.0, max(0.0, value))

    def reset(self) -> None:
        """Forget everything that sounded."""
        for plugin in self._each:
            plugin.reset()

    def process(self, block: Block, rate: int, *, buffer_size: int, reset: bool) -> Block:
        """As pedalboard's own; shorter than ``block`` as long as the plug-in holds some back."""
        parts = np.split(block, len(self._each))
        made = [p.process(part, rate, buffer_size=buffer_size, reset=reset) for p, part in zip(self._each, parts, strict=True)]
        return np.concatenate(made)


Load = Callable[[Effect], Plugin]


class Chain:
    """Effects in a row, for one strip. Raises whatever pedalboard has to say when a plug-in cannot be loaded."""

    def __init__(self, effects: Effects, rate: int, frames: int, load: Load) -> None:
        self._rate, self._frames = rate, frames
        self.shape = _shape(effects)
        self._parts = [(e.kind, [load(e)] if e.kind == PLUGIN else _made(e.kind)) for e in effects if e.on]
        self._effects: Effects = ()
        self._before: Effects = ()
        self._memory = 0
        self.set(effects)
        self._quiet = self._memory

    def set(self, effects: Effects) -> None:
        """Take the values of effects of the same shape."""
        wanted = tuple(e for e in effects if e.on)
        if wanted == self._effects:
            return
        self._before, self._effects = self._effects, wanted
        self._memory = round(memory_seconds(effects) * self._rate)
        if not self._before:
            self._turn(1.0)

    def _turn(self, share: float) -> None:
        """Set what is so far between the values before and those wanted."""
        for (kind, parts), old, new in zip(self._parts, self._before or self._effects, self._effects, strict=True):
            _SETTERS[kind](parts, new if share == 1.0 else _between(old, new, share))

    def reset(self) -> None:
        """Forget everything that sounded."""
        for part in self._plugins:
            part.reset()
        self._quiet = self._memory

    @property
    def _plugins(self) -> list[Any]:
        return [p for _, parts in self._parts for p in parts]

    def process(self, block: Block | None) -> Block | None:
        """A block [2, n] through the chain; None is silence."""
        if block is None:
            if self._quiet >= self._memory:
                return None
            block = np.zeros((2, self._frames), np.float32)
            self._quiet += self._frames
        else:
            self._quiet = 0
        if self._before:  # in steps too small to hear
            pieces = np.split(block, _STEPS, axis=1)
            made = []
            for k, piece in enumerate(pieces, 1):
                self._turn(k / _STEPS)
                made.append(self._run(piece))
            block, self._before = np.concatenate(made, axis=1), ()
        else:
            block = self._run(block)
        return block

    def _run(self, block: Block) -> Block:
        count = block.shape[1]
        for part in self._plugins:
            block = part.process(block, self._rate, buffer_size=count, reset=False)
            if block.shape[1] < count:  # a plug-in that looks ahead has held some back
                block = np.concatenate([np.zeros((2, count - block.shape[1]), np.float32), block], axis=1)
        return block


def _between(old: Effect, new: Effect, share: float) -> Effect:
    """The values a ``share`` of the way from one effect to another of its kind."""
    was, wanted = dict(old.values), dict(new.values)
    if new.kind != PLUGIN:
        names = [p.name for p in KINDS[new.kind].parameters]
        was, wanted = ({n: e.get(n) for n in names} for e in (old, new))
    return replace(new, values=tuple((n, was.get(n, v) + (v - was.get(n, v)) * share) for n, v in wanted.items()))


def _made(kind: str) -> list[Any]:
    """Pedalboard's parts of a kind."""
    import pedalboard as pb

    classes = {
        "equalizer": (pb.HighpassFilter, pb.LowShelfFilter, pb.PeakFilter, pb.HighShelfFilter),
        "compressor": (pb.Compressor, pb.Gain),
        "drive": (pb.Distortion, pb.Gain),
        "delay": (pb.Delay,),
        "reverb": (pb.Reverb,),
        "limiter": (lambda: pb.BrickwallLimiter(lookahead_ms=_LOOK_AHEAD_MS),),  # the other one makes up for what it takes
    }
    return [make() for make in classes[kind]]


def _set_equalizer(parts: list[Any], effect: Effect) -> None:
    cut, low, middle, high = parts
    cut.cutoff_frequency_hz = effect.get("low_cut_hz")
    low.cutoff_frequency_hz, low.gain_db = 160.0, effect.get("low_db")
    middle.cutoff_frequency_hz, middle.gain_db, middle.q = effect.get("mid_hz"), effect.get("mid_db"), effect.get("mid_q")
    high.cutoff_frequency_hz, high.gain_db = 5_000.0, effect.get("high_db")


def _set_compressor(parts: list[Any], effect: Effect) -> None:
    for name in ("threshold_db", "ratio", "attack_ms", "release_ms"):
        setattr(parts[0], name, effect.get(name))
    parts[1].gain_db = effect.get("gain_db")


def _set_drive(parts: list[Any], effect: Effect) -> None:
    parts[0].drive_db, parts[1].gain_db = effect.get("drive_db"), effect.get("level_db")


def _set_delay(parts: list[Any], effect: Effect) -> None:
    parts[0].delay_seconds, parts[0].feedback, parts[0].mix = (effect.get(n) for n in ("seconds", "feedback", "mix"))


def _set_reverb(parts: list[Any], effect: Effect) -> None:
    reverb, mix = parts[0], effect.get("mix")
    reverb.room_size, reverb.damping = effect.get("size"), effect.get("damping")
    reverb.wet_level, reverb.dry_level = mix, 1 - mix


def _set_limiter(parts: list[Any], effect: Effect) -> None:
    parts[0].ceiling_db, parts[0].release_ms = effect.get("ceiling_db"), effect.get("release_ms")


def _set_plugin(parts: list[Any], effect: Effect) -> None:
    parts[0].set(effect.values)


_SETTERS: dict[str, Callable[[list[Any], Effect], None]] = {
    "equalizer": _set_equalizer,
    "compressor": _set_compressor,
    "drive": _set_drive,
    "delay": _set_delay,
    "reverb": _set_reverb,
    "limiter": _set_limiter,
    PLUGIN: _set_plugin,
}


class Racks:
    """The chains of all strips of a mix that comes in blocks of ``frames``.

    With ``wait`` they are there at once; else those without plug-ins come from a thread, and fade in. ``failed`` gets an effect
    that cannot be used, once and maybe on that thread; its chain goes on without it. ``load`` makes plug-ins.
    """

    def __init__(
        self, rate: int, frames: int, *,
        wait: bool = True, failed: Callable[[Effect], None] = lambda effect: None, load: Load = Plugin,
    ) -> None:  # fmt: skip
        self._rate, self._frames, self.wait, self._failed, self._load = rate, frames, wait, failed, load
        self._chains: dict[int, Chain] = {}
        self._at: dict[int, int] = {}
        self._coming: dict[int, tuple[Effects, list[Chain]]] = {}
        self._broken: set[tuple[str, str, str]] = set()
        self._came: Came = {}

    def restart(self) -> None:
        """Begin somewhere else: nothing of what sounded is left."""
        self._at.clear()
        self._came = {}

    def mark(self) -> Came:
        """What has come in lately, for :meth:`back`; nothing where they wait, since nobody listens."""
        return dict(self._came)

    def back(self, mark: Came) -> None:
        """Sound on as after ``mark``: what had come in by then runs through the chains once more, as far as it is known."""
        self._came = dict(mark)
        self._at.clear()
        for strip, came in mark.items():
            chain = self._chains.get(strip)
            if chain is not None:
                chain.reset()
                for _, block in came:
                    chain.process(block)
                self._at[strip] = came[-1][0] + self._frames

    def _remember(self, strip: int, block: Block | None, first: int) -> None:
        came = self._came.get(strip, ())
        if came and came[-1][0] + self._frames != first:
            came = ()
        most = -(-int(LIVE_MEMORY_SECONDS * self._rate) // self._frames)
        self._came[strip] = (*came[1 - most :], (first, None if block is None else block.copy()))

    def apply(self, strip: int, effects: Effects, block: Block | None, first: int, *, changed: bool = False) -> Block | None:
        """A strip's block [2, n], which begins at frame ``first``, through its effects; None is silence.

        ``changed``: the block before sounded with other ones, so that these are faded in.
        """
        if not self.wait:
            self._remember(strip, block, first)
        effects = tuple(e for e in effects if (e.kind, e.plugin, e.state) not in self._broken)
        chain = self._chains.get(strip)
        wanted = _shape(effects)
        if chain is not None and self._at.get(strip) != first:
            chain.reset()
        self._at[strip] = first + self._frames
        if chain is not None and chain.shape == wanted:
            chain.set(effects)
            return chain.process(block)
        old = chain.process(block) if chain is not None else block
        new = self._next(strip, effects) if wanted else None
        if wanted and new is None:
            return old
        if new is None:
            self._chains.pop(strip, None)
        else:
            self._chains[strip] = new
        made = block if new is None else new.process(block)
        return self._faded(old, made) if changed or not self.wait else made

    def _next(self, strip: int, effects: Effects) -> Chain | None:
        """The chain for ``effects``, None as long as it is not there."""
        if self.wait or any(e.kind == PLUGIN for e in effects):  # plug-ins are made on the main thread
            return self._make(effects)
        asked, came = self._coming.get(strip, ((), []))
        if _shape(asked) != _shape(effects):
            box: list[Chain] = []
            self._coming[strip] = effects, box
            threading.Thread(target=lambda: box.extend(filter(None, [self._make(effects)])), name="effects", daemon=True).start()
            return None
        if not came:
            return None
        del self._coming[strip]
        came[0].set(effects)
        return came[0]

    def _make(self, effects: Effects) -> Chain | None:
        """A chain; where an effect fails, None, and it is left out from now on."""
        try:
            return Chain(effects, self._rate, self._frames, self._load)
        except Exception as error:  # noqa: BLE001  # a plug-in is another's code
            for effect in effects:
                if effect.on and not self._works(effect):
                    log.warning("%s fails: %s", effect.plugin or effect.kind, error)
                    self._broken.add((effect.kind, effect.plugin, effect.state))
                    self._failed(effect)
            return None

    def _works(self, effect: Effect) -> bool:
        try:
            Chain((effect,), self._rate, self._frames, self._load)
        except Exception:  # noqa: BLE001
            return False
        return True

    def _faded(self, old: Block | None, new: Block | None) -> Block | None:
        """From one to the other over a block."""
        if old is None and new is None:
            return None
        up = ((np.arange(self._frames) + 1) / self._frames).astype(np.float32)
        silence = np.zeros((2, self._frames), np.float32)
        return (silence if old is None else old) * (1 - up) + (silence if new is None else new) * up
