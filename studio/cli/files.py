"""Looking into many song files from the command line: a row a file, a bad one does not stop the rest."""

from pathlib import Path
from typing import Any

from studio.cli.console import answer, bar, say, table

FAILED = 1


def inspect_files(files: list[Path], json: bool) -> int:
    """Print what is in ``files``; returns 1 if one of them could not be opened."""
    from studio.app.inspecting import inspect_files as inspect

    rows = []
    with bar("Reading") as ctx:
        for k, row in enumerate(inspect(files)):
            rows.append(row)
            ctx.progress((k + 1) / len(files), Path(row["file"]).name)
    if json:
        answer(rows)
    else:
        _show_songs(rows)
    return FAILED if any(not row["ok"] for row in rows) else 0


def _show_songs(rows: list[dict[str, Any]]) -> None:
    good = [row for row in rows if row["ok"]]
    if good:
        columns = ("file", "tracks", "notes", "bars", "time", "tempo", "metre", "instruments")
        table("Songs", columns, [_song(row) for row in good], right=("tracks", "notes", "bars", "time", "tempo"))
    for row in good:
        for sentence in row["lost"]:
            print(f"{row['file']}: {sentence}")
    for row in rows:
        if not row["ok"]:
            say(f"{row['file']}: {row['error']} {row['hint']}".strip())


def _song(row: dict[str, Any]) -> tuple[str, ...]:
    seconds = round(row["seconds"])
    instruments = dict.fromkeys(part["instrument"] for part in row["parts"])
    return (
        row["file"], str(row["tracks"]), f"{row['notes']:,}", str(row["bars"]), f"{seconds // 60}:{seconds % 60:02}",
        f"{row['tempi'][0]['bpm']:g}", row["signatures"][0]["signature"], ", ".join(instruments),
    )  # fmt: skip


def evaluate_files(files: list[Path], model: str, device: str, json: bool) -> int:
    """Print how well the network foresees ``files``; returns 1 if one of them could not be evaluated."""
    from studio.app.evaluating import evaluate
    from studio.app.shelf import Shelf

    generator = Shelf(device, say).generator(model)
    with bar("Evaluating") as ctx:
        rows = list(evaluate(files, generator, ctx))
    good = [row for row in rows if "error" not in row]
    if json:
        answer(rows)
    else:
        _show_costs(good)
        for row in rows:
            if "error" in row:
                say(f"{row['file']}: {row['error']}")
    return FAILED if len(good) < len(rows) else 0


def _show_costs(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    notes = sum(row["notes"] for row in rows)
    mean = sum(row["nll"] * row["notes"] for row in rows) / max(notes, 1)
    all_rows = [*rows, {"file": "all", "notes": notes, "nll": mean}]
    shown = [(row["file"], f"{row['notes']:,}", f"{row['nll']:.3f}") for row in all_rows]
    table("Nats a note, lower is better", ("file", "notes", "nll"), shown, right=("notes", "nll"))
