"""The forms of the queue: deciding a case, many alike, and taking a decision back."""

from collections.abc import Collection

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from community.companies import queries as companies
from community.companies.models import NAME_MAX, Company
from community.core.errors import Invalid
from community.core.sql import ROW_ID_MAX, find
from community.core.text import whole_number
from community.moderation import sentences, words
from community.moderation.models import REASON_MAX, Case, DecisionAction, RestrictionKind
from community.moderation.services.decide import DAYS_MAX, Ruling
from community.topics.models import Rule
from community.web.forms import Form, SelectChoice, lines, one_line

NOTHING = ""


class RulingForm(Form):
    """What becomes of a post and of its author, under which rule and why."""

    action = RadioField(
        _l("What becomes of it?"), validators=[InputRequired(_l("Choose what becomes of it."))]
    )
    rule = SelectField(
        _l("Rule"),
        choices=[
            SelectChoice(NOTHING, _l("none is broken")),
            *(SelectChoice(rule.value, words.RULES[rule]) for rule in Rule),
        ],
    )
    reason = TextAreaField(
        _l("Why?"),
        filters=[lines],
        validators=[DataRequired(_l("Give a reason.")), Length(max=REASON_MAX)],
        description=_l(
            "The author reads it, and so does everybody in the public log: name nobody."
        ),
    )
    measure = SelectField(
        _l("And the author?"),
        choices=[
            SelectChoice(NOTHING, _l("nothing")),
            *(SelectChoice(one.value, said) for one, said in sentences.ABOUT_AUTHOR.items()),
        ],
    )
    limit = SelectField(
        _l("Limit"),
        choices=[
            SelectChoice(NOTHING, _l("none")),
            *(SelectChoice(one.value, said) for one, said in sentences.LIMITS.items()),
        ],
    )
    days = IntegerField(
        _l("For how many days?"),
        validators=[
            Optional(),
            NumberRange(1, DAYS_MAX, _l("Say for how long: 1 to %(n)s days.", n=DAYS_MAX)),
        ],
    )

    def offer(self, actions: Collection[DecisionAction]) -> None:
        """Let one of these be chosen."""
        self.action.choices = [
            SelectChoice(one.value, sentences.ABOUT_POST[one]) for one in actions
        ]

    def ruling(self) -> Ruling:
        """Return what was chosen.

        Raises:
            Invalid: there is no such company.
        """
        return Ruling(
            action=DecisionAction(self.action.data),
            reason=self.reason.data or "",
            rule=Rule(self.rule.data) if self.rule.data else None,
            move_to=self.company_meant(),
            measure=DecisionAction(self.measure.data) if self.measure.data else None,
            limit=RestrictionKind(self.limit.data) if self.limit.data else None,
            days=self.days.data or 0,
        )

    def company_meant(self) -> Company | None:
        """Return the company that a topic is to be moved to, or None."""
        return None


class CaseForm(RulingForm):
    """Decide one case."""

    seen = HiddenField()
    company = StringField(
        _l("Which company is it about?"),
        filters=[one_line],
        validators=[Length(max=NAME_MAX)],
        description=_l("Only to move it: the company’s name."),
    )

    def company_meant(self) -> Company | None:
        """Return the company that a topic is to be moved to, or None.

        Raises:
            Invalid: there is none of this name.
        """
        name = self.company.data
        if not name or self.action.data != DecisionAction.MOVE:
            return None
        found = companies.by_name(name) or companies.by_slug(name)
        if found is None:
            raise Invalid(
                gettext("There is no page of a company called “%(name)s”.", name=name),
                field="company",
            )
        return found


class AlikeForm(RulingForm):
    """Decide many cases alike. Each is sent with what it looked like."""

    cases = SelectMultipleField(
        _l("Cases"),
        validators=[DataRequired(_l("Choose at least one case."))],
        validate_choice=False,  # what has changed meanwhile is left, and named
    )

    def seen(self) -> dict[Case, str]:
        """Return the cases that were chosen, each with what it looked like."""
        chosen = (key.partition(":") for key in self.cases.data or ())
        found = ((find(Case, whole_number(id_, most=ROW_ID_MAX)), seen) for id_, _, seen in chosen)
        return {case: seen for case, seen in found if case is not None}


class ReverseForm(Form):
    """Take a decision back."""

    reason = TextAreaField(
        _l("Why was it wrong?"),
        filters=[lines],
        validators=[DataRequired(_l("Give a reason.")), Length(max=REASON_MAX)],
        description=_l("Everybody reads it in the public log."),
    )
