"""The forms of sign-up, sign-in and settings."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from community.accounts import naming, services
from community.accounts.models import ABOUT_MAX, User
from community.core.errors import Invalid
from community.web import zones
from community.web.forms import Form, SelectChoice

REQUIRED = InputRequired(_l("This is needed."))


def _obeys(rule: Callable[[str], str]) -> Callable[[Form, Field], None]:
    """Return the validator that refuses what ``rule`` does, and says why."""

    def check(_form: Form, field: Field) -> None:
        try:
            rule(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error

    return check


class VisitorForm(Form):
    """A form for people who are not signed in, with a token of its own.

    Without one, another site could sign its visitors in to an account of its choice and
    watch what they write there. A token that does not fit, because the page was open
    for too long or cookies are refused, costs nothing that was typed.
    """

    class Meta(FlaskForm.Meta):
        """Flask-WTF's own check."""

        csrf = True

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the fields; say in our words, above the form, if the token does not fit."""
        fits: bool = super().validate(*args, **kwargs)
        if self.csrf_token.errors:
            self.csrf_token.errors = []
            self.form_errors.append(
                gettext(
                    "This page was open for too long, or your browser keeps no cookies for us. Send it once more."
                )
            )
        return fits


class SignUpForm(VisitorForm):
    """What is asked of somebody who joins: nothing more."""

    username = StringField(_l("User name"), [REQUIRED, _obeys(naming.accepted_username)])
    email = StringField(_l("E-mail address"), [REQUIRED, _obeys(naming.accepted_email)])
    password = PasswordField(_l("Password"), [REQUIRED])


class SignInForm(VisitorForm):
    """User name or address, and password."""

    identifier = StringField(_l("User name or e-mail address"), [REQUIRED])
    password = PasswordField(_l("Password"), [REQUIRED])


class ConfirmForm(VisitorForm):
    """The button of a confirmation. The page drops the fields it need not ask for."""

    username = StringField(_l("User name"), [REQUIRED])
    password = PasswordField(_l("The password you chose"), [REQUIRED])


class ForgotForm(VisitorForm):
    """The address whose password is forgotten."""

    email = StringField(_l("E-mail address"), [REQUIRED, _obeys(naming.accepted_email)])


class ResetForm(VisitorForm):
    """A new password, by link."""

    password = PasswordField(_l("New password"), [REQUIRED])


class ConfirmEmailForm(VisitorForm):
    """The button that confirms a new address."""


class LinkForm(VisitorForm):
    """The address that a link to sign in, or to show who one is, goes to."""

    email = StringField(_l("E-mail address"), [REQUIRED, _obeys(naming.accepted_email)])


class ClaimForm(VisitorForm):
    """The button of a link that shows that an address is somebody's."""


class UsernameForm(Form):
    """The user name of whoever came as a guest."""

    username = StringField(_l("User name"), [REQUIRED, _obeys(naming.accepted_username)])


class ReadingForm(Form):
    """How pages are shown to a person."""

    time_zone = SelectField(_l("Time zone"), validate_choice=False)
    language = SelectField(_l("Language"))

    def validate_time_zone(self, field: Field) -> None:
        """Refuse a zone that there is not."""
        if field.data and field.data not in zones.names():
            raise ValidationError(_l("Choose a time zone from the list."))


class ProofForm(Form):
    """What shows once more who somebody is; whoever has no password came by a link instead."""

    current = PasswordField(_l("Your password"), [REQUIRED])

    def __init__(self, user: User) -> None:
        super().__init__()
        self._user = user
        if user.password_hash is None:
            del self.current

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the fields, and whether it is their owner who sends them."""
        if not super().validate(*args, **kwargs):
            return False
        try:
            if self.current:
                services.require_password(self._user, self.current.data or "")
        except Invalid as error:
            self.take(error)
        return not self.errors


class LeaveForm(ProofForm):
    """How somebody wants to leave."""

    when = RadioField(
        _l("When are you to be forgotten?"),
        choices=[
            SelectChoice("later", _l("In seven days")),
            SelectChoice("now", _l("Now, for good")),
        ],
        default="later",
    )


class StayForm(VisitorForm):
    """The button of somebody who has left and comes back, or does not want to."""


class ProfileForm(Form):
    """What others see of a person."""

    display_name = StringField(_l("Name"))
    about = TextAreaField(
        _l("About you"),
        description=_l("Up to %(most)s characters. Everybody can read it.", most=ABOUT_MAX),
    )


class PasswordForm(ProofForm):
    """A new password, by the owner of the present one."""

    current = PasswordField(_l("Present password"), [REQUIRED])
    password = PasswordField(_l("New password"), [REQUIRED])


class EmailForm(ProofForm):
    """A new address, by the owner of the password."""

    email = StringField(_l("New e-mail address"), [REQUIRED, _obeys(naming.accepted_email)])
