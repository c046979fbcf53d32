"""Whatever is sent to any route is answered in our words, never with a 500."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.pictures.samples import HTML, SVG, png_bomb
from tests.robustness.routes import (
    PICTURE,
    QUERY,
    VISITOR,
    Good,
    Outcome,
    Route,
    World,
    as_files,
    asks_to_sign_in,
    encoded,
    failures,
    routes,
)

pytestmark = pytest.mark.slow

ADDRESS_MAX = 8_000  # characters; the server refuses longer addresses
BAD: dict[str, Any] = {
    "empty": "",
    "blank": " \t\r\n ",
    "NUL": "\x00",
    "text with NUL": "a\x00b",
    "control signs": "\x01\x08\x1b[31m\x7f\x85",
    "half of a surrogate pair": b"a\xed\xa0\x80b",
    "not UTF-8": b"\xff\xfe\xc3\x28",
    "no character": "\ufffe\uffff\U0010ffff",
    "from right to left": "\u202eabc\u2066",
    "a million letters": "x" * 1_000_000,
    "a million words": "hub " * 250_000,
    "a million signs": "[<*_`" * 200_000,
    "nothing": "0",
    "negative": "-1",
    "one too many for an integer": "2147483648",
    "many digits": "9" * 18,
    "more digits than a number has": "9" * 5_000,
    "digits of another script": "٣",
    "a digit that is no number": "²",
    "no number": "NaN",
    "infinite": "1e999",
    "SQL": "' OR 1=1; --",
    "LIKE": "%_\\",
    "a path": "../../../../etc/passwd",
    "a header": "x\r\nSet-Cookie: a=b",
    "another site": "//evil.example/\\",
    "script": "<script>alert(1)</script>",
    "a template": "{{ 7 * 7 }}{% raw %}%s%(a)s{0}",
    "JSON": '{"a": [1, null]}',
    "several": ["1", "a", ""],
    # Cursors of our own form whose moment or id no database holds.
    "year one": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgMV0",
    "year ten thousand": "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwgMV0",
    "a huge id": "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiw5MjIzMzcyMDM2ODU0Nzc1ODA3XQ",
}
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "half a form": (
        b"--x\r\nContent-Disposition: form-data; name=",
        "multipart/form-data; boundary=x",
    ),
    "a form without a boundary": (b"\xff\xfe", "multipart/form-data"),
    "a form in an unknown code": (b"a=b", "application/x-www-form-urlencoded; charset=nonsense"),
    "JSON": (b'{"body": "a", "title": "a", "name": "\\ud800"}', "application/json"),
    "JSON of numbers": (b'{"body": 1, "title": 2, "name": {"a": 1}}', "application/json"),
    "a list": (b"[1]", "application/json"),
    "half of JSON": (b"{", "application/json"),
    "XML": (b"<a>&b;</a>", "application/xml"),
    "more than we take": (
        b"a=" + b"x" * (2 * 1024 * 1024 + 1),
        "application/x-www-form-urlencoded",
    ),
    "a thousand fields": (
        b"&".join(b"f%d=1" % n for n in range(2000)),
        "application/x-www-form-urlencoded",
    ),
}
# In the place of a picture; tests/pictures has what is one and is meant to break the reader.
FILES = {
    "nothing": b"",
    "HTML": HTML,
    "SVG": SVG,
    "half of a picture": PICTURE[: len(PICTURE) // 2],
    "a picture of a billion dots": png_bomb(40_000, 30_000),
}
HOSTILE_NAME = "../../\x00<script>alert(1)</script>;.png"
# As they stand in an address, encoded.
PARTS = {
    "NUL": "a%00b",
    "half of a surrogate pair": "%ED%A0%80",
    "not UTF-8": "%FF%C3(",
    "a line": "a%0D%0ASet-Cookie:%20a=b",
    "slashes": "..%2F..%2Fetc%2Fpasswd",
    "backslashes": "%5C%5Cevil.example",
    "a blank": "%20",
    "a dot": "%2E",
    "zero": "0",
    "negative": "-1",
    "the largest id": "2147483647",
    "one too many for an integer": "2147483648",
    "more digits than a number has": "9" * 5_000,
    "digits of another script": "%D9%A3",
    "no number": "1e3",
    "long": "x" * 8_000,
    "script": "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "a template": "%7B%7B7*7%7D%7D%25s",
}
# Forms that answer with a page or a part of one, and lead nowhere.
ANSWERED_AT_ONCE = {
    "accounts.download",
    "notifications.stop_now",  # says that it is done, also to mail programs
    "topics.deflect",
    "writing.check",
    "writing.delete",  # the page with the words once more, to put them back
    "writing.preview",
}
HEADERS = {
    "Accept-Language": "\xff;;q=a, *;q=9",
    "Cookie": "session=\x00; visit=\xff; theme=<script>; a",
    "If-None-Match": 'W/"',
    "If-Modified-Since": "yesterday",
    "Range": "bytes=a-",
    "Accept": "*/*;q=nonsense",
    "X-Forwarded-For": "' OR 1=1",
    "X-Fragment": "\xff",
    "Authorization": "Basic \xff",
    "User-Agent": "\xff" * 1000,
    "Referer": "http://[",
}


def test_every_form_has_a_good_example_that_is_taken(app: Flask, world: World) -> None:
    forms = routes(app, "POST")

    assert {route.endpoint for route in forms} == set(world.good)
    for route in forms:
        good = world.good[route.endpoint]
        outcome = world.send(route, who=good.who, fields=good.fields)
        taken = outcome.status in {303, 204} or route.endpoint in ANSWERED_AT_ONCE
        assert taken, f"{route}: {outcome!r} {outcome.text}"
        signs_out = "signout" in route.rule.rule  # which leads there
        assert signs_out or not asks_to_sign_in(outcome), f"{route}: {outcome.location}"


def test_every_field_that_is_read_has_a_good_example(app: Flask, world: World) -> None:
    unknown = {
        f"{route}: {name}"
        for route in routes(app, "GET", "POST")
        for name in world.names_read(route)
        if name not in QUERY | fields_of(world, route)
    }

    assert unknown == set(), "say in tests/robustness/routes.py what a good value is"


@pytest.mark.parametrize("bad", BAD)
def test_every_field_of_every_form(app: Flask, world: World, bad: str) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            good = world.good[route.endpoint]
            for name in fields_of(world, route):
                fields = {**good.fields, name: BAD[bad]}
                yield f"{route} {name}", world.send(route, who=good.who, fields=fields)

    assert list(failures(tried())) == []


@pytest.mark.parametrize("bad", BAD)
def test_everything_in_an_address(app: Flask, world: World, bad: str) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "GET"):
            for name in sorted(world.names_read(route) & set(QUERY)):
                value = BAD[bad][:ADDRESS_MAX]
                fields = {**QUERY, name: value}
                yield f"{route} {name}", world.send(route, who="member", fields=fields)
        for route in routes(app, "POST"):  # an empty form, which is shown again
            who = world.good[route.endpoint].who
            for name in sorted(in_the_address_of(world, route)):
                query = encoded({name: BAD[bad][:ADDRESS_MAX]}).decode()
                path = f"{world.address(route.rule)}?{query}"
                yield f"{route} {name}", world.send(route, who=who, path=path)

    assert list(failures(tried())) == []


def in_the_address_of(world: World, route: Route) -> set[str]:
    """Return the names that a form's view looks for in the address that it is sent to."""
    return world.names_read(route) & QUERY.keys() - fields_of(world, route).keys()


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_picture(app: Flask, world: World, kind: str) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            good = world.good[route.endpoint]
            if "picture" not in {*good.files, *good.others}:
                continue
            for more in ({}, {"add_picture": "1"}):
                fields = {**good.fields, **more, "csrf_token": world.token()}
                data = {**fields, "picture": (io.BytesIO(FILES[kind]), HOSTILE_NAME)}
                outcome = world.send(route, who=good.who, data=data, watched=True)
                assert outcome.status in {413, 422}, f"{route}: {outcome!r}"
                assert outcome.changed == set(), f"{route}: {outcome.changed}"
                yield route, outcome

    assert list(failures(tried())) == []


def test_every_other_button_of_every_form(app: Flask, world: World) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            good = world.good[route.endpoint]
            for name, value in good.others.items():
                for others in ({name: value}, good.others):
                    fields = {**good.fields, **others}
                    yield f"{route} {name}", world.send(route, who=good.who, fields=fields)

    assert list(failures(tried())) == []


def fields_of(world: World, route: Route) -> dict[str, str]:
    """Return the fields of a route's form with good values."""
    return world.good[route.endpoint].known() if route.method == "POST" else {}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_form(app: Flask, world: World, name: str) -> None:
    body, content_type = BODIES[name]

    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            for who in (VISITOR, world.good[route.endpoint].who):
                headers = {"X-CSRFToken": world.token(), "Content-Type": content_type}
                yield route, world.send(route, who=who, data=body, headers=headers)

    assert list(failures(tried())) == []


def test_a_file_in_the_place_of_every_field(app: Flask, world: World) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            good = world.good[route.endpoint]
            for name in [*good.known(), "csrf_token"]:
                fields = as_files({**good.fields, "csrf_token": world.token()}, name)
                yield f"{route} {name}", world.send(route, who=good.who, data=fields)

    assert list(failures(tried())) == []


def test_a_form_with_a_field_left_out(app: Flask, world: World) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "POST"):
            good = world.good[route.endpoint]
            for name in good.fields:
                fields = {key: value for key, value in good.fields.items() if key != name}
                yield f"{route} {name}", world.send(route, who=good.who, fields=fields)
            yield f"{route} all", world.send(route, who=good.who, fields={})

    assert list(failures(tried())) == []


@pytest.mark.parametrize("bad", PARTS)
def test_every_part_of_an_address(app: Flask, world: World, bad: str) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "GET", "POST"):
            for name in route.rule.arguments - set(route.rule.defaults or ()):
                path = world.address(route.rule, **{name: PARTS[bad]})
                good = world.good.get(route.endpoint, Good("member"))
                yield path[:80], world.send(route, who=good.who, fields=good.fields, path=path)

    assert list(failures(tried())) == []


@pytest.mark.parametrize("header", HEADERS)
def test_headers(app: Flask, world: World, header: str) -> None:
    def tried() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "GET", "POST"):
            headers = {header: HEADERS[header]}
            good = world.good.get(route.endpoint, Good(VISITOR))
            yield route, world.send(route, fields=good.fields, headers=headers)

    assert list(failures(tried())) == []
