"""Addresses in pages: of static files with their version, remembered where nothing changes."""

import re
from hashlib import blake2b
from pathlib import Path

from flask import Flask, render_template_string, url_for

from tests.conftest import Client


def test_a_static_file_s_address_changes_with_its_content(app: Flask) -> None:
    file = Path(str(app.static_folder), "css/tokens.css")
    digest = blake2b(file.read_bytes(), digest_size=6).hexdigest()

    with app.test_request_context():
        assert url_for("static", filename="css/tokens.css") == f"/static/css/tokens.css?v={digest}"
        assert url_for("static", filename="css/nothing.css") == "/static/css/nothing.css"
        assert url_for("static", filename="css/tokens.css", v="1") == "/static/css/tokens.css?v=1"


def test_every_file_that_a_page_names_is_there_and_may_be_kept_for_ever(client: Client) -> None:
    page: str = client.get("/").text
    addresses = set(re.findall(r'"(/static/[^"]+)"', page))
    assert len(addresses) > 1

    for address in addresses:
        assert "?v=" in address, address
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "max-age=31536000" in answer.headers["Cache-Control"], address
        answer.close()


def test_templates_get_the_addresses_that_flask_makes(app: Flask) -> None:
    calls = {
        'url_for("pages.home")': "/",
        'url_for("topics.ask", company_slug=None, text="a b&c", write=1)': None,
        'url_for("topics.show", topic_id=1, slug="ä/b", _anchor="reply-2")': None,
        'url_for("pages.search", q="1", page=1)': None,
        'url_for("pages.search", q=1, page=True)': None,
        'url_for("pages.about", _external=True)': "http://localhost/about",
        'url_for("static", filename="css/tokens.css")': None,
    }
    with app.test_request_context():
        for call, expected in calls.items():
            plain = eval(call, {"url_for": url_for})  # noqa: S307 (the calls stand above)
            for _ in range(2):  # made, then remembered
                shown = render_template_string(f"{{{{ {call}|safe }}}}")
                assert shown == (expected or plain), call


def test_an_address_below_another_root_is_not_mixed_up(app: Flask) -> None:
    call = '{{ url_for("pages.about") }}'
    with app.test_request_context():
        assert render_template_string(call) == "/about"
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": "/help"}):
        assert render_template_string(call) == "/help/about"
    with app.test_request_context():
        assert render_template_string(call) == "/about"
