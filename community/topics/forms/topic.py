"""The forms of a topic's page."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from community.topics.forms import fields
from community.topics.models import TopicStatus
from community.topics.naming import KIND_WORDS, STATUS_WORDS
from community.web.forms import Form, SelectChoice
from community.writing.forms import DraftForm


class ReplyForm(DraftForm):
    """An answer to a topic."""

    body = fields.answer(_l("What worked for you, step by step. Markdown works."))
    as_company = BooleanField(_l("Speak for the company"))


class CommentForm(DraftForm):
    """A comment on an answer."""

    body = fields.comment()
    as_company = BooleanField(_l("Speak for the company"))


class StatusForm(Form):
    """Where a topic stands, and why."""

    status = SelectField(_l("Change it to"), validators=[InputRequired(_l("Say where it stands."))])
    note = fields.note(_l("Shown beside the status, with your name."))

    def offer(self, statuses: Iterable[TopicStatus]) -> None:
        """Let one of these be chosen; where there are several, none is chosen beforehand."""
        choices = [SelectChoice(one.value, STATUS_WORDS[one]) for one in statuses]
        unchosen = [SelectChoice("", _l("choose …"))] if len(choices) > 1 else []
        self.status.choices = unchosen + choices


class SortForm(Form):
    """What kind of topic it is, and the words that others find it by."""

    kind = SelectField(
        _l("Kind"),
        validators=[InputRequired(_l("Say what it is."))],
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
    )
    tags = fields.tags()
