"""Whatever is typed into a form of accounts gets a page, never a fault."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.accounts.models import User
from tests.accounts.conftest import PASSWORD, member
from tests.conftest import Client

LONG = "x" * 1_000_000
AWKWARD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u0000\u0001\u0008",
    "\ufeff",
    "\u202eabc",
    "null",
    "-1",
    "1e1000",
    "' OR 1=1 --",
    "%s%n{0}{{7*7}}{% raw %}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "﷽" * 50,
    "Z̷̡̛a̶l̸g̵o̴",
    "👩‍👩‍👧‍👦",
    "😀" * 30,
    "\U0010ffff",
    "\ud7ff\ue000",
    "file:///etc/passwd",
    "mira@mail.example\r\nBcc: all@mail.example",
    "田中さんにあげて下さい",
    "ثم نفس سقطت",
    LONG,
]
FORMS = {
    "/signup": ("username", "email", "password"),
    "/signin": ("identifier", "password"),
    "/forgot": ("email",),
}
OWN_FORMS = {
    "/account": ("display_name", "about"),
    "/account/password": ("current", "password"),
    "/account/email": ("email", "current"),
}
FINE = {303, 400, 413, 422, 429}


def send(browser: Client, path: str, fields: dict[str, str]) -> int:
    answer = browser.submit(path, **fields)
    assert b"<script>alert" not in answer.data
    assert b"<img src=x" not in answer.data
    status: int = answer.status_code
    return status


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_visitors_forms(client: Client, text: str) -> None:
    for path, names in FORMS.items():
        client.get(path)
        assert send(client, path, dict.fromkeys(names, text)) in FINE
        for name in names:
            fields = {other: PASSWORD if other == "password" else "mira" for other in names}
            assert send(client, path, fields | {name: text}) in FINE


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_one_s_own_forms(sign_in: Callable[[User], Client], text: str) -> None:
    browser = sign_in(member())
    for path, names in OWN_FORMS.items():
        assert send(browser, path, dict.fromkeys(names, text)) in FINE
        if "current" in names:
            fields = dict.fromkeys(names, text) | {"current": PASSWORD}
            assert send(browser, path, fields) in FINE
    assert b"<script>alert" not in browser.get("/account").data


@given(text=st.text(max_size=60))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_identifier(client: Client, text: str) -> None:
    client.get("/signin")
    assert send(client, "/signin", {"identifier": text, "password": "wrong one"}) in {422, 429}


@pytest.mark.parametrize("path", [*FORMS, *OWN_FORMS, "/signout", "/account/email/keep"])
def test_an_empty_form_and_one_that_is_no_form(
    client: Client, sign_in: Callable[[User], Client], path: str
) -> None:
    for browser in (client, sign_in(member(f"mira{len(path)}"))):
        assert browser.submit(path).status_code in FINE
        answer = browser.post(path, data=b"\xff\xfe", content_type="multipart/form-data; boundary=")
        assert answer.status_code in FINE
