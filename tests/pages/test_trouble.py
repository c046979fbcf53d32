"""Operators are told on every page when the index is broken; monitors by ``/healthz``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client

from community import search
from community.accounts.models import User
from tests.factories import make_user
from tests.search.documents import document

SignIn = Callable[[User], Client]


@pytest.fixture
def broken(tmp_path: Path) -> None:
    """Damage the live index; the one before it is whole."""
    search.index().rebuild([document(1, "Printer jams")])
    search.index().rebuild([document(1, "Printer jams")])
    live = (tmp_path / "search" / "CURRENT").read_text().split()[0]
    for file in (tmp_path / "search" / live).iterdir():
        file.write_bytes(b"garbled")
    search.index().inspect()


@pytest.mark.usefixtures("broken")
def test_operators_are_told_and_nobody_else(sign_in: SignIn, client: Client) -> None:
    operator, member = make_user(is_admin=True), make_user()
    assert "search check --repair" in sign_in(operator).get("/about").text
    assert "search check --repair" not in sign_in(member).get("/about").text
    assert "search check --repair" not in client.get("/about").text


def test_nobody_is_told_of_an_index_that_is_well(sign_in: SignIn) -> None:
    page = sign_in(make_user(is_admin=True)).get("/about").text
    assert "search index" not in page


def test_monitors_are_told(client: Client, tmp_path: Path) -> None:
    assert client.get("/healthz").json == {"status": "ok", "search": "ok"}
    search.use(search.open_index("whoosh", tmp_path / "nowhere"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "search": "off"})


@pytest.mark.usefixtures("broken")
def test_monitors_are_told_of_a_fallback(client: Client) -> None:
    assert client.get("/healthz").json == {"status": "ok", "search": "fallback"}
