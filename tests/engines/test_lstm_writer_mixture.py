import numpy as np
import pytest

from studio.engines.api import GenerateRequest, Quiet, Wishes
from studio.engines.lstm_writer_mixture import Mixture, mixture_of
from studio.engines.lstm_writer_setting import setting_of
from studio.engines.lstm_writer_styles import STYLES, Manner
from studio.engines.note_columns import CLASS, DRUMS, TRACK_CLASSES
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.pitch import Key
from tests.writers import song, steered_writer, tiny_writer

BAR = 3840


def asked(first="pop", second="folk", share=0.3, **more):
    return GenerateRequest(Document(), 0, 2 * BAR, style=first, second_style=second, second_share=share, **more)


def rows(request, writer=tiny_writer, take=0):
    chunks = [c for c in writer().generate(request, Quiet()) if c.take == take]
    return [
        (p.name, p.program, *(c.tolist() for c in (n.start, n.duration, n.pitch, n.velocity))) for c in chunks for p, n in c.notes
    ]


def test_the_order_of_the_two_does_not_matter():
    assert mixture_of(asked()) == mixture_of(asked("folk", "pop", 0.7)) == Mixture(("pop", "folk"), (0.7, 0.3))
    assert rows(asked()) == rows(asked("folk", "pop", 0.7)) != rows(asked(share=0.6))


def test_the_whole_of_a_style_is_that_style():
    assert rows(asked(share=0.0)) == rows(asked(second="", share=0.0)) == rows(asked(second="pop", share=0.5))
    assert rows(asked(share=1.0)) == rows(asked("folk", "", 0.0))
    assert mixture_of(GenerateRequest(Document(), 0, BAR), "jazz").names == ("jazz",)


@pytest.mark.parametrize(("first", "second", "share"), [("", "pop", 0.5), ("pop", "polka", 0.5), ("pop", "folk", 1.5)])
def test_what_is_no_mixture_is_refused(first, second, share):
    with pytest.raises(StudioError):
        mixture_of(asked(first, second, share))


def test_figures_lie_between():
    mixture = Mixture(("pop", "folk"), (0.7, 0.3))
    assert mixture.mean(lambda style: style.minor) == pytest.approx(0.7 * STYLES["pop"].minor + 0.3 * STYLES["folk"].minor)
    manners = {"pop": Manner(pitch=1.0, density=1.0), "folk": Manner(pitch=0.9)}
    assert mixture.manner(manners).pitch == pytest.approx(0.97)
    assert mixture.manner(manners).density == pytest.approx(0.7)
    assert Mixture(("pop",)).manner(manners) == manners["pop"]
    assert Mixture(("jazz",)).manner(manners) == Manner()


def test_the_players_of_both_play_as_the_weightier_has_them():
    for share, weightier in ((0.2, "pop"), (0.8, "folk")):
        made = mixture_of(asked(share=share)).ensemble(np.random.default_rng(0))
        assert {TRACK_CLASSES[c][0] for c in made} == {"Piano", "Bridge", "Melody", "Chords"}
        assert made[CLASS["Melody"]].program == STYLES[weightier].program(CLASS["Melody"])
    drums = mixture_of(asked("drums", "folk", 0.5)).ensemble(np.random.default_rng(0))
    assert drums[DRUMS].drums and not drums[CLASS["Melody"]].drums


def test_dynamics_are_between_phrased_and_played():
    mixed = setting_of(asked())
    assert mixed.flat == (False, True) and mixed.phrasing == pytest.approx(0.3)
    assert setting_of(asked("folk", "hymn")).phrasing == 1
    heard = setting_of(GenerateRequest(song(), 4 * BAR, BAR, style="pop", second_style="folk", second_share=0.5))
    assert heard.flat == (True, True)  # as the song is


@pytest.mark.parametrize("context", [Document(), song()])
def test_a_take_is_the_same_alone_and_among_others(context):
    start = 4 * BAR if context.tracks else 0

    def take(takes):
        request = GenerateRequest(
            context, start, 2 * BAR, style="pop", second_style="folk", second_share=0.4, takes=takes,
            wishes=Wishes(energy=0.9), seed=3,
        )  # fmt: skip
        return rows(request, steered_writer, take=1)

    assert take(2) == take(7) != []


def test_the_key_is_kept_by_both():
    key = Key(2, "minor")
    made = rows(asked(key=key, temperature=3.0, share=0.5))
    assert made and all(key.contains(p) for row in made for p in row[4])
