import math

import pytest

from studio.app.evaluating import evaluate
from studio.engines.api import Quiet
from studio.errors import StudioError
from tests.fakes import OneNoteABar
from tests.writers import tiny_writer, write_tune


def test_a_row_a_file_and_a_bad_one_does_not_stop_the_rest(tmp_path):
    good, one, bad = tmp_path / "good.mid", tmp_path / "one.mid", tmp_path / "bad.mid"
    write_tune(good, programs=(0, 40), velocities=(50, 90))
    write_tune(one, pitches=(60,), repeats=1)
    bad.write_bytes(b"no music")
    rows = list(evaluate([bad, good, one, tmp_path / "missing.mid"], tiny_writer(), Quiet()))
    assert [("error" in r) for r in rows] == [True, False, False, True]
    assert rows[1]["notes"] == 128
    assert rows[2]["notes"] == 1
    for row in rows[1:3]:
        assert math.isfinite(row["nll"])
        assert sum(row["parts"].values()) == pytest.approx(row["nll"])
        assert row["total"] == pytest.approx(row["nll"] * row["notes"])
        assert all(type(v) is float for v in row["parts"].values())


def test_other_generators_cannot():
    with pytest.raises(StudioError, match="cannot evaluate"):
        list(evaluate([], OneNoteABar(), Quiet()))
