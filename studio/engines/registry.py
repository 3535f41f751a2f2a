"""The one table of engines. A card names its engine by id; adding an engine is adding a row."""

from importlib import import_module

from studio.engines.api import EngineEntry
from studio.errors import StudioError


def _entry(engine_id: str, kind: str, title: str, module: str, name: str) -> EngineEntry:
    return EngineEntry(engine_id, kind, title, lambda: getattr(import_module(module), name)())


ENGINES: dict[str, EngineEntry] = {
    e.id: e
    for e in (
        _entry("lstm-writer", "generator", "LSTM writer", "studio.engines.lstm_writer", "LstmWriter"),
        _entry("arranger", "arranger", "Arranger", "studio.engines.arranger", "ArrangerEngine"),
        _entry("clip-vae", "clips", "Clip VAE", "studio.engines.clip_vae", "ClipVae"),
        _entry("performer", "performer", "Performer", "studio.engines.performer", "Performer"),
        _entry("neural-instruments", "renderer", "Neural instruments", "studio.engines.neural_instruments", "NeuralInstruments"),
    )
}


def make_engine(engine_id: str) -> object:
    """A new, unprepared engine.

    Raises:
        StudioError: no engine has that id.
    """
    if engine_id not in ENGINES:
        raise StudioError(f"This model needs the engine '{engine_id}', which this version does not have.", "Update Partita.")
    return ENGINES[engine_id].make()
