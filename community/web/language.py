"""The language of the page: the reader's browser says which, among those we have."""

from flask import Flask, has_request_context, request
from flask_babel import Babel

LANGUAGES: tuple[str, ...] = ("en",)  # those with a catalogue in ``translations/``, and English

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the language for each request; jobs and commands speak English."""
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[0]
    # How a sentence is broken into lines in a template is no matter for its translators.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    babel.init_app(app, locale_selector=chosen)
    app.context_processor(lambda: {"language": chosen()})


def chosen() -> str:
    """Return the best language for this request."""
    if not has_request_context() or len(LANGUAGES) == 1:
        return LANGUAGES[0]
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
