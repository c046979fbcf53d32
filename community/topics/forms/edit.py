"""The forms that change what has been posted."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from community.topics.forms import fields
from community.web.forms import SelectChoice
from community.writing.forms import DraftForm

NOT_SURE, AS_IT_IS = 0, -1  # values of a product that are no ids


class EditForm(DraftForm):
    """A changed text, why it was changed, and the revision that the editor began from."""

    body: TextAreaField  # each calls it something else
    note = fields.note(_l("A few words for those who read the history: “added the version”."))
    from_number = IntegerField(widget=HiddenInput(), default=1, validators=[InputRequired()])


class EditReplyForm(EditForm):
    """A changed answer."""

    body = fields.answer()


class EditCommentForm(EditForm):
    """A changed comment."""

    body = fields.comment()


class EditTopicForm(EditForm):
    """A changed topic: its words, and what it is filed under."""

    title = fields.title()
    body = fields.details()
    kind = fields.kind()
    product = SelectField(_l("Product"), coerce=int, default=NOT_SURE)
    tags = fields.tags()

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
