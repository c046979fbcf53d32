"""The base of every form, and fields that more than one feature needs."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its stubs

from community.core import text
from community.core.errors import DomainError, Invalid


class Form(FlaskForm):
    """A form whose forgery check is made once for all, in `community.web.csrf`."""

    class Meta(FlaskForm.Meta):
        """No token of its own."""

        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read what was posted as text, unless other data (or none) is handed over.

            Flask-WTF would also read files and JSON, whose values are no text.
            """
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return (request.form or None) if request.method == "POST" else None

    def take(self, error: DomainError) -> None:
        """Show a service's refusal beside the field it is about, or above the form."""
        field = self._fields.get(error.field) if isinstance(error, Invalid) else None
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


def status_of(form: Form) -> int:
    """Return the status of a page with ``form``: 422 when it is shown again with its errors."""
    return 422 if form.errors else 200


# The filters of fields, which get None where a field was not sent. They clean as services do, so
# that what is shown again, and whose length is checked, is what would be kept.


def one_line(value: str | None) -> str:
    """Return ``value`` as `text.one_line` does."""
    return text.one_line(value or "")


def lines(value: str | None) -> str:
    """Return ``value`` as `text.lines` does."""
    return text.lines(value or "")


__all__ = ["Form", "SelectChoice", "lines", "one_line", "status_of"]
