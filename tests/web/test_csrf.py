"""Both fences against forged requests, at one form that anybody may send.

`tests/robustness/test_fences.py` tries every form.
"""

from collections.abc import Callable

import pytest

from community.accounts.models import User
from tests.conftest import Client
from tests.factories import make_user

SignIn = Callable[[User], Client]
FORM = {"theme": "dark"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),  # no browser, no authority to borrow
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),  # typed by the person, or restored by the browser
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost@evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_where_a_form_comes_from(client: Client, headers: dict[str, str], status: int) -> None:
    answer = client.post("/theme", data=FORM, headers=headers)

    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) == (status == 303)


def test_reading_is_open_to_links_from_everywhere(client: Client) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        assert client.open("/about", method=method, headers=headers).status_code == 200


def test_a_session_needs_its_own_token(sign_in: SignIn) -> None:
    mine, other = sign_in(make_user()), sign_in(make_user())
    token = token_of(mine)

    assert mine.post("/theme", data=FORM).status_code == 400
    assert mine.post("/theme", data=FORM | {"csrf_token": ""}).status_code == 400
    assert mine.post("/theme", data=FORM | {"csrf_token": token_of(other)}).status_code == 400
    assert mine.post("/theme", data=FORM | {"csrf_token": token[:-1]}).status_code == 400
    assert mine.post("/theme", data=FORM | {"csrf_token": token}).status_code == 303
    assert mine.post("/theme", data=FORM, headers={"X-CSRFToken": token}).status_code == 303


def test_the_right_token_from_another_site_is_refused(sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    form = FORM | {"csrf_token": token_of(browser)}

    answer = browser.post("/theme", data=form, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_pages_for_visitors_hold_no_token(client: Client, sign_in: SignIn) -> None:
    assert "csrf_token" not in client.get("/about").text
    assert "csrf_token" in sign_in(make_user()).get("/about").text


def token_of(browser: Client) -> str:
    """Return the token that a page holds."""
    page: str = browser.get("/account").text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
