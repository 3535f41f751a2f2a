"""Effects as values: what they may be set to."""

import pytest

from studio.music.effects import KINDS, MOST_EFFECTS, PLUGIN, Effect, faults


def test_values_are_kept_within_limits():
    effect = Effect("compressor", values=(("ratio", 99.0), ("threshold_db", -30.0)))
    assert effect.get("ratio") == 20
    assert effect.get("threshold_db") == -30
    assert effect.get("attack_ms") == 10
    with pytest.raises(KeyError):
        effect.get("colour")


def test_setting_a_value_leaves_the_others():
    effect = Effect("delay").with_value("mix", 0.5).with_value("seconds", 1).with_value("mix", 0.7)
    assert dict(effect.values) == {"mix": 0.7, "seconds": 1.0}


def test_every_default_lies_within_its_limits():
    for kind in KINDS.values():
        for p in kind.parameters:
            assert p.least <= p.default <= p.most
            assert p.least > 0 or not p.log


def test_faults():
    good = (Effect("reverb"), Effect(PLUGIN, plugin="a.vst3"))
    assert faults(good) == []
    assert faults((Effect("magic"),)) == ["there is no effect 'magic'"]
    assert faults((Effect(PLUGIN),)) == ["a plug-in has no file"]
    assert faults((Effect("delay"),) * (MOST_EFFECTS + 1)) != []
