"""The shelf of models: finds the cards, makes each engine once, on the device that the user wishes."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

from studio.app.compiling import have_loops
from studio.engines.api import Generator, Renderer
from studio.engines.arranger import ArrangerEngine
from studio.engines.cards import Card, find_cards
from studio.engines.clip_vae import ClipVae
from studio.engines.registry import ENGINES, make_engine
from studio.errors import Cancelled, StudioError

log = logging.getLogger(__name__)
CHANGES = "changes"
"""In the place of a model's id: the arranger and the clips together, in one process."""
Engine = TypeVar("Engine", Generator, Renderer, ArrangerEngine, ClipVae)


@runtime_checkable
class Closing(Protocol):
    """An engine that holds more than memory."""

    def close(self) -> None:
        """Let go of it."""


class Shelf:
    """Prepared engines by model id. Safe to ask from several threads: a model is loaded once, by the first who asks.

    Each model has a lock of its own, so that nobody waits for a model that somebody else asked for.

    ``tell`` gets one sentence when a device failed and the CPU took over. ``apart``: what a generator is made with that
    writes in a process of its own, beside a window; such a shelf is to be closed.
    """

    def __init__(
        self,
        device: str = "auto",
        tell: Callable[[str], None] = log.warning,
        apart: Callable[[Callable[[str], None]], Generator] | None = None,
    ) -> None:
        self.cards: tuple[Card, ...] = tuple(find_cards())
        self.device = device
        self._tell = tell
        self._apart = apart
        self._made: dict[str, object] = {}
        self._age = self._closings = 0  # how often the engines were put away, and how often for good
        self._lock = threading.Lock()  # held for moments only
        self._loading: dict[str, threading.Lock] = {}

    def of_kind(self, kind: str) -> list[Card]:
        """The cards whose engine is of ``kind``: generator or renderer."""
        return [c for c in self.cards if c.engine in ENGINES and ENGINES[c.engine].kind == kind]

    def use(self, device: str) -> None:
        """Wish for another device: engines asked for from now on, or being loaded now, are made anew on it."""
        self.device = device
        self._put_away()

    def close(self) -> None:
        """Put the engines away, and end the processes in which they write. Who waits for a model gets Cancelled."""
        self._closings += 1
        self._put_away()

    def _put_away(self) -> None:
        with self._lock:
            engines, self._made = self._made, {}
            self._age += 1
        for engine in engines.values():
            _end(engine)

    def generator(self, model: str = "") -> Generator:
        """The generator of that model id, the first one by default. Loads it when needed: seconds, so off the main thread."""
        return self._engine(model, "generator", Generator)  # type: ignore[type-abstract]

    def renderer(self, model: str = "") -> Renderer:
        """The renderer of that model id, the first one by default."""
        return self._engine(model, "renderer", Renderer)  # type: ignore[type-abstract]

    def arranger(self, model: str = "") -> ArrangerEngine:
        """The arranger of that model id, the first one by default."""
        return self._engine(model, "arranger", ArrangerEngine)

    def arranger_card(self) -> Card:
        """The card of the first arranger."""
        return self._card("", "arranger")

    def changer(self) -> Generator | None:
        """What makes changes (:class:`studio.app.changes.ChangeRequest`) in a process of its own; None where all is made here."""
        if self._apart is None:
            return None
        made = self._made_once(Card(CHANGES, "", "Changes"))
        return made if isinstance(made, Generator) else None

    def clips(self, kind: str) -> ClipVae:
        """The VAE that knows clips of ``kind``: lines or drums."""
        return self._engine(self.clips_card(kind).id, "clips", ClipVae)

    def clips_card(self, kind: str) -> Card:
        """The card of the VAE that knows clips of ``kind``."""
        known = [c.id for c in self.of_kind("clips") if c.hyper.get("kind") == kind]
        return self._card(known[0] if known else kind, "clips")

    def _engine(self, model: str, kind: str, protocol: type[Engine]) -> Engine:
        card = self._card(model, kind)
        engine = self._made_once(card)
        if not isinstance(engine, protocol):
            raise StudioError(f"The model '{card.title}' is not a {kind}.", "Choose another model.")
        return engine

    def _card(self, model: str, kind: str) -> Card:
        cards = self.of_kind(kind)
        for card in cards:
            if model in ("", card.id):
                return card
        wanted = f"'{model}'" if model else f"of the kind {kind}"
        raise StudioError(f"There is no model {wanted}.", "Run 'studio models' to see what is installed.")

    def _made_once(self, card: Card) -> object:
        """The engine of ``card``; the first who asks makes it, the others wait for that."""
        with self._lock:
            if card.id in self._made:
                return self._made[card.id]
            loading = self._loading.setdefault(card.id, threading.Lock())
        closings = self._closings
        with loading:
            while True:
                with self._lock:
                    if card.id in self._made:
                        return self._made[card.id]
                    age = self._age
                if self._closings != closings:
                    raise Cancelled
                if self._apart is not None and card.engine in ENGINES:
                    have_loops(ENGINES[card.engine].kind, lambda: self._closings != closings)
                engine = self._prepared(card)
                with self._lock:
                    if age == self._age:
                        self._made[card.id] = engine
                        return engine
                _end(engine)  # nobody wants it on that device any more

    def _prepared(self, card: Card) -> object:
        if self._apart is not None and (card.id == CHANGES or ENGINES[card.engine].kind == "generator"):
            apart = self._apart(self._tell)
            apart.prepare(card, self.device)
            return apart
        engine = make_engine(card.engine)
        try:
            engine.prepare(card, self.device)  # type: ignore[attr-defined]
        except StudioError:
            raise
        except RuntimeError as error:  # how torch reports a device that gives up
            if self.device == "cpu":
                raise
            log.warning("%s failed on %s: %s", card.id, self.device, error)
            self._tell(f"The graphics processor could not run '{card.title}', so the CPU does.")
            engine = make_engine(card.engine)
            engine.prepare(card, "cpu")  # type: ignore[attr-defined]
        return engine


def _end(engine: object) -> None:
    if isinstance(engine, Closing):
        engine.close()
