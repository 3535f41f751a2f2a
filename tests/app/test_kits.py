import numpy as np
import pytest

from studio.app.instruments import draw_hit, own_instruments_of
from studio.app.kits import Trials, changes_in, changes_of, drums_of, vary_kit
from studio.engines.api import Quiet
from studio.engines.drum_changes import USUAL, DrumChange
from studio.engines.drum_kits import find_kits
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.own_names import own_number, titles
from studio.errors import Cancelled, StudioError
from studio.train.instruments_measures import batch_of
from tests.engines.instruments import tiny_gan, tiny_model

RATE = 44100


@pytest.fixture
def renderer(tmp_path, monkeypatch) -> NeuralInstruments:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    made = NeuralInstruments()
    made.prepare(tiny_model(tmp_path / "tiny"), "cpu")
    return made


def heard(renderer, number: int, key: int = 38) -> np.ndarray:
    return renderer.render(batch_of([(number, key, 90, 5000)]), RATE, 0, 5000, Quiet())[0]


def test_words_become_changes_by_key():
    changes = changes_of({"ride": -3.0}, {"51": 0.5}, {"acoustic snare": "Paper"}, {"38": ("kick", 0.3)})
    assert changes == {51: DrumChange(-3.0, 0.5), 38: DrumChange(use="Paper", other="kick", share=0.3)}
    with pytest.raises(StudioError, match="no drum"):
        changes_of({"spoon": 1.0}, {}, {}, {})


def test_a_drawn_hit_in_a_kit_of_ones_own(renderer):
    tiny_gan(renderer.card.folder)
    drum = draw_hit("snare", 5, "Paper", renderer, Quiet())
    kit = vary_kit("Dusty", changes_of({"ride": -3.0}, {"51": 0.5}, {"acoustic snare": "Paper"}, {}), renderer)
    assert kit.id == "own-kit-dusty"
    assert renderer.sound_of(own_number(kit.id), 38) == drum.id
    assert kit.hyper["kit"]["51"] == {"piece": "drums_ride", "tuning": -3.0, "short": 0.5}
    assert drum.id in drums_of(renderer)


@pytest.mark.parametrize("changes", [{}, {38: USUAL}, {38: DrumChange(other="drums_kick", share=0.0)}])
def test_what_changes_nothing_is_no_kit(renderer, changes):
    with pytest.raises(StudioError, match="Nothing"):
        vary_kit("Same", changes, renderer)
    assert titles() == {}


def test_a_drum_with_another_in_it(renderer):
    kit = vary_kit("Mixed", {40: DrumChange(tune=1.0, other="drums_kick", share=0.4)}, renderer)
    (blend,) = own_instruments_of(renderer)
    assert blend.card.title == "Mixed Electric snare"
    assert blend.card.hyper["blend"] == {"of": ["drums_snare", "drums_kick"], "share": 0.4}
    piece = kit.hyper["kit"]["40"]
    assert (piece["piece"], piece["tuning"], piece["short"]) == (blend.card.id, 3.0, pytest.approx(0.7))
    assert np.abs(heard(renderer, own_number(kit.id), 40)).max() > 0.01


@pytest.mark.parametrize(
    "change", [DrumChange(other="flute"), DrumChange(use="flute", other="drums_kick"), DrumChange(other="spoon")]
)
def test_what_is_no_drum_is_refused_and_nothing_is_kept(renderer, change):
    with pytest.raises(StudioError, match=r"no drum|no instrument"):
        vary_kit("Odd", {36: DrumChange(other="drums_snare"), 38: change}, renderer)
    assert titles() == {}


def test_kits_are_tried_without_being_kept(renderer):
    trial = Trials(lambda: renderer)
    usual = heard(renderer, 128)
    first = trial.number({38: DrumChange(tune=5.0, other="drums_kick", share=0.5)}, Quiet())
    tuned = heard(renderer, first)
    assert np.abs(np.abs(np.fft.rfft(tuned)) - np.abs(np.fft.rfft(usual))).max() > 0.1
    second = trial.number({38: DrumChange(tune=-5.0)}, Quiet())
    assert second != first
    assert titles() == {} and find_kits() == []
    assert not [k for k in renderer.rows() if "trial" in k] and not [k for k in drums_of(renderer) if "trial" in k]


def test_a_kit_that_rings_while_others_are_tried_or_kept_goes_on(renderer):
    trial = Trials(lambda: renderer)
    number = trial.number({38: DrumChange(other="drums_kick")}, Quiet())
    ringing = heard(renderer, number)
    trial.number({36: DrumChange(tune=1.0)}, Quiet())
    vary_kit("Kept", {36: DrumChange(tune=2.0)}, renderer)
    assert np.array_equal(heard(renderer, number), ringing)


def test_of_many_kits_that_are_tried_none_is_taken_for_another(renderer):
    trial = Trials(lambda: renderer)
    numbers = [trial.number({38: DrumChange(tune=k / 100)}, Quiet()) for k in range(1, 200)]
    assert len(set(numbers)) == len(numbers)


def test_who_was_overtaken_while_waiting_tries_nothing(renderer):
    class Overtaken(Quiet):
        def progress(self, fraction, message=""):
            raise Cancelled

    trial = Trials(lambda: renderer)
    number = trial.number({38: DrumChange(tune=5.0)}, Quiet())
    sound = heard(renderer, number)
    for _ in range(9):
        with pytest.raises(Cancelled):
            trial.number({38: DrumChange(tune=-5.0)}, Overtaken())
    assert np.array_equal(heard(renderer, number), sound)


def test_a_kit_that_was_tried_sounds_so_when_it_is_kept(renderer):
    changes = {38: DrumChange(2.0, 0.6, other="drums_kick", share=0.5)}
    tried = heard(renderer, Trials(lambda: renderer).number(changes, Quiet()))
    kept = heard(renderer, own_number(vary_kit("Kept", changes, renderer).id))
    spectra = np.abs(np.fft.rfft(np.stack([tried, kept]) * np.hanning(5000)))
    loud = spectra[0] > 0.1 * spectra[0].max()
    assert np.abs(20 * np.log10(spectra[1][loud] / spectra[0][loud])).max() < 1.0


def test_the_changes_of_a_kit_make_the_same_kit_again(renderer):
    asked = {
        51: DrumChange(-3.0, 0.5),
        36: DrumChange(use="drums_snare"),
        40: DrumChange(tune=1.0, other="drums_kick", share=0.4),
    }
    kit = vary_kit("Mixed", asked, renderer)
    again = vary_kit("Again", changes_in(kit.id), renderer)
    assert again.hyper["kit"] == {k: {n: pytest.approx(v) for n, v in piece.items()} for k, piece in kit.hyper["kit"].items()}
    assert changes_in(kit.id)[51] == DrumChange(-3.0, 0.5)
    assert changes_in("own-kit-lost") == {}


def test_a_blend_is_tried_between_the_two_and_not_kept(renderer):
    trials = Trials(lambda: renderer)
    numbers = [trials.blend("flute", "Piano", share, Quiet()) for share in (0.0, 0.5, 1.0)]
    sounds = [heard(renderer, number, key) for number, key in numbers]
    assert len({number for number, _ in numbers}) == 3
    assert not np.array_equal(sounds[0], sounds[1]) and all(np.abs(x).max() > 0.001 for x in sounds)
    assert titles() == {} and not [k for k in renderer.rows() if "trial" in k]
