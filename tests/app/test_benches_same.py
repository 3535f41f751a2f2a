from pathlib import Path

import numpy as np
import pytest

from studio.app import benches_same
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.app.sines import Sines


def song():
    notes = Notes.of(np.arange(12) * 480, 400, 60 + np.arange(12)).with_ids_from(10)
    return Document(tracks=(Track(1, "Piano", clips=(Clip(2, 0, 5760, (Take(notes),)),)),), next_id=100)


class Steps(Sines):
    """Whole numbers only: a vectorised sine differs in its last bit with its place in the array."""

    def render(self, batch, rate, first, count, ctx):
        at = np.arange(first, first + count)
        wave = (at * batch.pitch[:, None].astype(np.int64) % 997) / 4096
        return np.where(at < self.lengths(batch, rate)[:, None], wave, 0).astype(np.float32)


def test_a_pure_renderer_passes():
    assert benches_same._slices(song(), Steps())
    assert benches_same._places(song(), Steps(), 3)


def test_a_renderer_that_counts_its_calls_is_found_out():
    class Forgetful(Steps):
        calls = 0

        def render(self, batch, rate, first, count, ctx):
            self.calls += 1
            return super().render(batch, rate, first, count, ctx) * np.float32(1 + self.calls / 1000)

    assert not benches_same._slices(song(), Forgetful())


@pytest.mark.parametrize(("contents", "same"), [("aaa", True), ("aab", False)])
def test_files_are_compared_by_their_bytes(monkeypatch, tmp_path, contents, same):
    left = list(contents)
    monkeypatch.setattr(benches_same.subprocess, "run", lambda words, **_: Path(words[-1]).write_text(left.pop()))
    assert benches_same._files(tmp_path / "out", ["render"]) is same
