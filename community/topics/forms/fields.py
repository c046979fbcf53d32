"""Fields that several forms of topics have."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from community.topics.models import BODY_MAX, COMMENT_MAX, NOTE_MAX, TITLE_MAX, TopicKind
from community.web.forms import SelectChoice, lines, one_line

TYPED_TAGS_MAX = 300  # characters of all tags together, as they are typed

Words = Any  # a `str`, or one of Flask-Babel's that is looked up when it is shown


class TagsField(StringField):
    """Tags, typed with commas between them."""

    def words(self) -> list[str]:
        """Return the tags as they were typed, one by one."""
        return [word.strip() for word in (self.data or "").split(",") if word.strip()]


def title(description: Words = "") -> StringField:
    """Return the field of a topic's title."""
    return StringField(
        _l("In one sentence"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Give it a title: one sentence is enough.")),
            Length(max=TITLE_MAX),
        ],
        description=description,
    )


def kind(default: str | None = None) -> RadioField:
    """Return the field of a topic's kind, as its author says it."""
    return RadioField(
        _l("What is it?"),
        validators=[InputRequired(_l("Say what it is."))],
        choices=[
            SelectChoice(TopicKind.PROBLEM.value, _l("A problem")),
            SelectChoice(TopicKind.QUESTION.value, _l("A question")),
            SelectChoice(TopicKind.IDEA.value, _l("An idea")),
            SelectChoice(TopicKind.PRAISE.value, _l("Praise")),
        ],
        default=default,
    )


def details(description: Words = "") -> TextAreaField:
    """Return the field of a topic's text."""
    return _text(_l("Details"), _l("Say a little more: what happened?"), BODY_MAX, description)


def answer(description: Words = "") -> TextAreaField:
    """Return the field of an answer's text."""
    return _text(_l("Your answer"), _l("Write something first."), BODY_MAX, description)


def comment() -> TextAreaField:
    """Return the field of a comment's text."""
    return _text(_l("Your comment"), _l("Write something first."), COMMENT_MAX)


def tags(description: Words = "") -> TagsField:
    """Return the field of a topic's tags."""
    return TagsField(
        _l("Tags"),
        filters=[one_line],
        validators=[Length(max=TYPED_TAGS_MAX)],
        description=description or _l("Up to five, with commas between them."),
    )


def note(description: Words) -> StringField:
    """Return the field of the reason for a change."""
    return StringField(
        _l("Why"),
        filters=[one_line],
        validators=[Length(max=NOTE_MAX)],
        description=description,
    )


def _text(label: Words, when_missing: Words, most: int, description: Words = "") -> TextAreaField:
    return TextAreaField(
        label,
        filters=[lines],
        validators=[DataRequired(when_missing), Length(max=most)],
        description=description,
    )
