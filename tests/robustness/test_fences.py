"""Who may send what: roles, methods, and requests forged by another site."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask

from tests.robustness.routes import (
    QUERY,
    VISITOR,
    Good,
    Outcome,
    Route,
    World,
    asks_to_sign_in,
    failures,
    routes,
)

ANYBODY = {  # forms that need no account
    "accounts.claim",
    "accounts.claim_person",
    "accounts.confirm",
    "accounts.confirm_email",
    "accounts.forgot",
    "accounts.reset",
    "accounts.sign_in",
    "accounts.sign_in_link",
    "accounts.sign_out",
    "accounts.sign_up",
    "pages.theme",
    "topics.deflect",
    "topics.find",
    "topics.outcome",
    "topics.shown",
    "notifications.stop_now",
    "writing.check",
    "writing.delete",
    "writing.preview",
    "writing.save",
}
# A mail program's one press (RFC 8058): the token in the address is all its authority.
FROM_ANYWHERE = {"notifications.stop_now"}
# They only compute, for whoever types: there is nothing that an account would protect.
COMPUTING = {"topics.find", "writing.check", "writing.preview"}
# What is one's own is not there for anybody else, so that nobody learns that it is there.
OWN = {"moderation.withdraw_flag", "pages.change_search", "pages.drop_search"}
# Who is refused a form that others may send: by what they are, not by what they typed.
REFUSED = {
    "accounts.take_over": {"asker", "employee", "stranger", "moderator"},
    "topics.official": {"member", "asker", "stranger", "moderator"},
    "topics.accept": {"member", "stranger", "moderator"},
    "topics.status": {"member", "stranger"},
    "topics.sort": {"member", "stranger", "employee"},
}
# What is noted of being read, by whoever is signed in.
NOTED = {
    "notifications.open": {"notifications"},  # read
    "topics.draft": {"drafts"},  # one of nobody belongs to whoever opens it
    "topics.show": {"read_marks"},
    "writing.draft": {"drafts"},
}
UNKEPT = {"accounts.download", "accounts.sign_out", "pages.theme"}  # they change no row, or theirs
ROLES = ("member", "asker", "employee", "stranger", "moderator")
WRONG = ("PUT", "PATCH", "DELETE", "PROPFIND")


def test_nobody_changes_anything_without_an_account(app: Flask, world: World) -> None:
    for route in routes(app, "POST"):
        if route.endpoint in ANYBODY:
            continue
        outcome = send_good(world, route, who="nobody")
        refused = asks_to_sign_in(outcome) or outcome.status in {403, 422}
        assert refused, f"{route}: {outcome!r} {outcome.location}"
        assert outcome.changed <= {"drafts"}, (
            f"{route}: {outcome.changed}"
        )  # what was typed is kept


@pytest.mark.parametrize("who", ROLES)
def test_every_role_gets_a_sane_answer_to_every_form(app: Flask, world: World, who: str) -> None:
    for route in routes(app, "POST"):
        outcome = send_good(world, route, who=who)
        if who in REFUSED.get(route.endpoint, ()):
            assert outcome.status in {403, 422}, f"{route}: {outcome!r}"
            assert outcome.changed == set(), f"{route}: {outcome.changed}"
        elif route.endpoint in OWN and who != world.good[route.endpoint].who:
            assert_refused(outcome, 404, f"{route} {who}")
            continue
        elif route.endpoint in COMPUTING:
            assert outcome.changed == set(), f"{route}: {outcome.changed}"
        elif who == world.good[route.endpoint].who and route.endpoint not in UNKEPT:
            assert outcome.changed, f"{route}: {outcome!r}"
        assert outcome.status in {200, 204, 303, 403, 409, 410, 422}, f"{route}: {outcome!r}"
        assert outcome.is_in_our_words, f"{route}: {outcome.text}"


def test_one_may_not_speak_for_a_company_that_is_not_one_s_own(app: Flask, world: World) -> None:
    for route in routes(app, "POST"):
        if "as_company" in world.good.get(route.endpoint, Good("")).fields:
            for who in ("member", "stranger", "moderator"):
                outcome = send_good(world, route, who=who)
                assert_refused(outcome, 422, f"{route} {who}")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://["},
    ],
)
def test_another_site_s_form_is_refused_everywhere(
    app: Flask, world: World, headers: dict[str, str]
) -> None:
    headers = {"Sec-Fetch-Site": "", **headers}  # older browsers send none
    for route in routes(app, "POST"):
        if route.endpoint in FROM_ANYWHERE:
            continue
        for who in (world.good[route.endpoint].who, "nobody"):
            outcome = send_good(world, route, who=who, headers=headers)
            assert_refused(outcome, 403, f"{route} {who}")
            assert "another site" in outcome.text


def test_whoever_is_signed_in_sends_a_token_everywhere(app: Flask, world: World) -> None:
    for route in routes(app, "POST"):
        if route.endpoint in FROM_ANYWHERE:
            continue
        outcome = send_good(world, route, who="employee", with_token=False)
        outcome.changed -= {"drafts"}  # what was typed is kept for the press that is asked for
        assert_refused(outcome, 400, str(route))


def test_visitors_send_a_token_with_the_forms_of_accounts(app: Flask, world: World) -> None:
    for route in routes(app, "POST"):
        if route.endpoint.startswith("accounts.") and "sign_out" not in route.endpoint:
            outcome = send_good(world, route, who="nobody", with_token=False)
            assert outcome.changed == set(), f"{route}: {outcome.changed}"


def test_a_wrong_method_is_answered_in_our_words(app: Flask, world: World) -> None:
    for route in pages(app):
        allowed = methods_of(world, route)
        for method in [*WRONG, *({"GET", "POST"} - allowed)]:
            wrong = Route(route.endpoint, method, route.rule)
            for who in ("nobody", VISITOR, "member"):
                headers = {"X-CSRFToken": world.token()}
                outcome = world.send(wrong, who=who, headers=headers)
                assert outcome.status == 405, f"{method} {route}: {outcome!r}"
                assert outcome.is_in_our_words, f"{method} {route}: {outcome.text}"
                assert set(outcome.headers["Allow"].split(", ")) == allowed


def test_options_and_head(app: Flask, world: World) -> None:
    for route in pages(app):
        allowed = methods_of(world, route)
        outcome = world.send(Route(route.endpoint, "OPTIONS", route.rule))
        assert outcome.status == 200, f"OPTIONS {route}: {outcome!r}"
        assert set(outcome.headers["Allow"].split(", ")) == allowed
    for route in routes(app, "GET"):
        asked = {name: value for name, value in QUERY.items() if name in world.names_read(route)}
        for who, fields in ((VISITOR, {}), (VISITOR, asked), ("asker", asked)):
            head = world.send(Route(route.endpoint, "HEAD", route.rule), who=who, fields=fields)
            get = world.send(route, who=who, fields=fields)
            assert (head.status, head.text) == (get.status, ""), f"HEAD {route}: {head!r}"
            lengths = [one.headers.get("Content-Length") for one in (head, get)]
            assert lengths[0] == lengths[1], f"HEAD {route} {who} {fields}"


def test_reading_changes_nothing_but_what_is_noted_of_it(app: Flask, world: World) -> None:
    for route in routes(app, "GET"):
        for method in ("GET", "HEAD", "OPTIONS"):
            for who in ("nobody", *ROLES):
                read = Route(route.endpoint, method, route.rule)
                outcome = world.send(read, who=who, fields=QUERY, watched=True)
                notes = who != "nobody" and method != "OPTIONS"
                noted = NOTED.get(route.endpoint, set()) if notes else set()
                assert outcome.changed <= noted, f"{read} {who}: {outcome.changed}"


def test_what_only_others_may_read_is_not_shown(app: Flask, world: World) -> None:
    def seen() -> Iterator[tuple[object, Outcome]]:
        for route in routes(app, "GET"):
            for who in ("nobody", *ROLES):
                yield f"{route} {who}", world.send(route, who=who)

    assert list(failures(seen())) == []


def send_good(world: World, route: Route, *, who: str, **options: Any) -> Outcome:
    """Send the good form of a route as somebody, and watch what it changes."""
    fields = world.good[route.endpoint].fields
    return world.send(route, who=who, fields=fields, watched=True, **options)


def assert_refused(outcome: Outcome, status: int, what: str) -> None:
    """Check that a form was refused in our words, and did nothing."""
    assert outcome.status == status, f"{what}: {outcome!r}"
    assert outcome.is_in_our_words, f"{what}: {outcome.text}"
    assert outcome.changed == set(), f"{what}: {outcome.changed}"


def pages(app: Flask) -> list[Route]:
    """Return all routes but the one of static files, which are served ahead of Flask."""
    return [route for route in routes(app, "GET", "POST") if route.endpoint != "static"]


def methods_of(world: World, route: Route) -> set[str]:
    """Return the methods that are answered at the address of a route, perhaps by another too."""
    urls = world.app.url_map.bind("localhost")
    return set(urls.allowed_methods(unquote(world.address(route.rule))))
