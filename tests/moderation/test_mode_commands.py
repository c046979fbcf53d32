"""`community mode`: the modes for whoever has the server and not the browser."""

from flask import Flask
from flask.testing import FlaskCliRunner

from community.cli import main
from community.core import clock
from community.moderation.queries import modes
from tests.factories import make_user


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = FlaskCliRunner(app).invoke(main, ["mode", *words])
    return result.exit_code, result.output


def test_a_mode_is_set_shown_and_ended(app: Flask) -> None:
    make_user("otto", is_admin=True)
    assert run(app, "show") == (0, "No mode is in force.\n")

    reason = "The database moves."
    code, said = run(app, "readonly", "--reason", reason, "--minutes", "30", "--as", "otto")
    (mode,) = modes.in_force(clock.now())
    assert (code, said.split()[-1]) == (0, str(mode.id))
    assert mode.until is not None
    assert (
        f"{mode.id}: read_only, the whole site, until {mode.until:%Y-%m-%d}" in run(app, "show")[1]
    )

    assert run(app, "end", str(mode.id), "--as", "otto") == (0, "It has ended.\n")
    assert run(app, "end", str(mode.id), "--as", "otto") == (0, "It had ended already.\n")
    assert modes.in_force(clock.now()) == ()


def test_a_refusal_says_why(app: Flask) -> None:
    make_user("mona", is_moderator=True)
    for words, why in (
        (("readonly", "--reason", "x", "--as", "nobody"), "There is nobody"),
        (("readonly", "--reason", "x", "--as", "mona"), "Operators of the site alone"),
        (("readonly", "--reason", "x", "--minutes", "99999999", "--as", "mona"), "--minutes"),
        (("end", "4711", "--as", "mona"), "There is no mode 4711"),
    ):
        code, said = run(app, *words)
        assert (code, why in said) == (2, True), said
