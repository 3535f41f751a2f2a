"""Looks at a VST3 plug-in in a process of its own, which may hang or die of it: ``python -m studio.audio.plugin_probe FILE``.

Prints one line of JSON: ``title`` and ``parameters``, a list of [name, title, value 0..1], or ``error``. With ``--edit`` it shows the
plug-in's own window, beginning with the state (base64) on standard input, and prints ``state`` and ``parameters`` once that is closed.
"""

import base64
import json
import os
import sys
from typing import Any


def main(arguments: list[str] | None = None) -> None:
    """Look, or edit; whatever the plug-in itself prints goes to standard error."""
    path, *how = sys.argv[1:] if arguments is None else arguments
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        said = _looked_at(path, sys.stdin.read() if "--edit" in how else None)
    except Exception as error:  # noqa: BLE001  # another's code
        said = {"error": str(error)}
    answers.write(json.dumps(said) + "\n")
    answers.flush()
    os._exit(0)  # some plug-ins do not survive being taken down


def _looked_at(path: str, state: str | None) -> dict[str, Any]:
    import pedalboard

    plugin: Any = pedalboard.VST3Plugin(path)
    if not plugin.is_effect:
        return {"error": "it plays notes and changes no sound"}
    if state:
        plugin.raw_state = base64.b64decode(state)
    if state is not None:
        plugin.show_editor()
    parameters = [[name, p.name, p.raw_value] for name, p in plugin.parameters.items()]
    return {"title": plugin.name, "parameters": parameters, "state": base64.b64encode(plugin.raw_state).decode()}


if __name__ == "__main__":
    main()
