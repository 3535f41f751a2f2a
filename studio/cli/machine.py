"""Models, devices, training and measurements from the command line."""

from typing import Any

from studio.bench import BENCHES, run_bench
from studio.cli.console import answer, bar, say, table
from studio.engines.cards import Card, find_cards
from studio.engines.registry import ENGINES


def list_models(json: bool) -> None:
    """Print the installed models with their figures."""
    cards = find_cards()
    if json:
        answer([_as_json(card) for card in cards])
        return
    if not cards:
        say("No model is installed.")
        return
    rows = [(c.id, c.title, _kind(c), _megabytes(c), ", ".join(d["name"] for d in c.data if "name" in d)) for c in cards]
    table("Models", ("id", "title", "what it does", "MB", "learned from"), rows, right=("MB",))
    for card in cards:
        styles = card.hyper.get("styles")
        if styles:
            print(f"{card.id}, styles: {', '.join(styles)}")
    print("\nstudio models --json tells everything on the cards: figures, recipes, licences and credits.")


def list_devices(json: bool) -> None:
    """Print what can compute and what can sound."""
    from studio.audio.output import sound_outputs
    from studio.nn.devices import device_title, devices

    compute = [{"id": d, "title": device_title(d)} for d in devices()]
    outputs = sound_outputs()
    if json:
        answer({"compute": compute, "sound": outputs})
        return
    table("Compute devices, best first", ("id", "title"), [(d["id"], d["title"]) for d in compute])
    if outputs:
        table("Sound outputs", ("name",), [(name,) for name in outputs])
    else:
        print("No sound output was found: Partita writes and renders, but cannot be heard here.")


def train_recipe(recipe: str, resume: bool) -> None:
    """Run a recipe's training, or list the recipes."""
    from studio.train import names, run

    if not recipe:
        print("Recipes: " + (", ".join(names()) or "none"))
        return
    with bar(f"Training {recipe}") as watched:
        run(recipe, resume=resume, progress=watched.progress)


def run_named_bench(name: str, argv: list[str]) -> int:
    """Run a measurement, or list them; returns the exit code."""
    if name:
        return run_bench(name, argv)
    table("Measurements: studio bench NAME", ("name", "what it measures"), [(n, b.title) for n, b in sorted(BENCHES.items())])
    return 0


def _kind(card: Card) -> str:
    kinds = {"generator": "writes notes", "arranger": "arranges", "clips": "varies clips", "renderer": "makes sound"}
    kinds["performer"] = "plays notes"
    return kinds[ENGINES[card.engine].kind] if card.engine in ENGINES else f"unknown engine {card.engine}"


def _megabytes(card: Card) -> str:
    return f"{card.weights.stat().st_size / 1e6:.1f}" if card.weights.is_file() else "missing"


def _as_json(card: Card) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(card), "folder": str(card.folder), "kind": _kind(card)}
