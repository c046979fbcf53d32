"""The forms that change what has been posted."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from community.topics.forms.ask import TYPED_TAGS_MAX, split_tags
from community.topics.models import BODY_MAX, COMMENT_MAX, NOTE_MAX, TITLE_MAX
from community.topics.naming import KIND_WORDS
from community.web.forms import Form, SelectChoice, lines, one_line


class EditForm(Form):
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
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
    )
    products = SelectMultipleField(
        _l("Products"),
        coerce=int,
        choices=[],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    tags = StringField(
        _l("Tags"),
        filters=[one_line],
        validators=[Length(max=TYPED_TAGS_MAX)],
        description=_l("Up to five, with commas between them."),
    )

    def tag_words(self) -> list[str]:
        """Return the tags as they were typed, one by one."""
        return split_tags(self.tags.data)
