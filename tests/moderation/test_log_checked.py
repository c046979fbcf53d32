"""The site's own log is checked, on the command line, by night, and by whoever has the file."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import text

from community.cli import main
from community.core import config, outbox
from community.core.db import db, transaction
from community.moderation import handlers, heads
from community.moderation.models import LogAction, LogRole
from community.moderation.queries import log as queries
from community.moderation.services import log, redact
from community.moderation.verifying import NOTHING, Broken, Fault, Head
from community.topics.models import AskedBy, Rule, Sight
from community.topics.services import visibility
from tests.conftest import Client
from tests.factories import make_reply

DOCS = Path(__file__).parents[2] / "docs"
TRIGGERS = (
    "public_log_is_not_changed",
    "public_log_is_not_deleted",
    "public_log_texts_stay",
    "public_log_texts_only_go",
    "public_log_grows",
    "public_log_texts_belong",
)


@pytest.fixture
def three_rows() -> None:
    for number in range(3):
        log.append(
            LogAction.REMOVE,
            role=LogRole.MODERATOR,
            target=f"reply {number}",
            rule=Rule.SPAM,
            texts={"reason": f"Pills {number}."},
        )


@contextmanager
def unprotected() -> Iterator[None]:
    """Take the triggers away, as whoever runs the database can."""
    if db.engine.dialect.name == "postgresql":
        for table in ("public_log", "public_log_texts"):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        for name in TRIGGERS:
            db.session.execute(text(f"DROP TRIGGER {name}"))
    yield
    db.session.expire_all()


def tamper(*statements: str) -> None:
    with unprotected():
        for statement in statements:
            db.session.execute(text(statement))


def community(*arguments: str, app: Flask | None = None) -> Result:
    """Run a command; on the test's own application where it needs one."""
    obj = ScriptInfo(create_app=lambda: app) if app is not None else None
    return CliRunner().invoke(main, ["log", *arguments], obj=obj)


def fault() -> tuple[Fault, int]:
    with pytest.raises(Broken) as caught:
        queries.verified()
    return caught.value.fault, caught.value.seq


@pytest.mark.usefixtures("three_rows")
def test_a_log_that_nobody_touched_holds() -> None:
    redact.redact_at_console(2, fields=["reason"], reason="A name.")
    found = queries.verified([queries.head()])

    assert (found.head, found.redacted) == (queries.head(), 1)


CHANGES = [
    (["UPDATE public_log SET target = 'reply 9' WHERE seq = 2"], (Fault.CHANGED, 2)),
    (["UPDATE public_log SET rule = NULL WHERE seq = 1"], (Fault.CHANGED, 1)),
    (["UPDATE public_log SET details = '{' WHERE seq = 3"], (Fault.CHANGED, 3)),
    (["UPDATE public_log SET details = '{\"a\": 0.5}' WHERE seq = 3"], (Fault.CHANGED, 3)),
    (["UPDATE public_log_texts SET text = 'Fine.' WHERE seq = 2"], (Fault.CHANGED, 2)),
    (["UPDATE public_log_texts SET salt = 'aa' WHERE seq = 2"], (Fault.CHANGED, 2)),
    (["DELETE FROM public_log_texts WHERE seq = 3"], (Fault.CHANGED, 3)),
    (
        ["DELETE FROM public_log_texts WHERE seq = 1", "DELETE FROM public_log WHERE seq = 1"],
        (Fault.MISSING, 1),
    ),
    (
        ["DELETE FROM public_log_texts WHERE seq = 2", "DELETE FROM public_log WHERE seq = 2"],
        (Fault.MISSING, 2),
    ),
]


@pytest.mark.usefixtures("three_rows")
@pytest.mark.parametrize(("statements", "expected"), CHANGES)
def test_what_was_done_to_a_row_behind_the_triggers_is_found(
    statements: list[str], expected: tuple[Fault, int]
) -> None:
    tamper(*statements)
    assert fault() == expected


CUT = ("DELETE FROM public_log_texts WHERE seq = 3", "DELETE FROM public_log WHERE seq = 3")


@pytest.mark.usefixtures("three_rows")
def test_a_cut_off_tail_is_found_by_the_head_in_the_data_folder() -> None:
    outbox.deliver_due()
    assert heads.newest() == queries.head()
    tamper(*CUT)

    assert fault() == (Fault.CUT_OFF, 3)


@pytest.mark.usefixtures("three_rows")
def test_a_cut_off_tail_is_found_by_a_tombstone_without_any_noted_head() -> None:
    visibility.hide(
        make_reply(), sight=Sight.REMOVED, rule=Rule.SPAM, asked_by=AskedBy.MODERATOR, log_seq=3
    )
    tamper(*CUT)

    assert heads.noted() == []
    assert fault() == (Fault.CUT_OFF, 3)


@pytest.mark.usefixtures("three_rows")
def test_heads_are_noted_as_the_log_grows(caplog: pytest.LogCaptureFixture) -> None:
    first = queries.head()
    handlers.note_head([])
    handlers.note_head([])
    log.append(LogAction.KEEP, role=LogRole.MODERATOR, target="reply 1")
    outbox.deliver_due()

    assert heads.noted() == [first, queries.head()]
    assert caplog.records == []


@pytest.mark.usefixtures("three_rows")
def test_nothing_is_noted_over_a_contradiction(caplog: pytest.LogCaptureFixture) -> None:
    heads.note(Head(9, "a" * 64))
    handlers.note_head([])
    assert "cut off: row 9 was noted, and row 3 is the last" in caplog.text

    heads.note(Head(2, "b" * 64))
    handlers.note_head([])
    assert "written anew: row 2" in caplog.text
    assert heads.newest() == Head(2, "b" * 64)


def test_half_a_line_is_no_head() -> None:
    heads.note(Head(1, "a" * 64))
    with (config.current().data_dir / heads.FILE).open("a") as file:
        file.write("2:abc")

    assert heads.noted() == [Head(1, "a" * 64)]
    heads.note(Head(3, "c" * 64))  # behind the half one, so it is lost
    heads.note(Head(4, "d" * 64))
    assert heads.newest() == Head(4, "d" * 64)


def test_no_head_is_noted_of_an_empty_log() -> None:
    handlers.note_head([])
    assert heads.newest() == NOTHING
    assert heads.noted() == []


@pytest.mark.usefixtures("three_rows")
def test_the_night_tells_the_operator_of_a_broken_log(caplog: pytest.LogCaptureFixture) -> None:
    handlers.inspect_log()
    assert caplog.records == []
    tamper("UPDATE public_log SET company = 'acme' WHERE seq = 2")
    handlers.inspect_log()

    assert "The public log is broken (changed): Row 2 is not what its digest says." in caplog.text


def test_the_command_checks_the_log_of_the_site(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            log.append(LogAction.KEEP, role=LogRole.MODERATOR, target="reply 1", texts={"a": "b"})
        head = queries.head()
        db.session.remove()
    found = community("verify", app=live_app)
    assert (found.exit_code, found.stdout.splitlines()[-1]) == (0, f"Head: {head}")

    assert community("verify", "--head", str(head), app=live_app).exit_code == 0
    other = community("verify", "--head", f"1:{'0' * 64}", app=live_app)
    assert other.exit_code == 1
    assert "Broken (rewritten): Row 1" in other.stderr


def test_the_command_redacts_and_says_so(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        log.append(LogAction.KEEP, role=LogRole.MODERATOR, target="reply 1", texts={"reason": "b"})
    done = community("redact", "1", "reason", "--reason", "It named somebody.", app=live_app)

    assert done.stdout == "The texts are gone from row 1; row 2 says so.\n"
    assert "1 texts redacted" in community("verify", app=live_app).stdout


@pytest.fixture
def file(client: Client, tmp_path: Path, three_rows: None) -> Path:
    path = tmp_path / "public-log.jsonl"
    path.write_bytes(client.get("/log.jsonl").data)
    return path


def test_the_command_checks_a_file_with_no_site_at_all(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.cli.main.create_app", None)  # there is none to be made
    head = queries.head()
    found = community("verify", str(file), "--head", str(head))
    assert (found.exit_code, found.stdout.splitlines()[0]) == (
        0,
        "3 rows, whole and in order; 0 texts redacted.",
    )

    file.write_bytes(file.read_bytes().replace(b"reply 1", b"reply 8"))
    broken = community("verify", str(file))
    assert (broken.exit_code, broken.stderr) == (
        1,
        "Broken (changed): Row 2 is not what its digest says.\n",
    )


def test_a_head_that_is_none_is_explained(file: Path) -> None:
    refused = community("verify", str(file), "--head", "12")
    assert refused.exit_code == 2
    assert "64 hexadecimal digits" in refused.stderr


def programme() -> str:
    found = re.search(r"```python\n(.*?)```", (DOCS / "public-log.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_programme_in_the_documentation_checks_the_same(file: Path, tmp_path: Path) -> None:
    script = tmp_path / "check.py"
    script.write_text(programme())

    def check(content: bytes) -> subprocess.CompletedProcess[str]:
        file.write_bytes(content)
        command = [sys.executable, "-I", str(script), str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = file.read_bytes()
    assert check(whole).stdout == f"{queries.head()}\n"
    assert check(whole.replace(b"Pills 1", b"Pills 8")).returncode == 1
    assert check(whole.replace(b"reply 2", b"reply 8")).returncode == 1


def test_what_is_documented_of_a_row_is_what_there_is() -> None:
    page = (DOCS / "public-log.md").read_text()
    row: dict[str, Any] = dict(
        re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)  # the table of fields
    )
    assert set(re.findall(r"`(\w+)`", row["action"])) == {one.value for one in LogAction}
    assert set(re.findall(r"`(\w+)`", row["role"])) == {one.value for one in LogRole}
    assert set(re.findall(r"`(\w+)`", row["rule"])) == {"null"} | {one.value for one in Rule}
