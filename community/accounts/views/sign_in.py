"""Signing in and out."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, passwords, services, sessions
from community.accounts.forms import SignInForm
from community.accounts.models import SignUp, User
from community.accounts.views import answers, bp
from community.core.db import transaction
from community.core.errors import Conflict
from community.core.names import folded
from community.web.forms import status_of
from community.web.limits import ACCOUNT, MAIL, SIGN_IN, give_back, limiter, spend, spend_or_refuse
from community.web.redirects import see_other


@bp.route("/signin", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
def sign_in() -> ResponseReturnValue:
    """Sign in with a user name or an address, and go on where one wanted to go."""
    return_to = answers.return_to()
    if sessions.actor():
        return see_other(return_to)
    form = SignInForm()
    if form.validate_on_submit():
        identifier = form.identifier.data or ""
        # Counted by what was typed, not by whose account it is: if name and address
        # shared one count, using it up through one would tell that the other belongs to it.
        name = folded(naming.identifier(identifier))
        spend_or_refuse(ACCOUNT, "password", name)
        match services.authenticate(identifier=identifier, password=form.password.data or ""):
            case User() as user:
                give_back(ACCOUNT, "password", name)
                if user.deleted_at is not None:
                    return answers.offer_to_stay(user)
                _renew_hash(user, form.password.data or "")
                sessions.sign_in(user)
                return see_other(return_to)
            case SignUp() as begun:
                give_back(ACCOUNT, "password", name)
                return _send_again(begun)
            case None:
                form.form_errors.append(
                    _("The user name or address and the password do not belong together.")
                )
    return render_template("accounts/sign_in.html", form=form, next=return_to), status_of(form)


@bp.post("/signout")
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    sessions.sign_out()
    return see_other("/")


def _send_again(begun: SignUp) -> ResponseReturnValue:
    """Mail the link of a sign-up once more, and say why."""
    if spend(MAIL, "mail", begun.email):
        with transaction():
            services.ask_confirmation(begun)
        flash(_("Your address is not confirmed yet, so the mail was sent once more."), "warning")
    else:
        flash(_("Your address is not confirmed yet. The mail was sent several times."), "warning")
    return answers.look_at_your_mail(begun)


def _renew_hash(user: User, password: str) -> None:
    """Bring the stored hash up to today's parameters, now that the password is at hand."""
    if user.password_hash is None or not passwords.is_outdated(user.password_hash):
        return
    password_hash = passwords.hashed(password)
    try:
        with transaction():
            services.renew_hash(user, password_hash)
    except Conflict:
        return  # changed at this very moment: that hash is new enough
