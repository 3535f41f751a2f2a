import time

import numpy as np
import pytest

from studio.errors import Cancelled
from studio.music.document import Document
from studio.train import benches_writer
from tests.train.test_symbolic_task import small_corpus
from tests.writers import tiny_writer


def test_the_table_of_costs(monkeypatch, capsys):
    monkeypatch.setattr(benches_writer, "corpus", lambda: _with_tests())
    monkeypatch.setattr(benches_writer, "_writer", lambda model, threads=0: tiny_writer())
    monkeypatch.setattr(benches_writer, "STYLES", ("pop", "folk"))
    assert benches_writer.nll([]) == 0
    out = capsys.readouterr().out
    assert "mean" in out
    assert "nan" not in out


def _with_tests():
    from dataclasses import replace

    corpus = small_corpus()
    return replace(corpus, split=np.where(corpus.split == 1, 2, corpus.split))


def test_a_context_that_stops():
    stop = benches_writer._Stop(0.0)
    time.sleep(0.001)
    with pytest.raises(Cancelled):
        stop.progress(0.5)


def test_a_song_is_made_of_a_takes_chunks():
    from studio.engines.api import GenerateRequest, Quiet

    chunks = list(tiny_writer().generate(GenerateRequest(Document(), 0, 3840, style="folk"), Quiet()))
    song = benches_writer.with_chunks(Document(), chunks)
    assert song.note_count == sum(len(n) for c in chunks for _, n in c.notes)
