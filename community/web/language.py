"""The language of the page: the reader or their browser says which, among those we have."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup  # noqa: TID251 (the words of templates are ours, not customers')

LANGUAGES: tuple[str, ...] = ("en",)  # those with a catalogue in ``translations/``, and English

# Of `community.search.languages`, those whose letters run from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})
_NOT_SAID = frozenset({"", "und", "mul", "zxx"})  # BCP 47: unknown, several, no language

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the language for each request; jobs and commands speak English."""
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[0]
    app.extensions.setdefault("language", str)
    # How a sentence is broken into lines in a template is no matter for its translators.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    babel.init_app(app, locale_selector=chosen)
    app.context_processor(lambda: {"language": chosen()})
    app.jinja_env.globals |= {"_": words, "gettext": words, "ngettext": number_words}
    app.jinja_env.globals["lang"] = lang


def follow(app: Flask, language_of_reader: Callable[[], str]) -> None:
    """Speak the language that ``language_of_reader`` returns for a request, "" for none."""
    app.extensions["language"] = language_of_reader


def chosen() -> str:
    """Return the language for this request: what the reader has chosen, or the browser's best."""
    if not has_request_context() or len(LANGUAGES) == 1:
        return LANGUAGES[0]
    wanted = current_app.extensions["language"]()
    if wanted in LANGUAGES:
        return str(wanted)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def languages_read() -> frozenset[str]:
    """Return the languages that the reader says they read, by primary subtag; empty: not said.

    Those of the browser, and the one chosen for pages.
    """
    accepted = {tag for tag, quality in request.accept_languages if quality > 0}
    if "*" in accepted:
        return frozenset()
    said = accepted | {current_app.extensions["language"]()}
    return frozenset(tag.partition("-")[0].lower() for tag in said if tag)


def lang(tag: str | None) -> Markup:
    """Return the attributes of an element whose text is in another language than the page.

    By them screen readers pronounce it, and browsers hyphenate it and choose the shapes of Han.

    Args:
        tag: BCP 47. Nothing is said where the page's own primary subtag is the same, or nobody
            knows the language.
    """
    primary = (tag or "").partition("-")[0].lower()
    if primary in _NOT_SAID or primary == code().partition("-")[0].partition("_")[0].lower():
        return Markup()
    direction = ' dir="rtl"' if primary in RIGHT_TO_LEFT else ""
    return Markup(' lang="{}"{}').format(tag, Markup(direction))  # noqa: S704 (one of two of ours)


def name_of(code: str) -> str:
    """Return what a language is called by those who speak it."""
    locale = Locale.parse(code, sep="-")
    return (locale.get_display_name(locale) or code).capitalize()


@pass_eval_context
def words(context: EvalContext, message: str, /, **variables: Any) -> str:
    """Return ``message`` in the language of the page, with ``variables`` put in and escaped.

    This is Jinja's new-style gettext, with the words remembered: a page has a hundred
    of them, and finding out the language each time took a quarter of its time.
    """
    plain, pattern = _words(code(), message)
    if not variables:
        return plain if context.autoescape else str(plain)
    return pattern % variables if context.autoescape else str.__mod__(pattern, variables)


@pass_eval_context
def number_words(
    context: EvalContext, singular: str, plural: str, number: int, /, **variables: Any
) -> str:
    """Return the form that fits ``number``, which the words call ``num``."""
    pattern, alone = _number_words(code(), singular, plural, number)
    if alone is not None and not variables:
        return alone if context.autoescape else str(alone)
    variables.setdefault("num", number)
    return pattern % variables if context.autoescape else str.__mod__(pattern, variables)


def code() -> str:
    """Return the code of the language that words are in just now."""
    return LANGUAGES[0] if len(LANGUAGES) == 1 else str(get_locale())


@lru_cache(maxsize=4096)
def _words(_language: str, message: str) -> tuple[Markup, Markup]:
    """Return the words without variables, and as a pattern for them."""
    found: str = get_translations().ugettext(message)
    return (Markup(found % {}) if "%(" not in found else Markup(found)), Markup(found)  # noqa: S704 (our words)


@lru_cache(maxsize=4096)
def _number_words(
    _language: str, singular: str, plural: str, number: int
) -> tuple[Markup, Markup | None]:
    """Return the words that fit a number, as a pattern and with nothing but the number put in."""
    pattern = Markup(get_translations().ungettext(singular, plural, number))  # noqa: S704 (our words)
    try:
        return pattern, pattern % {"num": number}
    except KeyError:  # they name other things as well
        return pattern, None
