"""What all forms have in common."""

import io
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from community.core.errors import Invalid
from community.web.forms import Form, lines, one_line, status_of


class NameForm(Form):
    """One field is enough."""

    name = StringField("Name", default="nobody")


def posted(app: Flask, **request: Any) -> str | None:
    """Return the name that a form reads from a request."""
    with app.test_request_context(method="POST", **request):
        name: str | None = NameForm().name.data
        return name


def test_a_form_reads_posted_text_and_nothing_else(app: Flask) -> None:
    assert posted(app, data={"name": "Mira"}) == "Mira"
    assert posted(app, data={"name": (io.BytesIO(b"Mira"), "name.txt")}) == "nobody"
    assert posted(app, json={"name": "Mira"}) == "nobody"
    assert posted(app, json={"name": {"a": 1}}) == "nobody"
    assert posted(app, query_string={"name": "Mira"}) == "nobody"
    with app.test_request_context(query_string={"name": "Mira"}):
        assert NameForm().name.data == "nobody"


def test_other_data_may_be_handed_over(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"name": "Mira"}):
        assert NameForm(MultiDict({"name": "Ada"})).name.data == "Ada"
        assert NameForm(formdata=None).name.data == "nobody"


def test_a_refusal_stands_beside_its_field_or_above_the_form(app: Flask) -> None:
    with app.test_request_context():
        form = NameForm()
        form.take(Invalid("Too short.", field="name"))
        form.take(Invalid("Too late."))
        form.take(Invalid("Too far.", field="place"))

    assert form.name.errors == ["Too short."]
    assert form.form_errors == ["Too late.", "Too far."]


def test_a_form_with_errors_is_answered_with_422(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"name": "Mira"}):
        form = NameForm()
        assert form.validate()
        assert status_of(form) == 200
        form.take(Invalid("Too late."))
        assert status_of(form) == 422


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, ""), ("", ""), (" a \t\r\n b ", "a b"), ("\u2028a\u00a0b", "a b")]
)
def test_one_line(typed: str | None, kept: str) -> None:
    assert one_line(typed) == kept


@given(typed=st.none() | st.text())
def test_lines_are_clean_and_stay_so(typed: str | None) -> None:
    kept = lines(typed)

    assert not set(kept) & set("\r\x00\x0b\x0c\x7f\x85\u2028\u2029\ud800")
    assert lines(kept) == kept
