"""The forms that change what has been posted."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from community.topics.forms.ask import KIND_CHOICES, TYPED_TAGS_MAX, split_tags
from community.topics.models import BODY_MAX, COMMENT_MAX, NOTE_MAX, TITLE_MAX
from community.web.forms import SelectChoice, lines, one_line
from community.writing.forms import DraftForm

NOT_SURE, AS_IT_IS = 0, -1  # values of a product that are no ids


class EditForm(DraftForm):
    """A changed text, why it was changed, and the revision that the editor began from."""

    body = TextAreaField(_l("Text"), filters=[lines])
    note = StringField(
        _l("Why"),
        filters=[one_line],
        validators=[Length(max=NOTE_MAX)],
        description=_l("A few words for those who read the history: “added the version”."),
    )
    from_number = IntegerField(widget=HiddenInput(), default=1, validators=[InputRequired()])


class EditReplyForm(EditForm):
    """A changed answer."""

    body = TextAreaField(
        _l("Your answer"),
        filters=[lines],
        validators=[DataRequired(_l("Write something first.")), Length(max=BODY_MAX)],
    )


class EditCommentForm(EditForm):
    """A changed comment."""

    body = TextAreaField(
        _l("Your comment"),
        filters=[lines],
        validators=[DataRequired(_l("Write something first.")), Length(max=COMMENT_MAX)],
    )


class EditTopicForm(EditForm):
    """A changed topic: its words, and what it is filed under."""

    title = StringField(
        _l("In one sentence"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Give it a title: one sentence is enough.")),
            Length(max=TITLE_MAX),
        ],
    )
    body = TextAreaField(
        _l("Details"),
        filters=[lines],
        validators=[DataRequired(_l("Say a little more: what happened?")), Length(max=BODY_MAX)],
    )
    kind = RadioField(
        _l("What is it?"),
        validators=[InputRequired(_l("Say what it is."))],
        choices=KIND_CHOICES,
    )
    product = SelectField(_l("Product"), coerce=int, default=NOT_SURE)
    tags = StringField(
        _l("Tags"),
        filters=[one_line],
        validators=[Length(max=TYPED_TAGS_MAX)],
        description=_l("Up to five, with commas between them."),
    )

    def offer(self, offered: Mapping[int, str], about: Mapping[int, str]) -> None:
        """Let one of these products be chosen.

        Args:
            offered: their names by id.
            about: those that the topic is about now. Several, which imports bring, can
                stay as they are.
        """
        several = [SelectChoice(AS_IT_IS, ", ".join(about.values()))] if len(about) > 1 else []
        self.product.choices = [
            *several,
            SelectChoice(NOT_SURE, _l("not sure")),
            *(SelectChoice(id_, name) for id_, name in {**offered, **about}.items()),
        ]

    def product_ids(self, about: Mapping[int, str]) -> list[int]:
        """Return the products that the topic is to be about.

        Args:
            about: those that it is about now.
        """
        if self.product.data == AS_IT_IS:
            return list(about)
        return [self.product.data] if self.product.data else []

    def tag_words(self) -> list[str]:
        """Return the tags as they were typed, one by one."""
        return split_tags(self.tags.data)
