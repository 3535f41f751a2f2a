"""Finds in the sources every text that a user may read, for the tests of the translations."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UI = sorted((ROOT / "studio" / "ui").rglob("*.py"))
BELOW = sorted(p for part in ("app", "engines", "audio", "codecs", "music", "nn") for p in (ROOT / "studio" / part).rglob("*.py"))
_NOT_IN_THE_WINDOW = ("bench", "virtual_card", "midi_damage", "inspecting", "evaluating")


def _calls(paths: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    for path in paths:
        if any(word in path.name for word in _NOT_IN_THE_WINDOW):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""), node


def own_words() -> set[str]:
    """The literals that ``t`` and ``noted`` get in the window's sources."""
    found = set()
    for name, call in _calls(UI):
        if name in ("t", "noted") and call.args:
            found |= set(_texts(call.args[0]))
    return found


# Which arguments of which calls are shown, by place or by name.
_SHOWN = {
    "StudioError": (0, 1, "message", "hint"), "tell": (0, 1, "hint"), "_tell": (0,), "notice": (0,), "_trouble": (0,),
    "start": (1,), "progress": (1,), "commit": (0,), "_commit": (0,), "Step": (0,), "say": (0,), "_say": (0,), "_end": (0,),
    "_add": (0,), "_edit": (1,), "_fit_to_beats": (0,), "_fit": (0,), "_step": (0,),
}  # fmt: skip


def words_from_below() -> set[str]:
    """Errors, notices, names of steps and of work, from all layers: what ``told`` gets. Values become ``{}``."""
    found = set()
    for name, call in _calls(BELOW + UI):
        for place in _SHOWN.get(name, ()):
            if isinstance(place, int):
                arguments = call.args[place : place + 1]
            else:
                arguments = [k.value for k in call.keywords if k.arg == place]
            for argument in arguments:
                found |= {text for text in _texts(argument) if _is_language(text)}
    return found


def _is_language(text: str) -> bool:
    words = text.replace("{}", "").strip()
    return (len(words) > 1 and words[0].isupper()) or text.startswith(("{}", "'{}"))


def _texts(node: ast.expr) -> Iterator[str]:
    """The literals that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value:
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


_SETTERS = {
    "named", "label", "icon_button", "QPushButton", "QLabel", "QCheckBox", "QToolButton", "Elided", "setText", "setToolTip",
    "setAccessibleName", "setAccessibleDescription", "addAction", "addMenu", "addSection", "setWindowTitle", "addTab", "addItem",
    "setPlaceholderText", "setSuffix", "show_words", "show_text", "form_row", "setStatusTip", "showText", "Segments", "KeyPicker",
}  # fmt: skip
_KEYWORDS = {"kind", "color", "on", "name"}


def unspoken() -> list[str]:
    """Literals that the window's sources show without asking for a translation: ``file:line text``."""
    found = []
    for path in UI:
        if any(word in path.name for word in _NOT_IN_THE_WINDOW):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if name in _SETTERS:
                    arguments = node.args[1:] if name == "icon_button" else node.args[:1] if name == "label" else node.args
                    for argument in arguments:
                        found += [
                            f"{path.relative_to(ROOT)}:{argument.lineno} {text}" for text in _shown(argument) if _has_words(text)
                        ]
    return found


def _shown(node: ast.expr) -> Iterator[str]:
    """The literal parts of what is shown, lists and tuples included, translated ones left out."""
    if isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from _shown(part)
    elif isinstance(node, ast.BinOp):
        yield from _shown(node.left)
        yield from _shown(node.right)
    else:
        yield from _texts(node)


def _has_words(text: str) -> bool:
    """Whether there are words to translate: two letters in a row that no field made."""
    bare = text.replace("{}", " ")
    return any(a.isalpha() and b.isalpha() for a, b in itertools.pairwise(bare)) and bare.strip() not in _SAME


_SAME = {"Partita", "MIDI", "dB", "bpm", "/T auto", "clear", "small", "icon"}


def tables() -> set[str]:
    """Texts of tables that are passed through ``t`` where they are shown."""
    from studio.app.generating import Order
    from studio.engines.api import Limits, Wishes
    from studio.engines.arranger_setting import NEW_PARTS
    from studio.engines.gm import DRUMS, FAMILIES, PROGRAMS
    from studio.music.pitch import SCALES
    from studio.ui.actions import ACTIONS, MENUS

    found = {row.text for row in ACTIONS} | {row.tip for row in ACTIONS} | set(MENUS)
    found |= {*PROGRAMS, *FAMILIES, *SCALES, *NEW_PARTS} | {drum.name for drum in DRUMS.values()}
    found |= {
        name.replace("_", " ").capitalize() for kind in (Order, Wishes, Limits) for name in kind.__dataclass_fields__
    } | PROVENANCE
    return {text for text in found if text}


PROVENANCE = {"Start", "Length", "Tracks", "Context sha256"}
