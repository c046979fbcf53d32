"""Forms of modes: why, for how long, and how slow."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from community.core import clock
from community.moderation.models.modes import REASON_MAX
from community.web.forms import Form, SelectChoice, one_line

BY_HAND = 0  # minutes: until somebody ends it
MINUTES = (
    SelectChoice(15, _l("15 minutes")),
    SelectChoice(60, _l("1 hour")),
    SelectChoice(6 * 60, _l("6 hours")),
    SelectChoice(24 * 60, _l("1 day")),
    SelectChoice(7 * 24 * 60, _l("7 days")),
    SelectChoice(BY_HAND, _l("until somebody ends it")),
)
SECONDS = (
    SelectChoice(60, _l("1 minute")),
    SelectChoice(5 * 60, _l("5 minutes")),
    SelectChoice(15 * 60, _l("15 minutes")),
    SelectChoice(60 * 60, _l("1 hour")),
    SelectChoice(6 * 60 * 60, _l("6 hours")),
)


class ModeForm(Form):
    """Set a mode of any kind."""

    reason = StringField(
        _l("Why"),
        filters=[one_line],
        validators=[DataRequired(_l("Say why; everybody reads it.")), Length(max=REASON_MAX)],
        description=_l("One sentence, without blame. It stands in the banner and in the log."),
    )
    lasts = SelectField(_l("For how long"), coerce=int, choices=MINUTES, default=60)

    def until(self) -> datetime | None:
        """Return when it ends; None: when somebody ends it."""
        minutes = self.lasts.data
        return clock.now() + timedelta(minutes=minutes) if minutes else None


class SlowForm(ModeForm):
    """Slow a topic or a company's topics down."""

    seconds = SelectField(
        _l("Between two posts of one person"), coerce=int, choices=SECONDS, default=5 * 60
    )
