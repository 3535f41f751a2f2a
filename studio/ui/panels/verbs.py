"""The verbs of WRITE: what they are called, what they do, and which rows of the form mean something for each."""

from studio.ui.panels.changing import CHANGES
from studio.ui.texts import t

EXPLORE = "explore"
VERBS = ("continue", "new", *CHANGES, EXPLORE)
_WRITERS = ("continue", "new")
_ROWS: dict[str, tuple[str, ...]] = {
    "styles": (*_WRITERS, "fill", "accompany", "harmonise", "vary"),
    "bars": _WRITERS,
    "form": _WRITERS,
    "key": tuple(verb for verb in VERBS if verb not in ("groove", "drums")),
    "freedom": (*_WRITERS, "fill", "accompany", "harmonise"),
    "seed": tuple(verb for verb in VERBS if verb not in ("blend", "groove", EXPLORE)),
    "takes": tuple(verb for verb in VERBS if verb not in ("groove", EXPLORE)),
    "steering": _WRITERS,
}


def has_row(verb: str, row: str) -> bool:
    """Whether ``row`` of the form means something for ``verb``: what a network does not look at is not shown."""
    return verb in _ROWS[row]


def verb_texts() -> tuple[list[str], list[str]]:
    """What the verbs are called, and what they do."""
    texts = [
        (t("Continue"), t("Go on from the song's end, in its key, tempo and metre")),
        (t("Write new"), t("Write a new piece that does not listen to the song")),
        (t("Fill in"), t("Write the chosen bars of a track anew, listening to everything around")),
        (t("Accompany"), t("Add parts to the chosen bars")),
        (t("Harmonise"), t("Add three voices to the melody of the chosen bars")),
        (t("Vary"), t("Write the chosen bars a little or very differently")),
        (t("Blend"), t("Lead in steps from the chosen bars to others")),
        (t("Groove"), t("Give stiff drums a drummer's timing and touch")),
        (t("Drums"), t("Make drums for the rhythm of the chosen bars")),
        (t("Explore"), t("Walk around the chosen bars on a map of variants, and hear each step at once")),
    ]
    return [text for text, _ in texts], [tip for _, tip in texts]
