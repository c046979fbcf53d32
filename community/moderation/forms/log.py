"""Forms of the public log."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from community.moderation.models import REASON_MAX
from community.web.forms import Form, lines


class RedactForm(Form):
    """Take texts out of a row."""

    fields = SelectMultipleField(
        _l("Which texts?"),
        validators=[DataRequired(_l("Choose what is to go."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = TextAreaField(
        _l("Why?"),
        filters=[lines],
        validators=[DataRequired(_l("Write why. Everybody can read it.")), Length(max=REASON_MAX)],
        description=_l("Everybody can read it, so name nobody here."),
    )
