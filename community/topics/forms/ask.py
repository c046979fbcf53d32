"""The form that posts a topic."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from community.accounts.models import EMAIL_MAX
from community.companies.models import NAME_MAX, URL_MAX
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics.forms import fields
from community.topics.models import REASON_MAX, TopicKind
from community.web.forms import one_line
from community.writing.forms import DraftForm

NONE_OF_THESE = "none"


class AskForm(DraftForm):
    """What went wrong, at which company. Nothing of it is typed twice."""

    title = fields.title(_l("Your own words are best: others who have it will type the same."))
    company = StringField(
        _l("Company"),
        filters=[one_line],
        validators=[DataRequired(_l("Say which company this is about.")), Length(max=NAME_MAX)],
        description=_l("Its name. If it is not here yet, a page opens with your question."),
    )
    # Shown when the name is like others: one of their slugs, or `NONE_OF_THESE`.
    company_choice = RadioField(
        _l("Which company is it?"), validators=[Optional()], validate_choice=False
    )
    seen = HiddenField()  # the slugs that there were to choose from
    # Shown when there is no page of this name.
    website = StringField(
        _l("Its website"),
        filters=[one_line],
        validators=[Optional(), Length(max=URL_MAX)],
        description=_l("If you know it, like acme.example. It keeps two companies apart."),
    )
    opens = HiddenField(filters=[one_line])  # the name of which the asker knows that it is new
    product = SelectField(_l("Product"), coerce=int, default=0)
    new_product = StringField(
        _l("Another product"),
        filters=[one_line],
        validators=[Optional(), Length(max=NAME_MAX)],
        description=_l("As it stands on the box or the screen. It gets a page with your question."),
    )
    opens_product = HiddenField(filters=[one_line])  # likewise
    guessed = HiddenField(filters=[one_line])  # the name that we filled in, and nobody confirmed
    kind = fields.kind(default=TopicKind.PROBLEM.value)
    body = fields.details(_l("What happened, what you tried, which version. Markdown works."))
    tags = fields.tags(_l("Up to five words that others may look for, with commas between them."))
    # "Mine differs because …": the topic that was shown, and why it does not fit.
    differs_from = HiddenField()
    reason = HiddenField(filters=[one_line], validators=[Length(max=REASON_MAX)])
    # The topics that were shown for this very text: the second press posts.
    turned_down = HiddenField()
    # Who has no account: where the link goes. Never part of a draft.
    email = StringField(
        _l("Your e-mail address"),
        filters=[one_line],
        validators=[Optional(), Length(max=EMAIL_MAX)],
        description=_l(
            "A link comes by mail, to keep the question yours. Nobody sees the address."
        ),
    )
    homepage = StringField(filters=[one_line])  # people do not see it; programs fill it in

    def turned_down_ids(self) -> set[int]:
        """Return the topics that the asker has seen and found not to fit."""
        words = (self.turned_down.data or "").split()
        return {number for word in words if (number := whole_number(word, most=ROW_ID_MAX))}

    def seen_slugs(self) -> list[str]:
        """Return the companies that the asker was shown and could have chosen."""
        return (self.seen.data or "").split()

    def differs_from_id(self) -> int | None:
        """Return the topic that this one differs from, if the address of one was sent."""
        return whole_number(self.differs_from.data, most=ROW_ID_MAX)
