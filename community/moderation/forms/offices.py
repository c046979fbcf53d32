"""The form by which operators give and take offices."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from community.moderation.models import REASON_MAX
from community.moderation.models.offices import Office
from community.web.forms import Form, SelectChoice, lines

GIVE, TAKE = "give", "take"


class OfficeForm(Form):
    """Give or take an office."""

    change = RadioField(
        _l("What is to change?"),
        choices=[
            SelectChoice(f"{GIVE}-{Office.TRUSTED}", _l("Becomes a trusted member")),
            SelectChoice(f"{TAKE}-{Office.TRUSTED}", _l("Is no trusted member any more")),
            SelectChoice(f"{GIVE}-{Office.MODERATOR}", _l("Becomes a moderator")),
            SelectChoice(f"{TAKE}-{Office.MODERATOR}", _l("Is no moderator any more")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    reason = TextAreaField(
        _l("Why?"),
        filters=[lines],
        validators=[DataRequired(_l("Say why.")), Length(max=REASON_MAX)],
        description=_l("Everybody reads it in the public log."),
    )

    def wanted(self) -> tuple[Office, bool]:
        """Return which office it is about, and whether it is given."""
        verb, _dash, office = self.change.data.partition("-")
        return Office(office), verb == GIVE
