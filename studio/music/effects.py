"""Effects that a track or the whole mix goes through, as values. What they do to sound is :mod:`studio.audio.effects`'s."""

from dataclasses import dataclass, replace

PLUGIN = "plugin"
MOST_EFFECTS = 16


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be set of an effect: from ``least`` to ``most``, ``default`` where nothing is said. ``log``: even in octaves."""

    name: str
    title: str
    least: float
    most: float
    default: float
    unit: str = ""
    log: bool = False

    def kept(self, value: float) -> float:
        """``value`` within the limits."""
        return min(max(value, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Kind:
    """An effect that is always there."""

    title: str
    parameters: tuple[Parameter, ...]


# Chorus and phaser are left out: they swing by a clock of their own, so the same bar would sound otherwise after every jump.
KINDS: dict[str, Kind] = {
    "equalizer": Kind(
        "Equalizer",
        (
            Parameter("low_cut_hz", "Low cut", 20, 500, 20, "Hz", log=True),
            Parameter("low_db", "Low", -18, 18, 0, "dB"),
            Parameter("mid_hz", "Middle at", 200, 8_000, 1_000, "Hz", log=True),
            Parameter("mid_db", "Middle", -18, 18, 0, "dB"),
            Parameter("mid_q", "Narrowness", 0.2, 8, 0.8, "", log=True),
            Parameter("high_db", "High", -18, 18, 0, "dB"),
        ),
    ),
    "compressor": Kind(
        "Compressor",
        (
            Parameter("threshold_db", "Threshold", -60, 0, -18, "dB"),
            Parameter("ratio", "Ratio", 1, 20, 3, ": 1", log=True),
            Parameter("attack_ms", "Attack", 0.1, 100, 10, "ms", log=True),
            Parameter("release_ms", "Release", 10, 1_000, 120, "ms", log=True),
            Parameter("gain_db", "Make-up", 0, 24, 0, "dB"),
        ),
    ),
    "drive": Kind(
        "Drive",
        (Parameter("drive_db", "Drive", 0, 36, 9, "dB"), Parameter("level_db", "Level", -24, 6, -6, "dB")),
    ),
    "delay": Kind(
        "Delay",
        (
            Parameter("seconds", "Time", 0.02, 2, 0.3, "s", log=True),
            Parameter("feedback", "Feedback", 0, 0.9, 0.35),
            Parameter("mix", "Mix", 0, 1, 0.25),
        ),
    ),
    "reverb": Kind(
        "Reverb",
        (
            Parameter("size", "Size", 0, 1, 0.5),
            Parameter("damping", "Damping", 0, 1, 0.5),
            Parameter("mix", "Mix", 0, 1, 0.25),
        ),
    ),
    "limiter": Kind(
        "Limiter",
        (
            Parameter("ceiling_db", "Ceiling", -24, 0, -6, "dB"),
            Parameter("release_ms", "Release", 10, 1_000, 100, "ms", log=True),
        ),
    ),
}


@dataclass(frozen=True)
class Effect:
    """One effect. ``kind`` is one of :data:`KINDS`, or :data:`PLUGIN`: the VST3 plug-in in the file ``plugin``.

    ``values`` are (parameter, value) of what was set; a plug-in's are its own 0..1. ``state`` is all that a plug-in keeps
    (base64), ``title`` what a plug-in calls itself.
    """

    kind: str
    on: bool = True
    values: tuple[tuple[str, float], ...] = ()
    plugin: str = ""
    title: str = ""
    state: str = ""

    def get(self, name: str) -> float:
        """The value of a parameter of a kind that is always there, within its limits. Raises KeyError when it has none such."""
        parameter = {p.name: p for p in KINDS[self.kind].parameters}[name]
        return parameter.kept(dict(self.values).get(name, parameter.default))

    def with_value(self, name: str, value: float) -> "Effect":
        """This effect with a parameter set."""
        return replace(self, values=tuple(sorted({**dict(self.values), name: float(value)}.items())))


Effects = tuple[Effect, ...]


def faults(effects: Effects) -> list[str]:
    """What is wrong with a chain, empty for a good one."""
    found = [f"there is no effect '{e.kind}'" for e in effects if e.kind not in KINDS and e.kind != PLUGIN]
    if any(e.kind == PLUGIN and not e.plugin for e in effects):
        found.append("a plug-in has no file")
    if len(effects) > MOST_EFFECTS:
        found.append(f"more than {MOST_EFFECTS} effects stand in a row")
    return found
