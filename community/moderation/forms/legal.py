"""Forms of the register of legal requests."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from community.companies.models import NAME_MAX as COMPANY_MAX
from community.moderation import words
from community.moderation.models import REASON_MAX, LegalOutcome
from community.moderation.models.legal import DONE_MAX, NAME_MAX, TEXT_MAX
from community.moderation.models.log import TARGET_MAX
from community.web.forms import Form, SelectChoice, lines, one_line


class LegalRequestForm(Form):
    """Enter a request."""

    received_on = DateField(
        _l("Received on"), validators=[DataRequired(_l("Write the date, like 2026-11-22."))]
    )
    requester = StringField(
        _l("Who asks?"),
        filters=[one_line],
        validators=[DataRequired(_l("Write who asks.")), Length(max=NAME_MAX)],
        description=_l("A court, an authority or a law firm. Never a private person's name."),
    )
    country = StringField(
        _l("Country"),
        filters=[one_line, str.upper],
        validators=[
            DataRequired(_l("Write the country.")),
            Regexp(r"[A-Z]{2}\Z", message=_l("Write its two letters, like DE or ID.")),
        ],
        description=_l("Two letters (ISO 3166-1), like DE or ID."),
    )
    law = StringField(
        _l("Under which law?"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the law.")), Length(max=NAME_MAX)],
    )
    company = StringField(
        _l("Company concerned"),
        filters=[one_line],
        validators=[Optional(), Length(max=COMPANY_MAX)],
    )
    target = StringField(
        _l("What it is about"),
        filters=[one_line],
        validators=[Optional(), Length(max=TARGET_MAX)],
        description=_l("As the public log names it, like “topic 12” or “reply 7”."),
    )
    text = TextAreaField(
        _l("Text of the request"), filters=[lines], validators=[Optional(), Length(max=TEXT_MAX)]
    )
    is_text_public = BooleanField(
        _l("The text may be published"),
        description=_l("Take personal data out of it first. A correction can publish it later."),
    )


class AnswerFields(Form):
    """What was done about a request."""

    outcome = SelectField(
        _l("What was done?"),
        choices=[
            SelectChoice(one.value, words.LEGAL_OUTCOMES[one])
            for one in LegalOutcome
            if one is not LegalOutcome.PENDING
        ],
    )
    done = TextAreaField(
        _l("In words"),
        filters=[lines],
        validators=[DataRequired(_l("Write what was done, and why.")), Length(max=DONE_MAX)],
        description=_l("Everybody can read it, and it goes into the public log."),
    )


class LegalAnswerForm(AnswerFields):
    """Say what was done about a request."""

    is_text_public = BooleanField(_l("The text of the request may be published"))


class LegalCorrectionForm(LegalRequestForm, AnswerFields):
    """Put right what the register says. Everything that it says now is filled in."""

    reason = TextAreaField(
        _l("Why was it wrong?"),
        filters=[lines],
        validators=[DataRequired(_l("Say why.")), Length(max=REASON_MAX)],
        description=_l("Everybody can read it, and it goes into the public log."),
    )
    seen = HiddenField()  # `queries.legal.version_of` of the entry that is put right
