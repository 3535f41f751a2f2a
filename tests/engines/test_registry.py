import pytest

from studio.engines.api import Generator, Renderer
from studio.engines.clip_vae import ClipVae
from studio.engines.performer import Performer
from studio.engines.registry import ENGINES, make_engine
from studio.errors import StudioError


@pytest.mark.parametrize("engine_id", sorted(ENGINES))
def test_each_row_makes_an_engine_of_its_kind(engine_id):
    engine = make_engine(engine_id)
    engine.card = None  # given by prepare; the protocols ask for it
    kinds = {
        "generator": Generator, "arranger": Generator, "clips": ClipVae, "performer": Performer, "renderer": Renderer,
    }  # fmt: skip
    assert isinstance(engine, kinds[ENGINES[engine_id].kind])
    assert ENGINES[engine_id].id == engine_id


def test_an_unknown_engine_is_told():
    with pytest.raises(StudioError, match="'organ-grinder'"):
        make_engine("organ-grinder")
