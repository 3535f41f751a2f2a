"""Every option of compose says what it does."""

from dataclasses import fields
from typing import get_args

import typer

from studio.cli import options
from studio.cli.limits import Kept


def test_every_option_is_explained():
    kinds = [v for k, v in vars(options).items() if not k.startswith("_") and len(get_args(v)) == 2 and k != "Annotated"]
    kinds += [field.type for field in fields(Kept)]
    assert len(kinds) > 30
    for kind in kinds:
        option = get_args(kind)[1]
        assert (
            isinstance(option, typer.models.OptionInfo)
            and option.help
            and option.help.endswith((".", "),", ")", "them.", "asked."))
        )
