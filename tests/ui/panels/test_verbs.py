from studio.app.changes import VERBS as CHANGES
from studio.ui.panels.verbs import VERBS, has_row, verb_texts


def test_each_verb_has_a_name_and_a_sentence():
    names, tips = verb_texts()
    assert len(names) == len(tips) == len(VERBS) == len(set(names))
    assert set(VERBS) - {"continue", "new", "explore"} <= set(CHANGES)


def test_rows_are_those_that_a_network_looks_at():
    assert all(
        has_row(verb, row) for verb in ("continue", "new") for row in ("styles", "bars", "key", "seed", "takes", "steering")
    )
    assert not any(has_row("groove", row) for row in ("styles", "bars", "key", "freedom", "seed", "takes", "steering"))
    assert has_row("fill", "freedom") and not has_row("vary", "freedom") and not has_row("drums", "key")
