"""Pages for visitors carry an ETag; whatever is somebody's own is stored by nobody.

`test_kept_pages.py` is about those that are kept in memory.
"""

from collections.abc import Callable

import pytest

from community.accounts.models import User
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_topic, make_user


@pytest.fixture
def paths() -> list[str]:
    """Pages of each sort."""
    topic = make_topic(make_company("Brightwave"))
    make_reply(topic)
    return ["/", "/about", "/topics", "/companies", "/c/brightwave", f"/t/{topic.id}/{topic.slug}"]


def test_a_page_that_the_reader_has_is_not_sent_again(client: Client, paths: list[str]) -> None:
    for path in paths:
        first = client.get(path)
        tag = first.headers["ETag"]

        again = client.get(path, headers={"If-None-Match": tag})

        assert tag.startswith('W/"'), path
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == tag, path


def test_all_visitors_get_the_same_page(client: Client, paths: list[str]) -> None:
    for path in paths:
        answer = client.get(path)

        assert "Set-Cookie" not in answer.headers, path
        assert "public" in answer.headers["Cache-Control"], path
        assert {"cookie", "accept-language"} <= {
            name.strip().lower() for name in answer.headers["Vary"].split(",")
        }, path
        assert client.get(path).headers["ETag"] == answer.headers["ETag"], path


def test_another_page_has_another_tag(client: Client, paths: list[str]) -> None:
    tags = [client.get(path).headers["ETag"] for path in paths]
    assert len(set(tags)) == len(paths)

    make_topic()

    assert client.get("/topics").headers["ETag"] not in tags
    old = client.get("/topics", headers={"If-None-Match": ", ".join(tags)})
    assert old.status_code == 200


def test_pages_of_people_are_stored_by_nobody(
    sign_in: Callable[[User], Client], paths: list[str]
) -> None:
    browser = sign_in(make_user())

    for path in [*paths, "/account"]:
        answer = browser.get(path, headers={"If-None-Match": "*"})
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "ETag" not in answer.headers, path


@pytest.mark.parametrize("path", ["/nowhere", "/c/nowhere", "/t/1", "/api/v1/similar?text=abc"])
def test_errors_and_data_carry_no_tag(client: Client, path: str) -> None:
    assert "ETag" not in client.get(path).headers


def test_a_form_with_a_token_is_stored_by_nobody(client: Client) -> None:
    answer = client.get("/signin")

    assert "csrf_token" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


def test_head_has_the_tag_of_the_page(client: Client) -> None:
    head = client.head("/about")

    assert head.headers["ETag"] == client.get("/about").headers["ETag"]
    assert head.data == b""
    assert client.head("/about", headers={"If-None-Match": head.headers["ETag"]}).status_code == 304
