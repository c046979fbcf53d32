"""Security headers: on every answer, and a nonce that is used once."""

import re
from collections.abc import Callable

import pytest

from community.accounts.models import User
from tests.conftest import Client
from tests.factories import make_topic, make_user

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy_of(header: str) -> dict[str, str]:
    """Return a Content-Security-Policy by directive."""
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize(
    "path", ["/", "/about", "/nowhere", "/signin", "/healthz", "/api/v1/similar?text=a", "/r/1"]
)
def test_every_answer_carries_them(client: Client, path: str) -> None:
    answer = client.get(path)

    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize("path", ["/", "/about", "/nowhere", "/signin", "/search?q=hub"])
def test_a_page_runs_nothing_but_our_own_scripts(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = policy_of(answer.headers["Content-Security-Policy"])
    scripts = re.findall(r"<script\b[^>]*>", answer.text)
    nonces = {re.search(r'nonce="([^"]+)"', script)[1] for script in scripts}  # type: ignore[index]

    assert policy.pop("script-src") == " ".join(f"'nonce-{nonce}'" for nonce in nonces)
    assert policy == SOURCES
    assert all(re.search(r' src="/static/', script) for script in scripts)
    assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", answer.text)


def test_a_nonce_is_used_once(client: Client, sign_in: Callable[[User], Client]) -> None:
    browsers = [client, client, sign_in(make_user())]
    policies = [browser.get("/").headers["Content-Security-Policy"] for browser in browsers]

    assert len(set(policies)) == 3
    assert all(len(re.findall(r"'nonce-([\w-]{22})'", policy)) == 1 for policy in policies)


def test_a_page_that_the_reader_has_keeps_its_nonce(client: Client) -> None:
    first = client.get("/about")

    again = client.get("/about", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert "Content-Security-Policy" not in again.headers


def test_a_fragment_allows_no_script(client: Client) -> None:
    make_topic()

    answer = client.get("/ask/suggestions?text=stopped")

    assert policy_of(answer.headers["Content-Security-Policy"])["script-src"] == "'none'"
