"""What the commands share."""

import pytest
import typer

from studio.cli.program import app, key_of


def test_keys_are_read_or_refused_with_what_would_be_one() -> None:
    assert key_of("") is None
    assert str(key_of("D minor")) == "D minor"
    with pytest.raises(typer.BadParameter, match="minor"):
        key_of("H quarter")


def test_commands_of_all_modules_join_it() -> None:
    from studio.cli import instruments  # noqa: F401 - it and those that it names join the program

    names = {c.name or c.callback.__name__ for c in app.registered_commands}
    assert {"compose", "render", "fill"} <= names
