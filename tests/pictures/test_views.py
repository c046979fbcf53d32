"""Pictures come in by scripts and by plain forms, and are shown to anybody."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db
from community.pictures import queries, services
from community.pictures.models import Picture
from tests.conftest import Client, counted_statements
from tests.factories import make_user
from tests.pictures.memory import Memory
from tests.pictures.samples import (
    HTML,
    SVG,
    opened,
    plain,
    png_bomb,
    saved,
    screenshot,
    with_secrets,
)

SignIn = Callable[..., Client]
PNG = saved(plain(), "PNG")
JSON = {"Accept": "application/json"}


@pytest.fixture
def member(sign_in: SignIn) -> Client:
    return sign_in(make_user())


def sent(browser: Client, content: bytes, name: str = "wifi.png", **fields: str) -> Any:
    """Send a picture as the script of a page does."""
    answer = browser.submit("/pictures", headers=JSON, picture=(BytesIO(content), name), **fields)
    answer.request.environ["wsgi.input"].close()  # of a large request a file on the disk
    return answer


def pictures() -> int:
    """Return how many pictures there are."""
    return db.session.scalar(select(func.count()).select_from(Picture)) or 0


# In


def test_a_script_is_told_how_to_show_the_picture(member: Client) -> None:
    answer = sent(member, saved(screenshot(), "PNG"), picture_alt="The light is red")

    picture = db.session.scalars(select(Picture)).one()
    assert answer.status_code == 200
    assert answer.json == {
        "markdown": f"![The light is red](/pictures/{picture.key})",
        "url": f"/pictures/{picture.key}",
        "width": 1280,
        "height": 800,
        "note": "",
    }


def test_words_that_would_break_the_text_are_made_harmless(member: Client) -> None:
    typed = "a](javascript:alert(1)) [b\\\n\x00c" + "x" * 500

    markdown = sent(member, PNG, picture_alt=typed).json["markdown"]

    alt, _bracket, rest = markdown.removeprefix("![").partition("](")
    assert alt.startswith("a)(javascript:alert(1)) (b/ cx")
    assert len(alt) == 200
    assert rest.startswith("/pictures/")


def test_of_one_that_moves_it_is_said_that_it_stands_still(member: Client) -> None:
    moving = saved(plain(), "GIF", save_all=True, append_images=[plain(colour="blue")])

    assert "stands still" in sent(member, moving, "cat.gif").json["note"]


def test_without_scripts_the_picture_itself_is_the_answer(member: Client) -> None:
    answer = member.submit("/pictures", picture=(BytesIO(PNG), "wifi.png"))

    assert answer.status_code == 303
    assert member.get(answer.location).mimetype == "image/webp"


def test_visitors_are_told_to_sign_in(client: Client) -> None:
    answer = sent(client, PNG)

    assert answer.status_code == 403
    assert "Sign in" in answer.json["error"]["message"]
    assert pictures() == 0


def test_guests_are_told_to_confirm(sign_in: SignIn) -> None:
    answer = sent(sign_in(make_user(email_verified_at=None)), PNG)

    assert (answer.status_code, pictures()) == (403, 0)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (SVG, "logo.png", "no picture that can be shown here, whatever its name says"),
        (HTML, "holiday.jpg", "no picture that can be shown here"),
        (saved(plain(), "TIFF"), "scan.png", "no picture that can be shown here"),
        (png_bomb(50_000, 50_000), "bomb.png", "more than 40 million pixels"),
        (PNG[:60], "half.png", "broken, or a part of it is missing"),
        (b"", "empty.png", "is empty"),
        (bytes(11 * 1024 * 1024), "large.png", "has 11 MB; a picture may have 10 MB"),
    ],
    ids=["SVG", "HTML", "TIFF", "bomb", "broken", "empty", "large"],
)
def test_what_is_refused_is_refused_in_words(
    member: Client, kept: Memory, content: bytes, name: str, words: str
) -> None:
    answer = sent(member, content, name)

    assert answer.status_code == 422
    assert words in answer.json["error"]["message"]
    assert pictures() == 0
    assert kept.things == {}


def test_fifty_megabytes_are_refused_without_being_kept(member: Client) -> None:
    class Line(BytesIO):
        """What is on the line: fifty megabytes, of which no more than a piece is held."""

        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.largest = max(self.largest, len(piece))
            return piece

    for headers, shown in ((JSON, "json"), ({}, "html")):
        line = Line(bytes(50 * 1024 * 1024))
        answer = member.post(
            "/pictures",
            input_stream=line,
            content_length=50 * 1024 * 1024,
            content_type="multipart/form-data; boundary=x",
            headers={**headers, "Sec-Fetch-Site": "same-origin"},
        )

        assert answer.status_code == 413
        assert shown in (answer.mimetype or "")
        assert "has 50 MB; a picture may have 10 MB" in answer.text
        assert line.largest <= 1024 * 1024
        assert line.tell() == 50 * 1024 * 1024  # or the browser would see a broken line only


def test_more_than_anybody_sends_is_not_read_to_its_end(member: Client) -> None:
    line = BytesIO(bytes(80 * 1024 * 1024))

    answer = member.post(
        "/pictures",
        input_stream=line,
        content_length=10**12,
        content_type="multipart/form-data; boundary=x",
        headers=JSON,
    )

    assert answer.status_code == 413
    assert line.tell() <= 64 * 1024 * 1024


def test_other_routes_take_no_more_than_before(member: Client) -> None:
    answer = member.submit("/theme", theme="dark", picture=(BytesIO(bytes(3_000_000)), "a.png"))
    answer.request.environ["wsgi.input"].close()

    assert answer.status_code == 413


def test_nothing_sent_is_said(member: Client) -> None:
    for answer in (
        member.submit("/pictures", headers=JSON),
        member.submit("/pictures", headers=JSON, picture="a word"),
        member.submit("/pictures", headers=JSON, picture=(BytesIO(b""), "")),
    ):
        assert (answer.status_code, answer.json["error"]["message"]) == (
            422,
            "Choose a picture first.",
        )


def test_a_day_has_an_end(member: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.pictures.policies.COUNT_MAX", 1)
    assert sent(member, PNG).status_code == 200

    answer = sent(member, PNG)

    assert answer.status_code == 403
    assert "More can follow tomorrow" in answer.json["error"]["message"]


def test_a_minute_has_an_end(member: Client, app: Flask) -> None:
    codes = {sent(member, b"").status_code for _ in range(22)}

    assert codes == {422, 429}


# Out


@pytest.fixture
def address(member: Client) -> str:
    answer = sent(member, saved(screenshot(), "PNG"))
    found: str = answer.json["url"]
    return found


def test_anybody_sees_a_picture_in_two_sizes(client: Client, address: str) -> None:
    full, small = client.get(address), client.get(f"{address}/small")

    assert opened(full.data).size == (1280, 800)
    assert opened(small.data).size == (640, 400)


@pytest.mark.parametrize("form", ["", "/small"])
def test_a_picture_is_only_ever_a_picture(client: Client, address: str, form: str) -> None:
    answer = client.get(f"{address}{form}")

    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_picture_is_the_same_for_everybody_and_kept_for_minutes(
    client: Client, member: Client, address: str
) -> None:
    for browser in (client, member):
        answer = browser.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert "Set-Cookie" not in answer.headers
        assert "Vary" not in answer.headers

        again = browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("form", ["", "/small"])
def test_a_picture_that_a_reader_has_is_looked_up_in_one_statement(
    app: Flask, client: Client, address: str, form: str
) -> None:
    tag = client.get(f"{address}{form}").headers["ETag"]

    for headers in ({}, {"If-None-Match": tag}):
        with counted_statements(app) as statements:
            client.get(f"{address}{form}", headers=headers)
        assert len(statements) == 1


@pytest.mark.parametrize("form", ["", "/small"])
def test_who_has_a_picture_that_is_withheld_since_is_not_told_that_it_is_there(
    client: Client, member: Client, address: str, form: str
) -> None:
    answer = client.get(f"{address}{form}")
    had = {"If-None-Match": answer.headers["ETag"]}
    author = db.session.scalars(select(Picture.uploaded_by_id)).one()
    services.withhold([f"![]({address})"], sent_by=author, because=1)
    db.session.commit()

    for headers in ({}, had):
        gone = client.get(f"{address}{form}", headers=headers)
        assert (gone.status_code, gone.headers["Cache-Control"]) == (404, "private, no-store")
    own = member.get(f"{address}{form}", headers=had)
    assert (own.status_code, own.headers["Cache-Control"]) == (304, "private, no-store")

    services.give_back(because=1)
    db.session.commit()
    assert client.get(f"{address}{form}", headers=had).status_code == 304


def test_a_part_of_a_picture(client: Client, address: str) -> None:
    whole = client.get(address).data

    part = client.get(address, headers={"Range": "bytes=10-19"})
    beyond = client.get(address, headers={"Range": f"bytes={len(whole) + 5}-"})

    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert beyond.status_code == 416


def test_head_sends_no_picture(client: Client, address: str) -> None:
    answer = client.head(address)

    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "key", ["nothing", "0" * 32 + "-1x1", "..%2F..%2Fsecret_key", "0" * 5000, "a%00b"]
)
def test_what_is_not_there_is_not_found(client: Client, key: str) -> None:
    for form in ("", "/small"):
        assert client.get(f"/pictures/{key}{form}").status_code == 404


def test_a_lost_file_is_not_found(client: Client, address: str, kept: Memory) -> None:
    kept.things.clear()

    assert client.get(address).status_code == 404


def test_where_a_photograph_was_taken_is_served_to_nobody(client: Client, member: Client) -> None:
    source = with_secrets()
    assert b"Secret" in source

    url = sent(member, source, "holiday.jpg").json["url"]

    for form in ("", "/small"):
        content = client.get(f"{url}{form}").data
        assert b"Secret" not in content
        assert not opened(content).getexif()


def test_a_swept_picture_is_gone(client: Client, member: Client) -> None:
    url = sent(member, PNG).json["url"]
    with clock.frozen(clock.now() + services.UNPOSTED):
        services.sweep()

    answer = client.get(url)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")
    assert queries.by_key(url.rpartition("/")[2]) is None
