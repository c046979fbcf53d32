"""Forms of appeals: why one appeals, and what a juror says."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from community.moderation.models import REASON_MAX, WORDS_MAX, JurorVote
from community.web.forms import Form, SelectChoice, lines


class AppealForm(Form):
    """Ask that a decision be judged again."""

    words = TextAreaField(
        _l("Why is the decision wrong?"),
        filters=[lines],
        validators=[DataRequired(_l("Say why.")), Length(max=WORDS_MAX)],
        description=_l(
            "Those who judge read it, and when the appeal has ended everybody does. "
            "Leave out what is nobody's business."
        ),
    )


class VoteForm(Form):
    """Judge an appeal."""

    vote = RadioField(
        _l("Does the decision hold?"),
        choices=[
            SelectChoice(JurorVote.UPHOLD.value, _l("It holds")),
            SelectChoice(JurorVote.OVERTURN.value, _l("It falls, and what it did is undone")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    reason = TextAreaField(
        _l("Why?"),
        filters=[lines],
        validators=[DataRequired(_l("Say why.")), Length(max=REASON_MAX)],
        description=_l("Everybody reads it when the appeal has ended."),
    )
