"""The form of a flag."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from community.moderation import words
from community.moderation.models import WORDS_MAX
from community.topics.models import Rule
from community.web.forms import Form, SelectChoice, lines


class FlagForm(Form):
    """One reason of a closed list, and words if there is more to say."""

    rule = RadioField(
        _l("What is wrong with it?"),
        choices=[SelectChoice(rule.value, words.RULES[rule]) for rule in Rule],
        validators=[InputRequired(_l("Choose what is wrong with it."))],
    )
    words = TextAreaField(
        _l("What else should moderators know?"),
        filters=[lines],
        validators=[Length(max=WORDS_MAX)],
        description=_l("Only moderators read it."),
    )
