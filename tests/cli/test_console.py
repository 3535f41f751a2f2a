import json
import os

import pytest

from studio.cli.console import answer, bar, guarded, table
from studio.errors import Cancelled, StudioError


def fails(error):
    def work():
        raise error

    return work


def test_an_expected_failure_is_one_sentence_and_a_hint(capsys):
    assert guarded(fails(StudioError("No such song.", "Check its name.")), ["render", "a.mid"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "No such song. Check its name.\n")


def test_a_machine_gets_the_failure_as_json_too(capsys):
    assert guarded(fails(StudioError("No such song.", "Check its name.")), ["render", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"error": "No such song.", "hint": "Check its name."}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Cancelled()])
def test_a_cancel_has_its_own_exit_code(error, capsys):
    assert guarded(fails(error), []) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_defect_becomes_a_report_not_a_traceback(home, capsys):
    assert guarded(fails(ZeroDivisionError("oh")), ["compose"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err
    report = (home / "state" / os.listdir(home / "state")[0]).read_text("utf-8")
    assert "ZeroDivisionError: oh" in report
    assert "studio compose" in report
    assert str(home / "state") in err


def test_where_the_home_takes_no_report_it_lies_elsewhere(home, capsys, monkeypatch, tmp_path):
    (home / "file").write_text("")
    monkeypatch.setenv("STUDIO_HOME", str(home / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(lambda: 1 // 0, ["compose"]) == 1
    (report,) = tmp_path.glob("crash-*.txt")
    assert "ZeroDivisionError" in report.read_text("utf-8") and str(report) in capsys.readouterr().err


def test_the_exit_code_of_the_work_goes_through():
    assert guarded(lambda: 3, []) == 3


def test_answers_are_json(capsys):
    answer({"key": "F♯ dorian"})
    assert json.loads(capsys.readouterr().out) == {"key": "F♯ dorian"}


def test_a_table_shows_brackets_as_they_are(capsys):
    table("Things", ("name", "n"), [("[red]a[/red]", "12")], right=("n",))
    assert "[red]a[/red]" in capsys.readouterr().out


def test_a_bar_is_silent_where_there_is_no_terminal_but_its_notices_are_not(capsys):
    with bar("Working") as ctx:
        ctx.progress(0.5, "half")
        ctx.notice("The CPU goes on.")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip() == "The CPU goes on."
