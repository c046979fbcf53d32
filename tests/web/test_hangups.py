"""What is asked while somebody types is not worked on once they have typed on."""

import socket
from collections.abc import Iterator

import pytest
from flask import Flask

from community.web.hangups import SOCKETS, has_hung_up
from tests.conftest import Client

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The server's end of a connection, and the browser's."""
    server, browser = socket.socketpair()
    with server, browser:
        yield server, browser


@pytest.mark.parametrize("key", SOCKETS)
def test_a_closed_connection_is_noticed(app: Flask, pair: Pair, key: str) -> None:
    server, browser = pair
    with app.test_request_context(environ_overrides={key: server}):
        assert not has_hung_up()
        browser.send(b"GET /next")  # the next request on the same connection, which stays
        assert not has_hung_up()
        assert server.recv(100) == b"GET /next"
        browser.close()
        assert has_hung_up()


def test_nobody_hangs_up_where_the_server_does_not_tell(app: Flask, pair: Pair) -> None:
    server, _browser = pair
    with app.test_request_context():
        assert not has_hung_up()
    server.close()
    with app.test_request_context(environ_overrides={SOCKETS[0]: server}):
        assert not has_hung_up()


def test_suggestions_are_found_for_who_still_waits(client: Client, pair: Pair) -> None:
    server, browser = pair

    def asked() -> tuple[int, str]:
        answer = client.get(
            "/ask/suggestions",
            query_string={"text": "router drops"},
            environ_overrides={SOCKETS[0]: server},
        )
        return answer.status_code, answer.text

    status, page = asked()
    assert status == 200
    assert "No answer to this yet" in page
    browser.close()
    assert asked() == (204, "")
